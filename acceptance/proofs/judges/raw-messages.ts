import { z } from "zod";
import type { Streams } from "./streams.ts";

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

/** What a stream holds now under a filter, from a sequence on. */
export async function rawMessages(streams: Streams, stream: string, filter = ">", from = 1): Promise<RawMessage[]> {
  const found: RawMessage[] = [];
  for await (const message of streams.messages(stream, filter, from)) {
    const { seq, subject } = message;
    const body = message.string();
    const headers = new Map([...(message.headers ?? [])].map(([name, values]) => [name, values[0] ?? ""]));
    found.push({ stream, seq, subject, body, headers, envelopes: envelopesOf(body) });
  }
  return found;
}

export async function lastSequence(streams: Streams, stream: string): Promise<number> {
  return (await (await streams.managerOf(stream)).streams.info(stream)).state.last_seq;
}

function envelopesOf(body: string): readonly RawEnvelope[] {
  try {
    return Body.safeParse(JSON.parse(body)).data ?? [];
  } catch {
    return []; // not JSON
  }
}
