import type { Clock, Random, Scheduler } from "../ports.ts";

type Sleeper = { readonly at: number; readonly order: number; done: boolean; readonly wake: () => void };

/** Turns of the event loop without a sleeper after which nothing more is to come. */
const QUIET_TURNS = 5_000;

/** A clock that moves only when nothing else can: the next sleeper wakes once the microtask queue has run dry. */
export class VirtualClock implements Clock {
  #now: number;
  #order = 0;
  readonly #heap: Sleeper[] = [];
  #idle: (() => void)[] = [];
  #held = 0;
  #released: () => void = () => undefined;
  #stands: () => boolean = () => false;
  /** Idle by this clock's own turns: what waits for a dry queue goes on before time does. Only while `run` runs. */
  readonly scheduler: Scheduler = { idle: () => new Promise((resolve) => void this.#idle.push(resolve)) };

  constructor(start = Date.parse("2026-01-01T00:00:00Z")) {
    this.#now = start;
  }

  now(): number {
    return Math.floor(this.#now);
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted === true) return Promise.reject(signal.reason);
    return new Promise((resolve, reject) => {
      const abort = (): void => {
        sleeper.done = true;
        reject(signal?.reason);
      };
      const sleeper: Sleeper = {
        at: this.#now + Math.max(0, ms),
        order: this.#order++,
        done: false,
        wake: () => {
          sleeper.done = true;
          signal?.removeEventListener("abort", abort);
          resolve();
        },
      };
      push(this.#heap, sleeper);
      signal?.addEventListener("abort", abort, { once: true });
    });
  }

  /** Time stands still until real work, as on a socket, has ended. Only while `run` runs. */
  async standing<T>(work: Promise<T>): Promise<T> {
    this.#held++;
    try {
      return await work;
    } finally {
      this.#held--;
      this.#released();
    }
  }

  /** Time stands still while `real` says that real work is under way. */
  standsFor(real: () => boolean): void {
    this.#stands = real;
  }

  /** So many ms are over at once, as where code holds the event loop: whoever should have woken meanwhile wakes late. */
  skip(ms: number): void {
    this.#now += ms;
  }

  /** Lets `ms` of virtual time pass, also where nobody sleeps. */
  async pass(ms: number): Promise<void> {
    const end = this.#now + ms;
    await this.run(() => false, ms);
    this.#now = Math.max(this.#now, end);
  }

  /** Wakes sleepers in order until `until` says so, or virtual time passes `limit` ms, or nobody sleeps. */
  async run(until: () => boolean, limit: number): Promise<"done" | "late" | "idle"> {
    const end = this.#now + limit;
    for (let quiet = 0; ; ) {
      await new Promise((resolve) => setImmediate(resolve));
      if (until()) return "done";
      if (this.#idle.length > 0) {
        const idle = this.#idle;
        this.#idle = [];
        for (const resolve of idle) resolve();
        continue;
      }
      if (this.#held > 0) {
        await new Promise<void>((resolve) => {
          this.#released = resolve;
        });
        continue;
      }
      if (this.#stands()) {
        await new Promise((resolve) => setTimeout(resolve, 1));
        continue;
      }
      let next = pop(this.#heap);
      while (next?.done === true) next = pop(this.#heap); // aborted: nothing of it is left to run
      if (next === undefined) {
        if (++quiet > QUIET_TURNS) return "idle";
        continue;
      }
      quiet = 0;
      if (next.at > end) {
        push(this.#heap, next);
        return "late";
      }
      this.#now = Math.max(this.#now, next.at);
      next.wake();
    }
  }
}

/** Idle by the real event loop: one turn of it runs the microtask queue dry. */
export const immediateScheduler: Scheduler = { idle: () => new Promise((resolve) => setImmediate(resolve)) };

/** Numbers from a seed; ids count up. */
export function seededRandom(seed: number): Random {
  let a = seed | 0;
  let ids = 0;
  return {
    next: () => {
      a = (a + 0x6d2b79f5) | 0;
      let t = Math.imul(a ^ (a >>> 15), 1 | a);
      t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
      return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
    },
    id: () => `w${(ids++).toString().padStart(15, "0")}`,
  };
}

function before(a: Sleeper, b: Sleeper): boolean {
  return a.at === b.at ? a.order < b.order : a.at < b.at;
}

function push(heap: Sleeper[], item: Sleeper): void {
  let at = heap.push(item) - 1;
  while (at > 0) {
    const up = (at - 1) >> 1;
    const parent = heap[up];
    if (parent === undefined || !before(item, parent)) break;
    heap[at] = parent;
    at = up;
  }
  heap[at] = item;
}

function pop(heap: Sleeper[]): Sleeper | undefined {
  const top = heap[0];
  const last = heap.pop();
  if (top === undefined || last === undefined || heap.length === 0) return top;
  let at = 0;
  for (;;) {
    let child = 2 * at + 1;
    const left = heap[child];
    const right = heap[child + 1];
    if (left === undefined) break;
    if (right !== undefined && before(right, left)) child++;
    const smaller = heap[child];
    if (smaller === undefined || !before(smaller, last)) break;
    heap[at] = smaller;
    at = child;
  }
  heap[at] = last;
  return top;
}
