import type { Msg } from "@nats-io/transport-node";
import { apiOf } from "../connection/api.ts";
import type { Link } from "../connection/connect.ts";
import { unavailable } from "../connection/unavailable.ts";
import { added, statusOf } from "../log/stored-headers.ts";

const TIMEOUT_MS = 10_000;
/** Where nobody says how many. */
const MOST_BYTES = 16 * 1024 * 1024;

/** A message that a direct get answered. */
export type Stored = { readonly subject: string; readonly seq: number; readonly time: number; readonly message: Msg };
/** `pending`: how many more there were behind the last one. */
export type Next = { readonly messages: readonly Stored[]; readonly pending: number };

/**
 * Messages under one filter after sequence `from`, or stored at `since` (ms since 1970) or later, by a direct get: as one replica has
 * them, in order and without a gap: at most `batch`, and no more once they have `bytes`.
 * @throws ArmadaError `LOG_UNAVAILABLE`
 */
export function nextMessages(
  link: Link,
  stream: string,
  {
    filter,
    from,
    since,
    bytes = MOST_BYTES,
  }: { readonly filter: string; readonly from: number; readonly since?: number; readonly bytes?: number },
  batch: number,
): Promise<Next> {
  const start = since === undefined ? { seq: from + 1 } : { start_time: new Date(since).toISOString() };
  const body = JSON.stringify({ ...start, next_by_subj: filter, batch, max_bytes: bytes });
  const messages: Stored[] = [];
  return new Promise((resolve, reject) => {
    link.mux.stream(
      `${apiOf(link, stream)}.DIRECT.GET.${stream}`,
      body,
      (message) => {
        const { code, description } = statusOf(message);
        if (code === 0) {
          const seq = Number(added(message, "Nats-Sequence"));
          messages.push({ subject: added(message, "Nats-Subject"), seq, time: Date.parse(added(message, "Nats-Time-Stamp")), message });
          return false;
        }
        if (code === 204) resolve({ messages, pending: Number(added(message, "Nats-Num-Pending") || 0) });
        else if (code === 404) resolve({ messages, pending: 0 });
        else reject(unavailable(`direct get of ${stream} answered ${code} ${description}`));
        return true;
      },
      (reason) => reject(unavailable(reason)),
      { timeout: TIMEOUT_MS },
    );
  });
}
