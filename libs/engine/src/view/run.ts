import type { Message } from "@armada/event-sourcing";
import { foldMessage, readJournalMessage } from "../journal/message.ts";
import { initialRun, type RunState, type WaitState } from "../journal/state.ts";
import { type ApprovalView, approvalsOf } from "./approvals.ts";
import { type CallView, callsOf } from "./calls.ts";
import { type RunStatus, statusOf } from "./status.ts";

/** A step as `runs show --json` prints it. */
export type StepView = {
  readonly n: number;
  readonly agent: string;
  readonly variant: string;
  /** `withdrawn`: the run ended first. */
  readonly status: "requested" | "completed" | "refused" | "parked" | "withdrawn";
  readonly attempts: number;
  /** Of these, those that came to a wait for a budget or a provider, and used no attempt up. */
  readonly waited?: number;
  readonly outcomes: number;
  readonly ms: number;
  readonly tokens: number;
  readonly costMicros: number;
  readonly degraded?: { readonly code: string; readonly message: string };
  readonly lastFailure?: { readonly code: string; readonly message: string; readonly hint?: string | undefined };
  /** What answers from a cache did not cost, in micro-dollars. */
  readonly savedMicros?: number;
};

/** A run as `runs list|show --json` print it. `interruptions`: attempts that were lost with their replica. */
export type RunView = {
  readonly run: string;
  readonly team: string;
  readonly workflow: string;
  readonly version: number;
  readonly status: RunStatus;
  /** The business keys that its workflow's `search` gave it. */
  readonly search?: Readonly<Record<string, string>>;
  readonly startedAt: string;
  readonly endedAt?: string;
  /** The run that goes on with the work of one that `continued`. */
  readonly next?: string;
  readonly interruptions: number;
  readonly waitingFor?: readonly WaitingFor[];
  readonly reason?: { readonly code: string; readonly message: string; readonly hint?: string };
  readonly approvals?: readonly ApprovalView[];
  /** What it asked other teams, and the events that it waited for. */
  readonly calls?: readonly CallView[];
  readonly steps: readonly StepView[];
};

/** What a run waits for: the kind of its call, the call's number, its subject in words, and until when (ISO-8601), where that has an end. */
export type WaitingFor = { readonly kind: string; readonly n: number; readonly what: string; readonly until?: string };

const RETRY = "armada runs retry ID";

/** Folds a run's journal as loaded. */
export function readRun(messages: readonly Message[]): RunState {
  const state = initialRun();
  for (const message of messages) {
    const journal = readJournalMessage(message);
    if (journal !== undefined) foldMessage(state, journal);
  }
  return state;
}

/** A run as people are shown it, out of its state: times in ISO-8601 UTC, lengths in milliseconds, money in micro-dollars. */
export function viewOf(team: string, run: string, state: RunState): RunView {
  const steps = [...state.steps.values()].map((step): StepView => {
    const { n, agent, variant, status, attempts, waited, outcomes, ms, tokens, costMicros, degraded, lastFailure, savedMicros } = step;
    return {
      n,
      agent,
      variant,
      status: status === "requested" && state.ended !== undefined ? "withdrawn" : status,
      attempts,
      ...(waited === 0 ? {} : { waited }),
      outcomes,
      ms,
      tokens,
      costMicros,
      ...(degraded === undefined ? {} : { degraded }),
      ...(lastFailure === undefined ? {} : { lastFailure }),
      ...(savedMicros === 0 ? {} : { savedMicros }),
    };
  });
  const waitingFor =
    state.ended === undefined
      ? [...[...state.waits.values()].filter((wait) => wait.open).map(waiting), ...budgets(state), ...providers(state), ...windows(state)]
      : [];
  const approvals = approvalsOf(state);
  const calls = callsOf(state);
  // What held it up before it ended is no reason of its end, and `runs retry` none of its ways on.
  const reason = state.ended === undefined ? (state.stopped ?? parkedReason(state)) : state.ended.failure;
  return {
    run,
    team,
    workflow: state.workflow,
    version: state.version,
    status: statusOf(state),
    ...(state.search === undefined ? {} : { search: state.search }),
    startedAt: state.startedAt,
    ...(state.endedAt === undefined ? {} : { endedAt: state.endedAt }),
    ...(state.ended?.next === undefined ? {} : { next: state.ended.next }),
    interruptions: steps.length === 0 ? 0 : [...state.steps.values()].reduce((sum, step) => sum + step.lost, 0),
    ...(waitingFor.length === 0 ? {} : { waitingFor }),
    ...(reason === undefined
      ? {}
      : {
          reason: {
            code: reason.code,
            message: reason.message,
            ...("hint" in reason && reason.hint !== undefined ? { hint: named(reason.hint, run) } : {}),
          },
        }),
    ...(approvals.length === 0 ? {} : { approvals }),
    ...(calls.length === 0 ? {} : { calls }),
    steps,
  };
}

/** Hints are written where nobody knows the run. */
function named(hint: string, run: string): string {
  return hint.replaceAll(RETRY, () => RETRY.replace("ID", () => run));
}

function parkedReason(state: RunState): { code: string; message: string; hint?: string } | undefined {
  const parked = [...state.steps.values()].find((step) => step.status === "parked");
  if (parked === undefined) return undefined;
  return {
    code: parked.lastFailure?.code ?? "PARKED",
    message: `step ${parked.n} (${parked.agent}) is parked: ${parked.lastFailure?.message ?? ""}`,
    hint: [...(parked.lastFailure?.hint === undefined ? [] : [parked.lastFailure.hint]), RETRY].join("; then "),
  };
}

/** Steps whose budget must begin again first. */
function budgets(state: RunState): WaitingFor[] {
  return [...state.steps.values()].flatMap(({ n, agent, status, budgetUntil }) =>
    status === "requested" && budgetUntil !== undefined ? [{ kind: "budget", n, what: `a budget for ${agent}`, until: budgetUntil }] : [],
  );
}

/** Steps whose model calls are not sent for now. */
function providers(state: RunState): WaitingFor[] {
  return [...state.steps.values()].flatMap(({ n, agent, status, waits, held }) => {
    if (status !== "requested" || waits === undefined) return [];
    const until = held === undefined ? {} : { until: held.until };
    if (waits.code === "ISOLATED") return [{ kind: "isolation", n, what: `of ${agent}: ${waits.message}`, ...until }];
    if (waits.code === "BREAKER_OPEN") return [{ kind: "breaker", n, what: `of ${agent}: ${waits.message}`, ...until }];
    if (waits.code === "BUDGET_PENDING") return [{ kind: "budget", n, what: `a budget for ${agent}`, ...until }];
    return [{ kind: "provider", n, what: `of ${agent}: ${waits.message} (${waits.code})`, ...until }];
  });
}

/** Steps whose agent's window must open first. */
function windows(state: RunState): WaitingFor[] {
  return [...state.steps.values()].flatMap(({ n, agent, status, held, waits }) =>
    status === "requested" && held !== undefined && waits === undefined
      ? [{ kind: "window", n, what: `the window of ${agent}`, until: held.until }]
      : [],
  );
}

function waiting(wait: WaitState): WaitingFor {
  switch (wait.kind) {
    case "ask":
      return { kind: "ask", n: wait.n, what: `${wait.data.to}.${wait.data.capability}`, until: wait.data.until };
    case "sleep":
      return { kind: "sleep", n: wait.n, what: "a timer", until: wait.data.until };
    case "wait":
      return {
        kind: "event",
        n: wait.n,
        what: `${wait.data.type} ${wait.data.id}`,
        ...(wait.data.until === undefined ? {} : { until: wait.data.until }),
      };
    case "approval":
      return { kind: "approval", n: wait.n, what: wait.data.question, until: wait.data.until };
    default:
      return wait satisfies never;
  }
}
