import { randomBytes } from "node:crypto";
import type { Clock, Random, Scheduler } from "@armada/event-sourcing";

/** The machine's time. A sleep ends after 24.8 days at the latest, and rejects with what the signal says. */
export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted === true) {
        reject(signal.reason);
        return;
      }
      const end = (): void => {
        signal?.removeEventListener("abort", cut);
        resolve();
      };
      const cut = (): void => {
        clearTimeout(timer);
        reject(signal?.reason);
      };
      // Node's timers hold 2^31 - 1 ms at most; whoever sleeps longer looks again.
      const timer = setTimeout(end, Math.min(Math.max(0, ms), 2 ** 31 - 1));
      signal?.addEventListener("abort", cut, { once: true });
    }),
};

const BLOCK = 12 * 256;
let bytes = Buffer.alloc(0);
let used = 0;

/** Ids of 96 random bits, drawn in blocks: one system call for 256 of them. None begins with `-`, as an option of a command does. */
export const systemRandom: Random = {
  next: () => Math.random(),
  id: () => {
    if (used >= bytes.length) {
      bytes = randomBytes(BLOCK);
      used = 0;
    }
    used += 12;
    const id = bytes.toString("base64url", used - 12, used);
    return id.startsWith("-") ? `_${id.slice(1)}` : id;
  },
};

let waiting: (() => void)[] = [];

function resume(): void {
  const ready = waiting;
  waiting = [];
  for (const resolve of ready) resolve();
}

/**
 * One turn of the event loop for all who wait: what they go on to write leaves in one system call, where a turn for each
 * would be a call for each.
 */
export const systemScheduler: Scheduler = {
  idle: () =>
    new Promise((resolve) => {
      if (waiting.push(resolve) === 1) setImmediate(resume);
    }),
};
