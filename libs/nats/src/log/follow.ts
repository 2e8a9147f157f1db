import type { Logger, Message } from "@armada/event-sourcing";
import { isElsewhere } from "../connection/api.ts";
import type { Link } from "../connection/connect.ts";
import { sparing } from "../connection/sparing.ts";
import { followElsewhere } from "../direct-reads/elsewhere.ts";
import { consume, dismiss, ephemeral, type Where } from "./consume.ts";
import type { Take } from "./pull.ts";
import type { StreamIdentity } from "./stream-identity.ts";

const RETRY_MS = 500;

/**
 * Every message after `from`, once, in order. Where a consumer is lost, another one goes on after the last; where the stream
 * is another one by then, from its beginning: a consumer serves only while the stream that it was made on is there.
 */
export async function follow(
  link: Link,
  stream: string,
  identity: StreamIdentity,
  where: Where,
  take: Take,
  handler: (message: Message) => void | Promise<void>,
  signal: AbortSignal,
  logger: Logger,
): Promise<void> {
  if (isElsewhere(link, stream)) return followElsewhere({ link, stream, identity, where, take, handler, signal, logger });
  const { warn } = sparing(logger);
  let last = where.from;
  let of = identity.known; // whose sequence `from` is
  const handle = (subject: string, { seq, time }: { seq: number; time: number }, message: Parameters<Take>[3]): void | Promise<void> => {
    if (signal.aborted) return;
    const read = take(subject, seq, time, message, false);
    const hand = (one: Message | undefined): void | Promise<void> => (one === undefined ? undefined : handler(one));
    const done = read instanceof Promise ? read.then(hand) : hand(read);
    if (done === undefined) last = seq;
    else
      return done.then(() => {
        last = seq;
      });
  };
  while (!signal.aborted && !link.connection.isClosed()) {
    try {
      await identity.look();
      if (of !== undefined && of !== identity.known) last = 0;
      of = identity.known;
      const consumer = await ephemeral(link, stream, { filters: where.filters, from: last });
      await identity.look();
      if (identity.known === of) await consume(link, consumer, handle, { onward: true, signal });
      dismiss(link, consumer);
    } catch (error) {
      if (signal.aborted || link.connection.isClosed()) break;
      warn(`following ${stream} is interrupted: ${error instanceof Error ? error.message : String(error)}`);
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }
}
