import type { JournalData, JournalEvent, JournalEventType } from "./events.ts";
import { callRows } from "./rows/call-rows.ts";
import type { Dispatch, RecordedCall, Rows, Sent, Settlement } from "./rows/row.ts";
import { runRows } from "./rows/run-rows.ts";
import { stepRows } from "./rows/step-rows.ts";
import type { RunState } from "./state.ts";

/**
 * What each type of journal event means, a row each; its schema stands in `events.ts`. Whatever treats types of event apart
 * asks this table, so that a type that is added there does not compile before its row is here.
 */
export const journalTable: Rows<JournalEventType> = { ...runRows, ...stepRows, ...callRows };

/** An event whose type and data are of one row. */
type Event<K extends JournalEventType> = { readonly type: K; readonly data: JournalData[K] };

/** Folds one journal event into `state`, in place: the hot path keeps one state a run. `time` is the envelope's. */
export function evolveRun<K extends JournalEventType>(state: RunState, { type, data }: Event<K>, time: string): void {
  journalTable[type].fold(state, data, time);
}

/** Whether the workflow's function goes on from it: the start, or what a call came to. */
export function isOutcome({ type }: Pick<JournalEvent, "type">): boolean {
  return journalTable[type].role === "outcome";
}

/** Whether it happens to a step while its outcome is out: the function has nothing to answer to it. */
export function isProgress({ type }: Pick<JournalEvent, "type">): boolean {
  return journalTable[type].role === "progress";
}

/** Whether the function asked for it itself. */
export function isRequest({ type }: Pick<JournalEvent, "type">): boolean {
  return journalTable[type].role === "request";
}

/** Whether it says nothing about whether what becomes of another call may be journaled: they may leave in one message. */
export function merges({ type }: Pick<JournalEvent, "type">): boolean {
  const row = journalTable[type];
  return (row.role === "outcome" || row.role === "progress") && row.merges;
}

/** The call of the function that it records; undefined where it records none. */
export function recordedCall<K extends JournalEventType>({ type, data }: Event<K>): RecordedCall | undefined {
  const row = journalTable[type];
  return row.role === "request" || row.role === "outcome" ? row.call?.(data) : undefined;
}

/** How it ends the promise of its call; undefined where it ends none. */
export function settlementIn<K extends JournalEventType>({ type, data }: Event<K>): Settlement | undefined {
  const row = journalTable[type];
  if (row.role === "request") return row.settled ? { value: undefined } : undefined;
  return row.role === "outcome" ? row.settle?.(data) : undefined;
}

/** When something happens because of it, ISO-8601. */
export function timerOf<K extends JournalEventType>({ type, data }: Event<K>): string | undefined {
  const row = journalTable[type];
  return row.role === "request" || row.role === "progress" ? row.timer?.(data) : undefined;
}

/** What is sent because of it, beside its message. */
export function sentBy<K extends JournalEventType>({ type, data }: Event<K>): Sent | undefined {
  const row = journalTable[type];
  return row.role === "request" || row.role === "control" ? row.sends?.(data) : undefined;
}

/** What a decision dispatches, in order; the first gives the message its subject, the others are derived. */
export function dispatchesOf(events: readonly JournalEvent[], state: RunState): Dispatch[] {
  return events.flatMap((event) => dispatchOf(event, state) ?? []);
}

function dispatchOf<K extends JournalEventType>({ type, data }: Event<K>, state: RunState): Dispatch | undefined {
  const row = journalTable[type];
  return row.role === "outcome" ? undefined : row.dispatch?.(data, state);
}

/** The word under which a message is found that is dispatched to nobody: of the first of its events that has one. */
export function noteOf(events: readonly JournalEvent[]): string {
  for (const { type } of events) {
    const row = journalTable[type];
    if (row.role !== "request" && row.note !== undefined) return row.note;
  }
  return "outcome";
}
