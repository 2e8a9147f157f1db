import type { Failure, JournalEventType } from "../events.ts";
import { add, put } from "../sparse.ts";
import type { RunState, WaitState } from "../state.ts";
import { waitKey, waitRoute } from "../taken.ts";
import type { Rows, Settlement } from "./row.ts";

/** Calls that wait for something other than an agent of the own team, inline steps and facts. */
export const callRows: Rows<Exclude<JournalEventType, `run.${string}` | `cancel.${string}` | `step.${string}`>> = {
  "inline.completed": {
    role: "outcome",
    call: ({ name }) => ({ kind: "step", target: name }),
    settle: ({ output }) => ({ value: output }),
    merges: true,
    note: undefined,
    fold: (state, { n }) => {
      state.inlines = add(state.inlines, n);
    },
  },
  "inline.failed": {
    role: "outcome",
    call: ({ name }) => ({ kind: "step", target: name }),
    settle: (data) => ({ failure: data }),
    merges: true,
    note: undefined,
    fold: (state, { n }) => {
      state.inlines = add(state.inlines, n);
    },
  },
  "fact.emitted": {
    role: "request",
    call: ({ type }) => ({ kind: "emit", target: type }),
    settled: true,
    dispatch: undefined,
    timer: undefined,
    sends: (data) => ({ kind: "fact", ...data }),
    fold: () => undefined,
  },
  "ask.sent": {
    role: "request",
    call: ({ to, capability }) => ({ kind: "ask team", target: `${to}.${capability}` }),
    settled: false,
    dispatch: undefined,
    timer: ({ until }) => until,
    sends: ({ n, to, capability, input, until }) => ({ kind: "ask", n, to, capability, data: { input, until } }),
    fold: (state, data, time) => open(state, { kind: "ask", ...opened(data, time) }),
  },
  "ask.answered": {
    role: "outcome",
    call: undefined,
    settle: ({ failure, output }) => settled(failure, output),
    merges: false,
    note: "answer",
    fold: (state, { n, failure }, time) =>
      close(state, n, time, (wait) => (wait.kind === "ask" ? { ...wait, answered: true, ...told(failure) } : wait)),
  },
  "sleep.set": {
    role: "request",
    call: () => ({ kind: "sleep", target: "" }),
    settled: false,
    dispatch: undefined,
    timer: ({ until }) => until,
    sends: undefined,
    fold: (state, data, time) => open(state, { kind: "sleep", ...opened(data, time) }),
  },
  "wait.set": {
    role: "request",
    call: ({ type }) => ({ kind: "wait for", target: type }),
    settled: false,
    dispatch: ({ n, type, id }) => ({ does: "wait", route: waitRoute(type, id), call: n }),
    timer: ({ until }) => until,
    sends: undefined,
    fold: (state, data, time) => open(state, { kind: "wait", ...opened(data, time) }),
  },
  "wait.met": {
    role: "outcome",
    call: undefined,
    settle: ({ failure, data, fact }) => settled(failure, fact === undefined ? data : { ...fact, data }),
    merges: false,
    note: "answer",
    fold: (state, { n, event, seq = 0, at, failure }, time) => {
      const wait = state.waits.get(n);
      if (wait?.kind === "wait") {
        const { type, id, since } = wait.data;
        state.taken = put(state.taken, event, { key: waitKey(type, id), seq, at: at ?? time, fromStart: since === "" });
      }
      close(state, n, time, (known) => (known.kind === "wait" ? { ...known, event, ...told(failure) } : known));
    },
  },
  "approval.asked": {
    role: "request",
    call: ({ question }) => ({ kind: "approval", target: question }),
    settled: false,
    dispatch: undefined,
    timer: ({ until }) => until,
    sends: undefined,
    fold: (state, data, time) => open(state, { kind: "approval", ...opened(data, time) }),
  },
  "approval.given": {
    role: "outcome",
    call: undefined,
    settle: ({ approved, by }) => ({ value: { approved, by, expired: false } }),
    merges: false,
    note: "approval",
    fold: (state, { n, approved, by }, time) =>
      close(state, n, time, (wait) => (wait.kind === "approval" ? { ...wait, answer: { approved, by } } : wait)),
  },
  "timer.fired": {
    role: "outcome",
    call: undefined,
    settle: () => "expired",
    merges: false,
    note: "tick",
    fold: (state, { n }, time) => close(state, n, time),
  },
};

function settled(failure: Failure | undefined, value: unknown): Settlement {
  return failure === undefined ? { value } : { failure };
}

type Opened<D> = {
  readonly n: number;
  readonly open: boolean;
  readonly closedAt: number | undefined;
  readonly data: D;
  readonly askedAt: string;
};

function opened<D extends { readonly n: number }>(data: D, askedAt: string): Opened<D> {
  return { n: data.n, open: true, closedAt: undefined, data, askedAt };
}

function open(state: RunState, wait: WaitState): void {
  state.waits = put(state.waits, wait.n, wait);
}

/** What a call was told that failed. */
function told(failure: Failure | undefined): { failure?: { readonly code: string; readonly message: string } } {
  return failure === undefined ? {} : { failure: { code: failure.code, message: failure.message } };
}

function close(state: RunState, n: number, time: string, how: (wait: WaitState) => WaitState = (wait) => wait): void {
  const wait = state.waits.get(n);
  if (wait?.open === true) state.waits = put(state.waits, n, { ...how(wait), open: false, closedAt: state.length, closed: time });
}
