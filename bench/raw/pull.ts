import { createInbox, type Msg } from "@nats-io/transport-node";
import type { Raw } from "./client.ts";

const EXPIRES_MS = 30_000;

/** One delivered message: its subject, its sequence in the stream, and its acknowledgement. */
export type Delivered = { readonly subject: string; readonly seq: number; ack(): void };

/** Pulls a durable consumer by callback, at most `concurrency` at a time; answers how to stop. */
export function rawPull(
  raw: Raw,
  stream: string,
  consumer: string,
  concurrency: number,
  handle: (delivered: Delivered) => void,
): () => void {
  const { connection } = raw;
  const inbox = createInbox(`_INBOX.${raw.name}`);
  const subject = `$JS.API.CONSUMER.MSG.NEXT.${stream}.${consumer}`;
  let asked = 0;
  let held = 0;
  let stopped = false;
  const refill = (): void => {
    const free = concurrency - held - asked;
    if (stopped || free <= 0 || (asked > 0 && free < concurrency / 2)) return;
    asked += free;
    connection.publish(subject, JSON.stringify({ batch: free, expires: EXPIRES_MS * 1e6 }), { reply: `${inbox}.1` });
  };
  const take = (message: Msg): void => {
    if (message.subject.startsWith(inbox)) {
      asked = Math.max(0, asked - Number(message.headers?.get("Nats-Pending-Messages") || asked));
      return refill();
    }
    asked--;
    held++;
    const reply = message.reply ?? "";
    const tokens = reply.split(".");
    handle({
      subject: message.subject,
      seq: Number(tokens[tokens.length > 9 ? 7 : 5]),
      ack: () => {
        connection.publish(reply, "+ACK");
        held--;
        refill();
      },
    });
  };
  const subscription = connection.subscribe(`${inbox}.*`, { callback: (_error, message) => take(message) });
  refill();
  return () => {
    stopped = true;
    subscription.unsubscribe();
  };
}
