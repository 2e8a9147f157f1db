import type { Draw } from "../documents/contradictions/contradiction-drawing.ts";
import type { Request } from "../harness/raw-http.ts";
import type { Event } from "./ingress-events.ts";
import type { Fault } from "./ingress-faults.ts";

/** Makes a malformed request out of a well-formed one. */
export type Make = (
  draw: Draw,
  about: { readonly key: string; readonly structured: Request; readonly binary: Request; readonly event: Event },
) => Fault;

export function fault(what: string, request: Request, statuses: number | readonly number[], fields: string | readonly string[]): Fault {
  return { what, request, statuses: [statuses].flat(), fields: [fields].flat() };
}

export function withBody(request: Request, body: Buffer | string | undefined): Request {
  return { ...request, body: typeof body === "string" ? Buffer.from(body) : body };
}

export function json(request: Request, value: unknown): Request {
  return withBody(request, JSON.stringify(value));
}
