/**
 * What fires when (engine rule 18). A schedule is an aggregate of its own; each of its versions has one timer, at `next`:
 *
 *   planned ──> timer 1 ──tick──> fired [9:00] next 10:00 ──> a run of 9:00, timer 2 ──tick──> …
 *
 * One append says what a tick starts and when the next comes; runs and timer follow from it, and a tick that comes again finds it
 * and stores what is missing. Here is the decision alone.
 */
import { firstFirings, lastFirings, type MissedPolicy, nextFiring, type Timetable } from "@armada/agents";
import type { Decider } from "@armada/event-sourcing";
import type { ScheduleEvent, ScheduleState } from "./events.ts";

/** A firing that is no later is not missed: as long may it take until another replica has what a killed one held. */
const GRACE_MS = 60_000;
/** Missed firings that `all` starts, of one absence; and up to which they are counted. */
const MOST = 1_000;
/** Runs that one decision starts; the next comes at once. */
const BATCH = 100;

/** What a replica wants of a schedule at `at`, ms since 1970, by the server's clock. */
export type ScheduleCommand =
  /** It is to fire by this timetable. What is due by the former is decided before. */
  | { readonly type: "plan"; readonly table: Timetable; readonly at: number }
  | { readonly type: "fire"; readonly missed: MissedPolicy; readonly at: number }
  | { readonly type: "remove" };

/** A schedule's decisions. */
export const schedule: Decider<ScheduleState, ScheduleCommand, ScheduleEvent> = {
  initial: () => ({ cron: "", zone: "", listed: false, passed: 0 }),
  evolve: (state, event) => {
    switch (event.type) {
      case "planned":
        return { ...without(state), ...event.data, listed: true };
      case "fired": {
        const { firings, passed, uncounted, next } = event.data;
        const last = firings.at(-1) ?? state.last;
        return {
          ...without(state),
          passed: state.passed + passed,
          ...(last === undefined ? {} : { last }),
          ...(uncounted === undefined ? {} : { uncounted }),
          ...(next === undefined ? {} : { next }),
        };
      }
      case "removed":
        return { ...without(state), listed: false };
      default:
        return event satisfies never;
    }
  },
  decide: (command, state) => {
    switch (command.type) {
      case "plan": {
        const { table, at } = command;
        if (isPlanned(state, table) || isDue(state, at)) return [];
        return [{ type: "planned", data: { cron: table.cron, zone: table.zone, ...nextOf(nextFiring(table, at)) } }];
      }
      case "fire":
        return isDue(state, command.at) ? [fire(state, Date.parse(state.next ?? ""), command)] : [];
      case "remove":
        return state.listed ? [{ type: "removed", data: {} }] : [];
      default:
        return command satisfies never;
    }
  },
};

/** Whether a schedule fires by this timetable. */
export function isPlanned(state: ScheduleState, { cron, zone }: Timetable): boolean {
  return state.listed && state.cron === cron && state.zone === zone;
}

function isDue({ next }: ScheduleState, at: number): boolean {
  return next !== undefined && Date.parse(next) <= at;
}

function fire(table: Timetable, due: number, { missed: policy, at }: Extract<ScheduleCommand, { type: "fire" }>): ScheduleEvent {
  const before = due - 1;
  const late = Math.max(before, at - GRACE_MS);
  const missed = firstFirings(table, before, late, MOST + 1);
  const uncounted = missed.length > MOST;
  const wanted = policy === "skip" ? 0 : policy === "once" ? 1 : MOST;
  const made = uncounted ? lastFirings(table, before, late, wanted) : missed.slice(missed.length - Math.min(wanted, missed.length));
  const all = [...made, ...firstFirings(table, late, at, BATCH)];
  return {
    type: "fired",
    data: {
      firings: all.slice(0, BATCH).map(iso),
      passed: missed.length - made.length,
      ...(uncounted ? { uncounted: true as const } : {}),
      ...nextOf(all[BATCH] ?? nextFiring(table, at)),
    },
  };
}

function nextOf(at: number | undefined): { next?: string } {
  return at === undefined ? {} : { next: iso(at) };
}

/** The state without what only its last plan knew. */
function without({ next: _, ...state }: ScheduleState): ScheduleState {
  return state;
}

function iso(at: number): string {
  return new Date(at).toISOString();
}
