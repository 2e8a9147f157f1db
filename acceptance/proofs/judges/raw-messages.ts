import { jetstream, jetstreamManager } from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/transport-node";
import { z } from "zod";

const Envelope = z.looseObject({
  id: z.string(),
  type: z.string(),
  time: z.string().optional(),
  team: z.string(),
  correlationid: z.string(),
  causationid: z.string(),
  traceparent: z.string().optional(),
  data: z.unknown().optional(),
});
export type RawEnvelope = z.infer<typeof Envelope>;
const Body = z.union([Envelope.transform((one) => [one]), z.array(Envelope)]);

/** A message as its stream holds it, whoever may have put it there. */
export type RawMessage = {
  readonly stream: string;
  readonly seq: number;
  readonly subject: string;
  readonly body: string;
  readonly headers: ReadonlyMap<string, string>;
  /** Empty where the body is no CloudEvent and no batch of them. */
  readonly envelopes: readonly RawEnvelope[];
};

/** What a stream holds now under a filter, from a sequence on, by a plain ordered consumer. */
export async function rawMessages(connection: NatsConnection, stream: string, filter = ">", from = 1): Promise<RawMessage[]> {
  const consumer = await jetstream(connection, { timeout: 10_000 }).consumers.get(stream, {
    filter_subjects: [filter],
    opt_start_seq: from,
  });
  let left = (await consumer.info()).num_pending;
  const found: RawMessage[] = [];
  for await (const message of left === 0 ? [] : await consumer.consume({ max_messages: 5_000 })) {
    const { seq, subject } = message;
    const body = message.string();
    const headers = new Map([...(message.headers ?? [])].map(([name, values]) => [name, values[0] ?? ""]));
    found.push({ stream, seq, subject, body, headers, envelopes: envelopesOf(body) });
    if (--left === 0) break;
  }
  await consumer.delete().catch(() => false); // else it stays until the server finds it idle, and there is a limit
  return found;
}

export async function lastSequence(connection: NatsConnection, stream: string): Promise<number> {
  return (await (await jetstreamManager(connection, { checkAPI: false })).streams.info(stream)).state.last_seq;
}

function envelopesOf(body: string): readonly RawEnvelope[] {
  try {
    return Body.safeParse(JSON.parse(body)).data ?? [];
  } catch {
    return []; // not JSON
  }
}
