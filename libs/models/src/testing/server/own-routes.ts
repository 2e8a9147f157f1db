import type { ServerResponse } from "node:http";
import { z } from "zod";
import { placeOf } from "../anthropic/messages-request.ts";
import type { ApiBook } from "../books/api-book.ts";
import { Control, type Settings } from "./api-control.ts";

const Since = z.object({ since: z.iso.datetime({ offset: true }).default("1970-01-01T00:00:00Z") });

/**
 * What no provider has, and needs no key: `GET /v1/armada/calls?since=`, `GET /v1/armada/faults`, `GET /v1/armada/counts` and `POST /v1/armada/control`.
 * `route` as in `GET calls`.
 */
export function serveOwn(
  res: ServerResponse,
  { route, query, body }: { readonly route: string; readonly query: unknown; readonly body: unknown },
  book: ApiBook,
  settings: Settings,
): void {
  const send = (status: number, value: unknown): void => {
    res.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value));
  };
  switch (route) {
    case "GET calls": {
      const parsed = Since.safeParse(query);
      if (!parsed.success) return send(400, { error: { message: placeOf(parsed.error) } });
      return send(200, { data: book.calls.since(Date.parse(parsed.data.since)) });
    }
    case "GET counts":
      return send(200, book.counts);
    case "GET faults":
      return send(200, settings.faults.given);
    case "POST control": {
      const parsed = Control.safeParse(body);
      if (!parsed.success) return send(400, { error: { message: placeOf(parsed.error) } });
      settings.change(parsed.data);
      return send(200, stateOf(settings));
    }
    case "GET control":
      return send(200, stateOf(settings));
    default:
      return send(404, { error: { message: route } });
  }
}

function stateOf({ delayMs, pieceMs, batchMs, batchExpire, hold, held }: Settings): Record<string, unknown> {
  return { delayMs, pieceMs, batchMs, batchExpire, hold, held };
}
