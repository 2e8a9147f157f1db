import type { RunningStep } from "@armada/engine";

const EVERY_MS = 250;
/** A step that holds the event loop for longer is named: nothing else of its replica gets on meanwhile. */
const HELD_MS = 1_000;

/** What held the event loop: `ms` of it, and the step that did, where only one can have. */
export type Blocked = { readonly ms: number; readonly steps: readonly RunningStep[] };

/**
 * Which steps can have held the loop between two looks at it: who began meanwhile most likely did so itself, as a step that
 * was at work before had let go of it at least once.
 */
export function blockers(running: readonly RunningStep[], from: number, to: number): readonly RunningStep[] {
  const before = running.filter(({ since }) => since <= to);
  const begun = before.filter(({ since }) => since >= from);
  return begun.length > 0 ? begun : before;
}

/** Looks at the loop until it is ended; `report` hears each time that it did not turn for over a second, once it does again. */
export function watchEventLoop(running: () => readonly RunningStep[], report: (blocked: Blocked) => void): () => void {
  let looked = Date.now();
  let steps: readonly RunningStep[] = [];
  const timer = setInterval(() => {
    const now = Date.now();
    const ms = now - looked - EVERY_MS;
    // A step that held it until it ended is not at work any more: those of the last look count too.
    const known = new Map([...steps, ...running()].map((step) => [`${step.run}-${step.step}`, step]));
    if (ms > HELD_MS) report({ ms, steps: blockers([...known.values()], looked, now) });
    looked = now;
    steps = running();
  }, EVERY_MS);
  timer.unref();
  return () => clearInterval(timer);
}
