import { type Amount, asToken, NOTHING } from "@armada/contracts";
import type { JournalData } from "./events.ts";
import { NO_NAMES, NO_NUMBERS, NONE } from "./sparse.ts";

/** A model call in the batch lane without an end on record. `drawnAt`: ms since 1970. */
export type BatchedCall = Pick<JournalData["step.drawn"], "call" | "tier" | "model" | "ceiling" | "account"> & {
  readonly asked: string;
  readonly drawnAt: number;
  readonly batch: string | undefined;
};

/** A step as its journal tells it. */
export type StepState = {
  readonly n: number;
  readonly agent: string;
  readonly variant: string;
  readonly lane: "batch" | undefined;
  readonly input: unknown;
  readonly context: unknown;
  /** ISO-8601. */
  readonly requestedAt: string;
  status: "requested" | "completed" | "refused" | "parked";
  /** Attempts that count, of the current set. */
  failures: number;
  /** Attempts made in all sets, lost ones included. */
  attempts: number;
  /** Of these, those that came to a wait for a budget or a provider. */
  waited: number;
  lost: number;
  /** Ordinal of the message that dispatched it last, and the highest delivery of it that a journaled attempt accounts for. */
  dispatchedAt: number;
  delivery: number;
  outcomes: number;
  /** Ordinal of the journal message that holds the outcome; undefined while it is out. */
  outcomeAt: number | undefined;
  endedAt: string | undefined;
  ms: number;
  tokens: number;
  costMicros: number;
  degraded: { readonly code: string; readonly message: string } | undefined;
  lastFailure: { readonly code: string; readonly message: string; readonly hint?: string | undefined } | undefined;
  /** ISO-8601; set while the step waits for its budget to begin again. */
  budgetUntil: string | undefined;
  /** Set while nothing dispatches the step: until when (ISO-8601), and the ordinal that says so. */
  held: { readonly until: string; readonly at: number } | undefined;
  /** Set while it waits for its model's provider, or for the ledger: why, and since when (ISO-8601). */
  waits: { readonly code: string; readonly message: string; readonly since: string } | undefined;
  /** As `waits.since`, also while one of its calls is on its way: nobody knows yet whether that is refused too. */
  waitsSince: string | undefined;
  /** What answers from a cache did not cost, in micro-dollars. */
  savedMicros: number;
  /** Its calls in the batch lane that an attempt has still to hear of, by id. */
  batched: ReadonlyMap<string, BatchedCall>;
  /** Journaled results of `write` tools, by `toolCall`. */
  tools: ReadonlyMap<string, unknown>;
};

/** `closed`: when it was settled, ISO-8601; not set in a run that ended first. */
type Waiting<Kind, Data> = {
  readonly kind: Kind;
  readonly n: number;
  readonly open: boolean;
  readonly closedAt: number | undefined;
  readonly data: Data;
  /** ISO-8601. */
  readonly askedAt: string;
  readonly closed?: string;
};
type Told = { readonly failure?: { readonly code: string; readonly message: string } };

/** A call that waits for something other than an agent of the own team. */
export type WaitState =
  | (Waiting<"ask", JournalData["ask.sent"]> & Told & { readonly answered?: true })
  | Waiting<"sleep", JournalData["sleep.set"]>
  /** `event`: the one taken. */
  | (Waiting<"wait", JournalData["wait.set"]> & Told & { readonly event?: string })
  /** `answer`: undefined while it is open, and where it expired. */
  | (Waiting<"approval", JournalData["approval.asked"]> & { readonly answer?: { readonly approved: boolean; readonly by: string } });

/** What folding a run's journal gives. `exists` is false before its first message. */
export type RunState = {
  exists: boolean;
  workflow: string;
  version: number;
  source: string;
  input: unknown;
  by: JournalData["run.started"]["by"] | undefined;
  startedAt: string;
  /** What stands behind this sequence came since the run began; undefined in journals of older builds. */
  after: number | undefined;
  search: JournalData["run.started"]["search"];
  carried: JournalData["run.started"]["carried"];
  /** Events that waits of this generation took, by id. `fromStart`: by one that looks from the run's beginning. */
  taken: ReadonlyMap<string, { readonly key: string; readonly seq: number; readonly at: string; readonly fromStart: boolean }>;
  endedAt: string | undefined;
  ended: JournalData["run.ended"] | undefined;
  stopped: JournalData["run.stopped"] | undefined;
  /** ISO-8601; when it was last opened again after a stop. */
  resumedAt: string | undefined;
  cancelled: JournalData["cancel.requested"] | undefined;
  readonly steps: Map<number, StepState>;
  waits: ReadonlyMap<number, WaitState>;
  patches: ReadonlySet<string>;
  /** Inline steps with an outcome. */
  inlines: ReadonlySet<number>;
  /** What its model calls cost; those that may have been billed count at their ceilings. */
  spent: Amount;
  /** Ceilings of calls drawn and not concluded, by call. */
  drawn: ReadonlyMap<string, Amount>;
  /** Journal messages; while one is folded, its ordinal. */
  length: number;
};

/** A call of a `write` tool, the same over all attempts at its step: `call` counts those of that tool, from 1. */
export function toolCall(tool: string, call: number): string {
  return `${asToken(tool)}.${call}`;
}

export function initialRun(): RunState {
  return {
    exists: false,
    workflow: "",
    version: 0,
    source: "",
    input: undefined,
    by: undefined,
    startedAt: "",
    after: undefined,
    search: undefined,
    carried: undefined,
    taken: NONE,
    endedAt: undefined,
    ended: undefined,
    stopped: undefined,
    resumedAt: undefined,
    cancelled: undefined,
    steps: new Map(),
    waits: NONE,
    patches: NO_NAMES,
    inlines: NO_NUMBERS,
    spent: NOTHING,
    drawn: NONE,
    length: 0,
  };
}
