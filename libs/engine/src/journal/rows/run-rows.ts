import type { JournalEventType } from "../events.ts";
import { add } from "../sparse.ts";
import type { RunState } from "../state.ts";
import type { Dispatch, Rows } from "./row.ts";

/** To a replica that serves this version of the run's workflow. */
function lead({ workflow }: RunState, version: number): Dispatch {
  return { does: "lead", route: `${workflow}-v${version}`, call: 0 };
}

/** A run as a whole: how it begins, what is done with it, how it ends. */
export const runRows: Rows<Extract<JournalEventType, `run.${string}` | `cancel.${string}`>> = {
  "run.started": {
    role: "outcome",
    call: undefined,
    settle: undefined,
    merges: false,
    note: undefined,
    fold: (state, { workflow, version, source, input, by, after, search, carried }, time) => {
      state.exists = true;
      state.workflow = workflow;
      state.version = version;
      state.source = source;
      state.input = input;
      state.by = by;
      state.startedAt = time;
      state.after = after;
      state.search = search;
      state.carried = carried;
    },
  },
  "run.patched": {
    role: "request",
    call: undefined,
    settled: false,
    dispatch: undefined,
    timer: undefined,
    sends: undefined,
    fold: (state, { id }) => {
      state.patches = add(state.patches, id);
    },
  },
  "cancel.requested": {
    role: "control",
    dispatch: undefined,
    sends: undefined,
    note: "cancel",
    fold: (state, data) => {
      state.cancelled = data;
    },
  },
  "run.stopped": {
    role: "control",
    dispatch: undefined,
    sends: undefined,
    note: "stop",
    fold: (state, data) => {
      state.stopped = data;
    },
  },
  "run.resumed": {
    role: "control",
    dispatch: (_data, state) => lead(state, state.version),
    sends: undefined,
    note: undefined,
    fold: (state, _data, time) => {
      state.stopped = undefined;
      state.resumedAt = time;
    },
  },
  "run.moved": {
    role: "control",
    dispatch: ({ version }, state) => lead(state, version),
    sends: undefined,
    note: undefined,
    fold: (state, { version, source }, time) => {
      state.resumedAt = time;
      state.version = version;
      state.source = source ?? "";
      state.stopped = undefined;
    },
  },
  "run.ended": {
    role: "control",
    dispatch: undefined,
    sends: (data) => ({ kind: "end", ...data }),
    note: undefined,
    fold: (state, data, time) => {
      state.ended = data;
      state.endedAt = time;
    },
  },
};
