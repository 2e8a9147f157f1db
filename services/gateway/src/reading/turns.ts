import { setTimeout as sleep } from "node:timers/promises";

/** How much longer a place rests than the event loop was busy while it was taken. */
const REST = 2;

/**
 * Lets one piece of reading be under way at a time; who comes later waits, in the order of coming. Between two pieces it rests for
 * twice the time that the event loop was busy during the one before, with that or anything else: however many want to read, most of
 * the loop is left to those who write, and the busier it is, the more.
 */
export class Turns {
  readonly #waiting: (() => void)[] = [];
  #busy = false;

  async take<T>(work: () => Promise<T>): Promise<T> {
    if (this.#busy) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#busy = true;
    const before = performance.eventLoopUtilization();
    try {
      return await work();
    } finally {
      void this.#rest(performance.eventLoopUtilization(before).active);
    }
  }

  async #rest(busyMs: number): Promise<void> {
    await sleep(REST * busyMs);
    this.#busy = false;
    this.#waiting.shift()?.();
  }
}
