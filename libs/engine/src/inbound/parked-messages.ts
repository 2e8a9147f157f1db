import { asToken, buildEnvelope, buildSubject, type Envelope, encodeBody, parseSubject } from "@armada/contracts";
import { appendOnce, type Handled, type Ports, retry } from "@armada/event-sourcing";
import { z } from "zod";
import { cut, messageOf } from "../journal/failure.ts";
import type { Traced } from "../runs/guard.ts";

const CAPABILITY = "message_settle";
const OPERATOR = "operator";
const MOST_BYTES = 1_000_000;

/** `seq`, `queue`: which message, and whose worker set it aside. `within`: as of asks that control runs, ms. */
const Data = z.object({
  seq: z.number().int().min(1),
  queue: z.string(),
  to: z.enum(["redrive", "discard"]),
  by: z.string(),
  why: z.string().optional(),
  within: z.number().min(0),
});
const Parked = z.object({ subject: z.string() });

type Settling = {
  readonly team: string;
  readonly ports: Ports;
  /** Who works a queue, by its name. */
  readonly handlers: ReadonlyMap<string, (delivery: Traced) => Promise<Handled>>;
  readonly replica: string | undefined;
  readonly signal: AbortSignal;
};

/** Whether an ask is about a message that belongs to no run and was set aside. */
export function isAboutMessage({ subject }: Pick<Traced, "subject">): boolean {
  const parsed = parseSubject(subject);
  return parsed?.kind === "ask" && parsed.capability === CAPABILITY && parsed.from === OPERATOR;
}

/**
 * Works a message again that was set aside, or gives it up, as a person asked: `message.settled` says so, once. Where it fails again
 * `message.tried` says why, and it stays set aside.
 */
export async function settleMessage(settling: Settling, delivery: Traced): Promise<Handled> {
  const { team, ports, replica } = settling;
  const ask = delivery.envelopes[0];
  const { data, success } = Data.safeParse(ask?.data);
  if (ask === undefined || !success || ports.clock.now() - delivery.time > data.within) return { kind: "done" };
  const { seq, queue, to, by, why } = data;
  const key = asToken(`${queue}-${seq}`);
  const subjectOf = (event: string, last = key): string =>
    buildSubject({ kind: "fact", team, entity: "message", event, id: String(seq), key: last });
  const last = (subject: string) =>
    retry("what was set aside", ports, () => ports.log.last(subject, delivery.seq), { signal: settling.signal });
  const parked = Parked.safeParse((await last(subjectOf("parked")))?.envelopes[0]?.data);
  if (!parked.success || (await last(subjectOf("settled"))) !== undefined) return { kind: "done" };
  const reason = to === "redrive" ? await workAgain(settling, { ...data, ...parked.data }, delivery) : undefined;
  const about = {
    queue,
    seq,
    to,
    by: cut(by),
    ...(why === undefined ? {} : { why: cut(why) }),
    ...(replica === undefined ? {} : { replica }),
  };
  const failed = reason !== undefined;
  const event = failed ? "tried" : "settled";
  const id = failed ? ask.id : `${key}.settled`;
  const fact = said(team, event, { id, seq, data: failed ? { ...about, reason } : about, time: ports.clock.now() }, ask);
  const message = { subject: failed ? subjectOf(event, asToken(ask.id)) : subjectOf(event), id, body: encodeBody([fact]) };
  await appendOnce(ports, message, undefined, { signal: settling.signal });
  return { kind: "done" };
}

/** Why it is not done. */
async function workAgain(
  { ports, handlers }: Settling,
  { seq, queue, subject }: { readonly seq: number; readonly queue: string; readonly subject: string },
  { traceparent, held }: Traced,
): Promise<string | undefined> {
  const handle = handlers.get(queue);
  if (handle === undefined) return `the team has no queue ${queue} any more`;
  try {
    const { messages } = await ports.log.page(subject, seq - 1, { messages: 1, bytes: MOST_BYTES });
    const message = messages.find((one) => one.seq === seq);
    if (message === undefined) return `its stream does not hold ${subject} at ${seq} any more`;
    // Not its first delivery: what follows from an earlier one may be owed.
    const { kind } = await handle({ ...message, delivery: 2, outage: false, late: 0, traceparent, held });
    return kind === "done" ? undefined : "it cannot be worked now";
  } catch (error) {
    return cut(messageOf(error));
  }
}

function said(
  team: string,
  event: string,
  { id, seq, data, time }: { readonly id: string; readonly seq: number; readonly data: unknown; readonly time: number },
  ask: Envelope,
): Envelope {
  const about = { id, type: `${team}.message.${event}`, subject: String(seq), time: new Date(time).toISOString(), data, team };
  return buildEnvelope(about, { correlation: ask.correlationid, causation: ask.id, hops: ask.hops, traceparent: ask.traceparent });
}
