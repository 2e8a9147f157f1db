import type { Envelope } from "@armada/contracts";
import { z } from "zod";

/**
 * What a run's journal can hold. `n` is the ordinal of the workflow's call that the event belongs to; values of
 * people's own (`input`, `output`, `data`, `show`, `context`, `details`) may stand as a reference to the object store.
 */
const n = z.number().int().min(1);
const value = z.unknown().optional();

const Cause = z.object({
  kind: z.enum(["ask", "event", "run", "schedule"]),
  /** The team, or the run for `run`, that caused the start. */
  from: z.string(),
  /** Of a schedule its name and the instant that it names: `report 2026-03-29T07:00:00.000Z`. */
  id: z.string(),
});

const Failure = z.object({ code: z.string(), message: z.string(), hint: z.string().optional(), details: value.optional() });
export type Failure = z.infer<typeof Failure>;

/** Where in the team's stream an event stood that was taken, and when it arrived (ISO-8601). */
const Place = z.object({ seq: z.number().int(), at: z.string() });

/** What earlier generations of a run took: all events of a key up to a place, and single ones; and up to where this is forgotten. */
const Carried = z.object({
  passed: z.record(z.string(), Place),
  events: z.record(z.string(), Place.extend({ key: z.string() })),
  forgot: Place.optional(),
});

const Amount = z.object({ micros: z.number().int(), tokens: z.number().int() });

/** A model call that an attempt made: what it was billed, or at most may have been (`unknown`). `saved`: by a cached answer. */
const Calls = z.array(
  z.object({
    call: z.string(),
    tier: z.string(),
    model: z.string(),
    bill: z.enum(["billed", "free", "unknown"]),
    micros: z.number().int(),
    tokens: z.number().int(),
    /** The day (ISO) since which the price holds that it was billed at. */
    priced: z.string().optional(),
  }),
);
export type JournaledCall = z.infer<typeof Calls>[number];

/** What each type of journal event holds, by type, as it stands in the journal: times in ISO-8601, lengths in milliseconds, money in micro-dollars. */
export const schemas = {
  "run.started": z.object({
    workflow: z.string(),
    version: z.number().int(),
    source: z.string(),
    input: value,
    by: Cause,
    /** The sequence of what started the run, or its first generation: what stands behind it came since the run began. */
    after: z.number().int().optional(),
    /** The business keys that it is found by. */
    search: z.record(z.string(), z.string()).optional(),
    carried: Carried.optional(),
    /** How many generations before it, one after the other, waited for nothing. */
    restless: z.number().int().optional(),
  }),
  "step.requested": z.object({
    n,
    agent: z.string(),
    variant: z.string(),
    input: value,
    context: value.optional(),
    /** Where it is dispatched: by the queue of the batch lane. */
    lane: z.literal("batch").optional(),
  }),
  "step.completed": z.object({
    n,
    attempt: z.number().int(),
    output: value,
    ms: z.number(),
    tokens: z.number().int(),
    costMicros: z.number().int(),
    model: z.string().optional(),
    calls: Calls.optional(),
    /** What answers from a cache did not cost. */
    saved: Amount.optional(),
    degraded: z.object({ code: z.string(), message: z.string() }).optional(),
  }),
  "step.refused": Failure.extend({ n, attempt: z.number().int(), calls: Calls.optional() }),
  /** A model call is about to be made, and may be billed up to its ceiling: drawn on a replica's block of the ledger. */
  "step.drawn": z.object({
    n,
    attempt: z.number().int(),
    call: z.string(),
    tier: z.string(),
    model: z.string(),
    ceiling: Amount,
    agent: z.string(),
    account: z.string(),
    block: z.string(),
    /** In the batch lane: the digest of what is asked, so that a later attempt knows its call again. */
    asked: z.string().optional(),
  }),
  /** A call of the batch lane is in this batch of the provider's: whoever comes after waits for that. */
  "step.submitted": z.object({ n, attempt: z.number().int(), call: z.string(), batch: z.string() }),
  /** Nothing dispatches it before `until` (ISO-8601): its agent's window is closed or, with a reason, its model's provider wants it so. */
  "step.held": z.object({ n, until: z.string(), why: z.object({ code: z.string(), message: z.string() }).optional() }),
  /** Its time has come: it is dispatched again. */
  "step.released": z.object({ n }),
  "step.attempt_failed": z.object({
    n,
    attempt: z.number().int(),
    delivery: z.number().int(),
    code: z.string(),
    message: z.string(),
    /** ISO-8601; when the next attempt may begin. */
    retryAt: z.string(),
    /** False where the attempt was given back, as in a drain. */
    counts: z.boolean(),
    /** Its model call was not sent, and those that come after it wait for the same: written once. */
    waits: z.literal(true).optional(),
    calls: Calls.optional(),
  }),
  "step.worker_lost": z.object({
    n,
    attempt: z.number().int(),
    delivery: z.number().int(),
    /** Written where the attempt does not count: those that come after it run in a sandbox, which tells whose fault it is. */
    counts: z.literal(false).optional(),
  }),
  /** `call`: which of the attempt's calls of that tool, from 1. */
  "step.tool": z.object({ n, call: z.number().int(), tool: z.string(), output: value }),
  "step.parked": z.object({
    n,
    code: z.string(),
    message: z.string(),
    /** What to do about the failure, where it says so. */
    hint: z.string().optional(),
    attempts: z.number().int(),
    chain: z.array(z.string()),
  }),
  /** `why`: what who asked for it said. `replica`: which one took it. */
  "step.retried": z.object({ n, by: z.string(), why: z.string().optional(), replica: z.string().optional() }),
  "inline.completed": z.object({ n, name: z.string(), output: value }),
  "inline.failed": Failure.extend({ n, name: z.string() }),
  "ask.sent": z.object({ n, to: z.string(), capability: z.string(), input: value, until: z.string() }),
  "ask.answered": z.object({ n, from: z.string(), output: value.optional(), failure: Failure.optional() }),
  "fact.emitted": z.object({ n, type: z.string(), version: z.number().int(), id: z.string(), data: value }),
  "sleep.set": z.object({ n, until: z.string() }),
  /** `fact`: the event's attributes are wanted beside its data. */
  "wait.set": z.object({
    n,
    type: z.string(),
    id: z.string(),
    since: z.string(),
    until: z.string().optional(),
    fact: z.literal(true).optional(),
  }),
  /** `failure`: its data cannot be journaled. `fact`: its attributes, where they are wanted. */
  "wait.met": z.object({
    n,
    event: z.string(),
    data: value,
    failure: Failure.optional(),
    fact: z.record(z.string(), z.unknown()).optional(),
    ...Place.partial().shape,
  }),
  "approval.asked": z.object({
    n,
    question: z.string(),
    show: value.optional(),
    until: z.string(),
    otherwise: z.enum(["cancel", "fail", "continue"]),
  }),
  "approval.given": z.object({ n, approved: z.boolean(), by: z.string() }),
  "timer.fired": z.object({ n }),
  "run.patched": z.object({ id: z.string() }),
  "cancel.requested": z.object({ by: z.string(), reason: z.string().optional(), replica: z.string().optional() }),
  "run.stopped": z.object({ code: z.string(), message: z.string(), hint: z.string().optional() }),
  "run.resumed": z.object({ by: z.string() }),
  /** `source`: digest of the version's source; not there where the replica that journals it lacks that version. */
  "run.moved": z.object({ version: z.number().int(), by: z.string(), source: z.string().optional() }),
  "run.ended": z.object({
    status: z.enum(["completed", "degraded", "failed", "cancelled", "continued"]),
    output: value.optional(),
    failure: Failure.optional(),
    /** The run that goes on where this one `continued`, and its input. */
    next: z.string().optional(),
    input: value.optional(),
    /** Of the generations up to this one, how many in a row waited for nothing. */
    restless: z.number().int().optional(),
  }),
} as const;

export type JournalEventType = keyof typeof schemas;
export type JournalData = { readonly [K in JournalEventType]: z.infer<(typeof schemas)[K]> };
/** One journal event, without its envelope. */
export type JournalEvent = { readonly [K in JournalEventType]: { readonly type: K; readonly data: JournalData[K] } }[JournalEventType];

const PREFIX = "armada.";

/** The CloudEvents type of a journal event. */
export function envelopeType(type: JournalEventType): string {
  return PREFIX + type;
}

/** Each type's schema under its CloudEvents type: one look finds it, and `type` is one text for all events of it. */
const byEnvelopeType = new Map(
  (Object.keys(schemas) as JournalEventType[]).map((type) => [envelopeType(type), { type, schema: schemas[type] }]),
);

/** @returns undefined for what is not a journal event of this build. */
export function parseJournalEvent(envelope: Envelope): JournalEvent | undefined {
  const known = byEnvelopeType.get(envelope.type);
  const parsed = known?.schema.safeParse(envelope.data);
  return known !== undefined && parsed?.success === true ? ({ type: known.type, data: parsed.data } as JournalEvent) : undefined;
}
