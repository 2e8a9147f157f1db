import { readFileSync } from "node:fs";
import { join } from "node:path";
import { jetstream, jetstreamManager } from "@nats-io/jetstream";
import { connect, type NatsConnection, nkeyAuthenticator } from "@nats-io/transport-node";
import { z } from "zod";

const Event = z.looseObject({ id: z.string(), type: z.string(), time: z.string().optional(), data: z.unknown().optional() });
const Body = z.union([Event, z.array(Event)]);
export type StoredEvent = z.infer<typeof Event>;

/** A message as its stream holds it. */
export type Stored = { readonly seq: number; readonly subject: string; readonly time: number; readonly events: readonly StoredEvent[] };

/** Connects as an identity of a keys folder, with the plain client. */
export function connectAs(name: string, about: { readonly nats: string; readonly keys: string }): Promise<NatsConnection> {
  const seed = readFileSync(join(about.keys, `${name}.nk`));
  return connect({
    servers: about.nats.split(","),
    authenticator: nkeyAuthenticator(seed),
    inboxPrefix: `_INBOX.${name}`,
    maxReconnectAttempts: -1,
    reconnectTimeWait: 200,
    waitOnFirstConnect: true,
  });
}

/** Everything that a team's stream holds, in its order. */
export async function readTeam(team: string, about: { readonly nats: string; readonly keys: string }): Promise<Stored[]> {
  const connection = await connectAs("operator", about);
  try {
    const stream = `TEAM_${team}`;
    const { state } = await (await jetstreamManager(connection, { checkAPI: false, timeout: 10_000 })).streams.info(stream);
    const out: Stored[] = [];
    if (state.messages === 0) return out;
    const consumer = await jetstream(connection).consumers.get(stream);
    const messages = await consumer.consume({ max_messages: 1_000 });
    for await (const message of messages) {
      const parsed = Body.safeParse(JSON.parse(message.string()));
      const events = parsed.success ? (Array.isArray(parsed.data) ? parsed.data : [parsed.data]) : [];
      out.push({ seq: message.seq, subject: message.subject, time: Number(message.timestampNanos) / 1e6, events });
      if (message.seq >= state.last_seq) break;
    }
    await consumer.delete(); // a proof that looks often would fill the server with them
    return out;
  } finally {
    await connection.close();
  }
}
