import { accessIn } from "@armada/nats";
import { connect, createInbox, headers, type Msg, type NatsConnection, nkeyAuthenticator } from "@nats-io/transport-node";

/** The plain client, tuned as far as it goes: no stack trace a call, one reply subscription, callbacks. */
export type Raw = {
  readonly connection: NatsConnection;
  readonly name: string;
  /** Calls `take` with each answer until that says true. */
  request(subject: string, body: string, take: (message: Msg) => boolean, expect?: { filter: string; last: number }): void;
  /** The sequence of an append that must hold. */
  append(subject: string, body: string, expect: { filter: string; last: number }): Promise<number>;
  close(): Promise<void>;
};

export async function rawClient(about: { url: string; keys: string; name: string }): Promise<Raw> {
  const { url, keys, name } = about;
  const { seed } = await accessIn(keys).identity(name);
  const connection = await connect({
    servers: url.split(","),
    authenticator: nkeyAuthenticator(new TextEncoder().encode(seed)),
    inboxPrefix: `_INBOX.${name}`,
    noAsyncTraces: true,
  });
  const inbox = createInbox(`_INBOX.${name}`);
  const waiting = new Map<string, (message: Msg) => boolean>();
  let next = 1;
  connection.subscribe(`${inbox}.*`, {
    callback: (_error, message) => {
      const token = message.subject.slice(inbox.length + 1);
      if (waiting.get(token)?.(message) === true) waiting.delete(token);
    },
  });
  const request: Raw["request"] = (subject, body, take, expect) => {
    const token = String(next++);
    waiting.set(token, take);
    const reply = `${inbox}.${token}`;
    if (expect === undefined) {
      connection.publish(subject, body, { reply });
      return;
    }
    const h = headers();
    h.set("Nats-Expected-Last-Subject-Sequence", String(expect.last));
    if (expect.filter !== subject) h.set("Nats-Expected-Last-Subject-Sequence-Subject", expect.filter);
    connection.publish(subject, body, { reply, headers: h });
  };
  return {
    connection,
    name,
    request,
    append: (subject, body, expect) =>
      new Promise((resolve, reject) => {
        const take = (message: Msg): boolean => {
          const ack = JSON.parse(message.string()) as { seq?: number; error?: { description: string } };
          if (ack.seq === undefined) reject(new Error(`${subject}: ${ack.error?.description ?? "no sequence"}`));
          else resolve(ack.seq);
          return true;
        };
        request(subject, body, take, expect);
      }),
    close: () => connection.close(),
  };
}
