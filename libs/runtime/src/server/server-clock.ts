import type { Clock } from "@armada/event-sourcing";

/** Below this, in ms, a difference is the network's as much as the clock's. */
const WORTH_MS = 1_000;

/**
 * A clock that goes by the server's time where this machine's is off: replicas compare times with each other, and the server fires
 * the timers. `measure` asks it, and gives how far this machine's clock is behind, in ms; 0 where that is not worth a word.
 */
export function serverClock(own: Clock, serverTime: () => Promise<number>): { readonly clock: Clock; measure(): Promise<number> } {
  let behind = 0;
  return {
    clock: { ...own, now: () => own.now() + behind },
    measure: async () => {
      const before = own.now();
      const there = await serverTime();
      const found = Math.round(there - (before + own.now()) / 2);
      behind = Math.abs(found) < WORTH_MS ? 0 : found;
      return behind;
    },
  };
}
