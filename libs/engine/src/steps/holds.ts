import type { Handled } from "@armada/event-sourcing";
import type { JournalEvent } from "../journal/events.ts";
import type { StepState } from "../journal/state.ts";
import type { RunStore } from "../runs/run-store.ts";

const DONE: Handled = { kind: "done" };

/**
 * Sets a step aside until its agent's window opens or, with a reason (`why`), until its model's provider takes it, ms since 1970:
 * its dispatch is done with, a timer releases it. Held here and not where it is requested, it waits also where its turn, or its
 * next attempt, came after the window's end. `before`: what is journaled with it.
 */
export async function hold(
  runs: RunStore,
  id: string,
  step: StepState,
  until: number,
  why?: { readonly code: string; readonly message: string },
  before: readonly JournalEvent[] = [],
): Promise<Handled> {
  const { ordinal } = await runs.commit(id, 0, ({ state }) => {
    const now = state.steps.get(step.n);
    if (now?.status !== "requested" || now.held !== undefined || now.dispatchedAt !== step.dispatchedAt || state.ended !== undefined)
      return undefined;
    if (isPassed(before, now)) return undefined;
    const reason = why === undefined ? {} : { why: { code: why.code, message: why.message } };
    return { events: [...before, { type: "step.held", data: { n: step.n, until: new Date(until).toISOString(), ...reason } }] };
  });
  return ordinal === undefined ? { kind: "retry", after: 0 } : DONE; // another decided: what follows from it may be owed
}

/**
 * Whether a failed attempt among `events` is of a delivery that the journal is past: its replica stood still, and was taken for lost.
 * Also where it would not count, as of a replica that stops: the step's last delivery would be this one again, and the next taken for lost.
 */
export function isPassed(events: readonly JournalEvent[], { delivery }: Pick<StepState, "delivery">): boolean {
  return events.some(({ type, data }) => type === "step.attempt_failed" && data.delivery <= delivery);
}

/** Dispatches a held step again when its time has come; undefined where `n` is none. A timer of an earlier hold comes again at the right time. */
export async function release(runs: RunStore, id: string, n: number, seq: number): Promise<Handled | undefined> {
  const held = await runs.read(id, seq, ({ state }) => (state.ended === undefined ? state.steps.get(n)?.held : undefined));
  if (held === undefined) return undefined;
  const early = Date.parse(held.until) - runs.ports.clock.now();
  if (early > 0) return { kind: "retry", after: early };
  const { ordinal } = await runs.commit(id, seq, ({ state }) =>
    state.ended === undefined && state.steps.get(n)?.held?.at === held.at
      ? { events: [{ type: "step.released", data: { n } }] }
      : undefined,
  );
  return ordinal === undefined ? { kind: "retry", after: 0 } : DONE; // it was released, or is held anew: the next look knows
}
