import type { Failure, JournalData, JournalEventType } from "../events.ts";
import type { RunState } from "../state.ts";

/** A call of a workflow function as the journal records it, held against what the function calls; an empty target is not compared. */
export type RecordedCall = { readonly kind: string; readonly target: string };

/** How the promise of a call ends. `expired`: its time is over, and what that means is for its kind to say. */
export type Settlement = { readonly value: unknown } | { readonly failure: Failure } | "expired";

/** Where a journal message, or a dispatch derived from it, is delivered. `call`: the ordinal of the call it is for, 0 for the run. */
export type Dispatch = { readonly does: "do" | "bulk" | "wait" | "lead"; readonly route: string; readonly call: number };

/** What is sent beside a message: an ask to another team, a fact, or what the run's end owes to whoever started it. */
export type Sent =
  | { readonly kind: "ask"; readonly n: number; readonly to: string; readonly capability: string; readonly data: unknown }
  | ({ readonly kind: "fact" } & JournalData["fact.emitted"])
  | ({ readonly kind: "end" } & JournalData["run.ended"]);

type Folds<D> = {
  /** Changes the run's state, in place. `state.length` is the message's ordinal, `time` that of its envelope. */
  fold(state: RunState, data: D, time: string): void;
};

/** What the workflow's function asked for itself: it does not go on from it. */
type Request<D> = Folds<D> & {
  readonly role: "request";
  readonly call: ((data: D) => RecordedCall) | undefined;
  /** Its promise ends as it is written: nobody has to answer it. */
  readonly settled: boolean;
  readonly dispatch: ((data: D, state: RunState) => Dispatch | undefined) | undefined;
  /** When it is over (ISO-8601), where something happens then. */
  readonly timer: ((data: D) => string | undefined) | undefined;
  readonly sends: ((data: D) => Sent) | undefined;
};

/** What the workflow's function goes on from, at the time of its message. */
type Outcome<D> = Folds<D> & {
  readonly role: "outcome";
  /** Where the outcome is the only record of its call. */
  readonly call: ((data: D) => RecordedCall) | undefined;
  readonly settle: ((data: D) => Settlement) | undefined;
  /** It may be written together with outcomes of other calls: whether one may be journaled says nothing about another. */
  readonly merges: boolean;
  readonly note: string | undefined;
};

/** What happens to a step while its outcome is out: the function does not hear of it. */
type Progress<D> = Folds<D> & {
  readonly role: "progress";
  readonly dispatch: ((data: D, state: RunState) => Dispatch | undefined) | undefined;
  readonly timer: ((data: D) => string | undefined) | undefined;
  readonly merges: boolean;
  readonly note: string | undefined;
};

/** What is done with the run as a whole, by its operator, its replica or its function's end. */
type Control<D> = Folds<D> & {
  readonly role: "control";
  readonly dispatch: ((data: D, state: RunState) => Dispatch | undefined) | undefined;
  readonly sends: ((data: D) => Sent) | undefined;
  readonly note: string | undefined;
};

/**
 * All that a type of journal event means. `note`: the word under which operators find a message that begins with it and is
 * dispatched to nobody (`run.<team>.note.<note>.…`); `outcome` where none of its events has one.
 */
export type Row<D> = Request<D> | Outcome<D> | Progress<D> | Control<D>;

/** The rows of these types of event. */
export type Rows<T extends JournalEventType> = { readonly [K in T]: Row<JournalData[K]> };
