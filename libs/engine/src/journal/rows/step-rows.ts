import { plus } from "@armada/contracts";
import type { JournalData, JournalEventType, JournaledCall } from "../events.ts";
import { NONE, put, without } from "../sparse.ts";
import { type RunState, type StepState, toolCall } from "../state.ts";
import type { Dispatch, Rows } from "./row.ts";

/** The code of an attempt for which nothing is left of a limit. */
const BUDGET_EXHAUSTED = "BUDGET_EXHAUSTED";

/** Steps: what an agent of the team is asked, what becomes of its attempts, and what it answers. */
export const stepRows: Rows<Extract<JournalEventType, `step.${string}`>> = {
  "step.requested": {
    role: "request",
    call: ({ agent }) => ({ kind: "ask agent", target: agent }),
    settled: false,
    dispatch: (data) => toAgent(data),
    timer: undefined,
    sends: undefined,
    fold: (state, data, time) => {
      state.steps.set(data.n, newStep(data, state.length, time));
    },
  },
  "step.completed": {
    role: "outcome",
    call: undefined,
    settle: ({ output }) => ({ value: output }),
    merges: true,
    note: undefined,
    fold: (state, { n, ms, degraded, saved, calls, costMicros, tokens }, time) => {
      const step = state.steps.get(n); // not by `onStep`: half of what a replay folds comes here, and a closure each would show
      if (step === undefined) return;
      conclude(state, step, "completed", time);
      step.ms = ms;
      step.degraded = degraded;
      if (saved !== undefined) step.savedMicros += saved.micros;
      if (calls === undefined) spend(state, step, costMicros, tokens);
      else bill(state, step, calls);
    },
  },
  "step.refused": {
    role: "outcome",
    call: undefined,
    settle: (data) => ({ failure: data }),
    merges: true,
    note: undefined,
    fold: (state, { n, code, message, calls = [] }, time) =>
      onStep(state, n, (step) => {
        conclude(state, step, "refused", time);
        step.lastFailure = { code, message };
        bill(state, step, calls);
      }),
  },
  "step.drawn": {
    role: "progress",
    dispatch: undefined,
    timer: undefined,
    merges: false,
    note: "draw",
    fold: (state, { n, call, tier, model, ceiling, account, asked }, time) => {
      state.drawn = put(state.drawn, call, ceiling);
      onStep(state, n, (step) => {
        step.budgetUntil = undefined;
        step.waits = undefined;
        if (asked === undefined) return;
        const drawn = { call, tier, model, ceiling, account, asked, drawnAt: Date.parse(time), batch: undefined };
        step.batched = put(step.batched, call, drawn);
      });
    },
  },
  "step.submitted": {
    role: "progress",
    dispatch: undefined,
    timer: undefined,
    merges: true,
    note: "submit",
    fold: (state, { n, call, batch }) =>
      onStep(state, n, (step) => {
        const known = step.batched.get(call);
        if (known !== undefined) step.batched = put(step.batched, call, { ...known, batch });
      }),
  },
  "step.held": {
    role: "progress",
    dispatch: undefined,
    timer: ({ until }) => until,
    merges: false,
    note: "held",
    fold: (state, { n, until, why }, time) =>
      onStep(state, n, (step) => {
        step.held = { until, at: state.length };
        waitFor(step, why, time);
      }),
  },
  "step.released": {
    role: "progress",
    dispatch: ({ n }, state) => again(n, state),
    timer: undefined,
    merges: false,
    note: undefined,
    fold: (state, { n }) =>
      onStep(state, n, (step) => {
        step.held = undefined;
        dispatched(step, state);
      }),
  },
  "step.attempt_failed": {
    role: "progress",
    dispatch: undefined,
    timer: undefined,
    merges: false,
    note: "attempt_failed",
    fold: (state, { n, counts, code, message, retryAt, delivery, waits, calls = [] }, time) =>
      onStep(state, n, (step) => {
        if (counts) step.failures++;
        step.budgetUntil = code === BUDGET_EXHAUSTED ? retryAt : undefined;
        bill(state, step, calls);
        step.attempts++;
        if (waits === true || code === BUDGET_EXHAUSTED) step.waited++;
        step.delivery = delivery;
        step.lastFailure = { code, message };
        waitFor(step, waits === true ? step.lastFailure : undefined, time);
      }),
  },
  "step.worker_lost": {
    role: "progress",
    dispatch: undefined,
    timer: undefined,
    merges: false,
    note: "worker_lost",
    fold: (state, { n, delivery, counts = true }) =>
      onStep(state, n, (step) => {
        if (counts) step.failures++;
        step.attempts++;
        step.lost++;
        step.delivery = delivery;
        step.lastFailure = { code: "WORKER_LOST", message: "the replica that ran this attempt went away" };
      }),
  },
  "step.tool": {
    role: "progress",
    dispatch: undefined,
    timer: undefined,
    merges: false,
    note: "tool",
    fold: (state, { n, tool, call, output }) =>
      onStep(state, n, (step) => {
        step.tools = put(step.tools, toolCall(tool, call), output);
      }),
  },
  "step.parked": {
    role: "progress",
    dispatch: undefined,
    timer: undefined,
    merges: false,
    note: undefined,
    fold: (state, { n, code, message, hint }) =>
      onStep(state, n, (step) => {
        step.status = "parked";
        if (hint !== undefined) step.lastFailure = { code, message, hint };
      }),
  },
  "step.retried": {
    role: "progress",
    dispatch: ({ n }, state) => again(n, state),
    timer: undefined,
    merges: false,
    note: undefined,
    fold: (state, { n }, time) =>
      onStep(state, n, (step) => {
        step.status = "requested";
        step.failures = 0;
        step.budgetUntil = undefined;
        waitFor(step, undefined, time); // what it waits for anew it waits for from now on
        dispatched(step, state);
      }),
  },
};

function toAgent({ n, agent, variant, lane }: Pick<StepState, "n" | "agent" | "variant"> & { lane?: "batch" | undefined }): Dispatch {
  return { does: lane === "batch" ? "bulk" : "do", route: `${agent}-${variant}`, call: n };
}

function again(n: number, state: RunState): Dispatch | undefined {
  const step = state.steps.get(n);
  return step === undefined ? undefined : toAgent(step);
}

/** Its deliveries are counted anew. */
function dispatched(step: StepState, { length }: RunState): void {
  step.dispatchedAt = length;
  step.delivery = 0;
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
    waited: 0,
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
    waitsSince: undefined,
    savedMicros: 0,
    batched: NONE,
    tools: NONE,
  };
}

function conclude(state: RunState, step: StepState, status: "completed" | "refused", time: string): void {
  step.status = status;
  step.attempts++;
  step.outcomes++;
  step.outcomeAt = state.length;
  step.endedAt = time;
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

/** A wait for another reason goes on from when the first began; without a reason it is over. */
function waitFor(step: StepState, why: { readonly code: string; readonly message: string } | undefined, time: string): void {
  const since = step.waitsSince ?? time;
  step.waits = why === undefined ? undefined : { code: why.code, message: why.message, since };
  step.waitsSince = step.waits?.since;
}

function onStep(state: RunState, n: number, change: (step: StepState) => void): void {
  const step = state.steps.get(n);
  if (step !== undefined) change(step);
}
