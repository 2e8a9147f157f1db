import type { Logger, Message } from "@armada/event-sourcing";
import { DeliverPolicy, type JsMsg, jetstream } from "@nats-io/jetstream";
import type { Link } from "./connect.ts";
import type { Take } from "./pull.ts";

const BUFFER = 5_000;
const RETRY_MS = 500;
/** A consumer that died with its server is noticed after two or three of these; the client's own 15 s would stall a follower for 45. */
const HEARTBEAT_MS = 2_000;

/** Every message after `from`, once, in order: an ordered consumer that the library resets by itself, and we make anew when even that fails. */
export async function follow(
  link: Link,
  stream: string,
  where: { readonly filters: readonly string[]; readonly from: number },
  take: Take,
  handler: (message: Message) => void | Promise<void>,
  signal: AbortSignal,
  logger: Logger,
): Promise<void> {
  let last = where.from;
  let restart = (): void => undefined;
  const unlisten = link.onReconnect(() => restart()); // the server may be another, or have forgotten the consumer
  while (!signal.aborted && !link.connection.isClosed()) {
    try {
      const js = jetstream(link.connection, { timeout: 5_000 });
      const consumer = await js.consumers.get(stream, {
        filter_subjects: [...where.filters],
        deliver_policy: DeliverPolicy.StartSequence,
        opt_start_seq: last + 1,
      });
      const messages = await consumer.consume({ max_messages: BUFFER, idle_heartbeat: HEARTBEAT_MS });
      const stop = (): void => messages.stop();
      restart = stop;
      if (signal.aborted) stop(); // while the consumer was being made
      signal.addEventListener("abort", stop, { once: true });
      for await (const message of messages) {
        if (message.seq <= last) continue;
        const read = take(message.subject, message.seq, message.time.getTime(), asMsg(message), false);
        if (read !== undefined) await handler(read);
        last = message.seq;
        if (signal.aborted) break;
      }
      signal.removeEventListener("abort", stop);
    } catch (error) {
      if (signal.aborted) break;
      logger.warn(`following ${stream} is interrupted: ${error instanceof Error ? error.message : String(error)}`);
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }
  unlisten();
}

/** The message under the client's wrapping, where it shows that: its headers can be looked at unparsed. */
function asMsg(message: JsMsg): Parameters<Take>[3] {
  return (message as unknown as { readonly msg?: Parameters<Take>[3] }).msg ?? (message as unknown as Parameters<Take>[3]);
}
