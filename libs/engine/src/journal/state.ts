import { type Amount, asToken, NOTHING, plus } from "@armada/contracts";
import type { JournalData, JournalEvent, JournaledCall } from "./events.ts";
import { add, NO_NAMES, NO_NUMBERS, NONE, put, without } from "./sparse.ts";
import { waitKey } from "./taken.ts";

/** The code of an attempt for which nothing is left of a limit. */
const BUDGET_EXHAUSTED = "BUDGET_EXHAUSTED";

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
  carried: JournalData["run.started"]["carried"];
  /** Events that waits of this generation took, by id. `fromStart`: by one that looks from the run's beginning. */
  taken: ReadonlyMap<string, { readonly key: string; readonly seq: number; readonly at: string; readonly fromStart: boolean }>;
  endedAt: string | undefined;
  ended: JournalData["run.ended"] | undefined;
  stopped: JournalData["run.stopped"] | undefined;
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
    carried: undefined,
    taken: NONE,
    endedAt: undefined,
    ended: undefined,
    stopped: undefined,
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

/** Folds one journal event into `state`, in place: the hot path keeps one state a run. `time` is the envelope's. */
export function evolveRun(state: RunState, event: JournalEvent, time: string): void {
  switch (event.type) {
    case "run.started":
      state.exists = true;
      state.workflow = event.data.workflow;
      state.version = event.data.version;
      state.source = event.data.source;
      state.input = event.data.input;
      state.by = event.data.by;
      state.startedAt = time;
      state.after = event.data.after;
      state.carried = event.data.carried;
      return;
    case "step.requested":
      state.steps.set(event.data.n, newStep(event.data, state.length, time));
      return;
    case "step.completed":
      return completeStep(state, event.data, time);
    case "step.refused":
      return onStep(state, event.data.n, (step) => {
        step.status = "refused";
        step.attempts++;
        step.outcomes++;
        step.outcomeAt = state.length;
        step.endedAt = time;
        step.lastFailure = { code: event.data.code, message: event.data.message };
        bill(state, step, event.data.calls ?? []);
      });
    case "step.drawn":
      state.drawn = put(state.drawn, event.data.call, event.data.ceiling);
      return onStep(state, event.data.n, (step) => {
        step.budgetUntil = undefined;
        step.waits = undefined;
        const { call, tier, model, ceiling, account, asked } = event.data;
        if (asked !== undefined)
          step.batched = put(step.batched, call, {
            call,
            tier,
            model,
            ceiling,
            account,
            asked,
            drawnAt: Date.parse(time),
            batch: undefined,
          });
      });
    case "step.submitted":
      return onStep(state, event.data.n, (step) => {
        const { call, batch } = event.data;
        const known = step.batched.get(call);
        if (known !== undefined) step.batched = put(step.batched, call, { ...known, batch });
      });
    case "step.attempt_failed":
      return onStep(state, event.data.n, (step) => {
        if (event.data.counts) step.failures++;
        step.budgetUntil = event.data.code === BUDGET_EXHAUSTED ? event.data.retryAt : undefined;
        bill(state, step, event.data.calls ?? []);
        step.attempts++;
        step.delivery = event.data.delivery;
        step.lastFailure = { code: event.data.code, message: event.data.message };
        step.waits = event.data.waits === true ? waitOf(step, step.lastFailure, time) : undefined;
      });
    case "step.worker_lost":
      return onStep(state, event.data.n, (step) => {
        step.failures++;
        step.attempts++;
        step.lost++;
        step.delivery = event.data.delivery;
        step.lastFailure = { code: "WORKER_LOST", message: "the replica that ran this attempt went away" };
      });
    case "step.tool":
      return onStep(state, event.data.n, (step) => {
        step.tools = put(step.tools, toolCall(event.data.tool, event.data.call), event.data.output);
      });
    case "step.parked":
      return onStep(state, event.data.n, (step) => {
        step.status = "parked";
        const { code, message, hint } = event.data;
        if (hint !== undefined) step.lastFailure = { code, message, hint };
      });
    case "step.retried":
      return onStep(state, event.data.n, (step) => {
        step.status = "requested";
        step.failures = 0;
        step.budgetUntil = undefined;
        step.waits = undefined; // what it waits for anew it waits for from now on
        step.dispatchedAt = state.length;
        step.delivery = 0;
      });
    case "step.held":
      return onStep(state, event.data.n, (step) => {
        step.held = { until: event.data.until, at: state.length };
        step.waits = event.data.why === undefined ? undefined : waitOf(step, event.data.why, time);
      });
    case "step.released":
      return onStep(state, event.data.n, (step) => {
        step.held = undefined;
        step.dispatchedAt = state.length;
        step.delivery = 0;
      });
    case "ask.sent":
      state.waits = put(state.waits, event.data.n, { kind: "ask", ...opened(event.data, time) });
      return;
    case "sleep.set":
      state.waits = put(state.waits, event.data.n, { kind: "sleep", ...opened(event.data, time) });
      return;
    case "wait.set":
      state.waits = put(state.waits, event.data.n, { kind: "wait", ...opened(event.data, time) });
      return;
    case "approval.asked":
      state.waits = put(state.waits, event.data.n, { kind: "approval", ...opened(event.data, time) });
      return;
    case "wait.met": {
      const wait = state.waits.get(event.data.n);
      if (wait?.kind === "wait") {
        const { type, id, since } = wait.data;
        const { seq = 0, at = time } = event.data;
        state.taken = put(state.taken, event.data.event, { key: waitKey(type, id), seq, at, fromStart: since === "" });
      }
      const { n, event: taken, failure } = event.data;
      return close(state, n, time, (open) => (open.kind === "wait" ? { ...open, event: taken, ...told(failure) } : open));
    }
    case "approval.given": {
      const { n, approved, by } = event.data;
      return close(state, n, time, (open) => (open.kind === "approval" ? { ...open, answer: { approved, by } } : open));
    }
    case "timer.fired":
      return close(state, event.data.n, time);
    case "ask.answered": {
      const { n, failure } = event.data;
      return close(state, n, time, (open) => (open.kind === "ask" ? { ...open, answered: true, ...told(failure) } : open));
    }
    case "run.patched":
      state.patches = add(state.patches, event.data.id);
      return;
    case "cancel.requested":
      state.cancelled = event.data;
      return;
    case "run.stopped":
      state.stopped = event.data;
      return;
    case "run.resumed":
      state.stopped = undefined;
      return;
    case "run.moved":
      state.version = event.data.version;
      state.source = event.data.source ?? "";
      state.stopped = undefined;
      return;
    case "run.ended":
      state.ended = event.data;
      state.endedAt = time;
      return;
    case "inline.completed":
    case "inline.failed":
      state.inlines = add(state.inlines, event.data.n);
      return;
    case "fact.emitted":
      return;
    default:
      return event satisfies never;
  }
}

function opened<D extends { readonly n: number }>(
  data: D,
  askedAt: string,
): Pick<Waiting<never, D>, "n" | "open" | "closedAt" | "data" | "askedAt"> {
  return { n: data.n, open: true, closedAt: undefined, data, askedAt };
}

/** What a call was told that failed. */
function told(failure: Told["failure"]): Told {
  return failure === undefined ? {} : { failure: { code: failure.code, message: failure.message } };
}

function close(state: RunState, n: number, time: string, how: (open: WaitState) => WaitState = (open) => open): void {
  const wait = state.waits.get(n);
  if (wait?.open === true) state.waits = put(state.waits, n, { ...how(wait), open: false, closedAt: state.length, closed: time });
}

function newStep(data: JournalData["step.requested"], dispatchedAt: number, time: string): StepState {
  return {
    n: data.n,
    agent: data.agent,
    variant: data.variant,
    lane: data.lane,
    input: data.input,
    context: data.context,
    requestedAt: time,
    status: "requested",
    failures: 0,
    attempts: 0,
    lost: 0,
    dispatchedAt,
    delivery: 0,
    outcomes: 0,
    outcomeAt: undefined,
    endedAt: undefined,
    ms: 0,
    tokens: 0,
    costMicros: 0,
    degraded: undefined,
    lastFailure: undefined,
    budgetUntil: undefined,
    held: undefined,
    waits: undefined,
    savedMicros: 0,
    batched: NONE,
    tools: NONE,
  };
}

/** By itself, and not under `onStep`: half of what a replay folds comes here, and a closure each would show. */
function completeStep(state: RunState, data: JournalData["step.completed"], time: string): void {
  const step = state.steps.get(data.n);
  if (step === undefined) return;
  step.status = "completed";
  step.attempts++;
  step.outcomes++;
  step.outcomeAt = state.length;
  step.endedAt = time;
  step.ms = data.ms;
  step.degraded = data.degraded;
  if (data.saved !== undefined) step.savedMicros += data.saved.micros;
  if (data.calls === undefined) spend(state, step, data.costMicros, data.tokens);
  else bill(state, step, data.calls);
}

/** What a run cost, and its step. */
function bill(state: RunState, step: StepState, calls: readonly JournaledCall[]): void {
  for (const { call, micros, tokens } of calls) {
    state.drawn = without(state.drawn, call);
    step.batched = without(step.batched, call);
    spend(state, step, micros, tokens);
  }
}

function spend(state: RunState, step: StepState, micros: number, tokens: number): void {
  step.tokens += tokens;
  step.costMicros += micros;
  state.spent = plus(state.spent, { micros, tokens });
}

/** A wait for another reason goes on from when the first began. */
function waitOf(
  { waits }: StepState,
  { code, message }: { readonly code: string; readonly message: string },
  time: string,
): StepState["waits"] {
  return { code, message, since: waits?.since ?? time };
}

function onStep(state: RunState, n: number, change: (step: StepState) => void): void {
  const step = state.steps.get(n);
  if (step !== undefined) change(step);
}
