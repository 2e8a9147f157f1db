import type { Clock, Registers } from "@armada/event-sourcing";

type Value = { readonly value: string; readonly revision: number };

/** One waiter's part in the watch of a register. */
export type Watch = {
  /**
   * The register's value after revision `after`; undefined when the clock passes `until` first.
   * Rejects with the signal's reason.
   */
  next(after: number, until: number, signal: AbortSignal): Promise<Value | undefined>;
  leave(): void;
};

type Watched = { users: number; latest: Value | undefined; readonly wake: Set<() => void>; readonly end: AbortController };

/** One watch a key, shared by all in this process that wait for it; it ends with the last of them. */
export class SharedWatches {
  readonly #registers: Registers;
  readonly #clock: Clock;
  readonly #watched = new Map<string, Watched>();

  constructor(registers: Registers, clock: Clock) {
    this.#registers = registers;
    this.#clock = clock;
  }

  join(key: string): Watch {
    const watched = this.#watched.get(key) ?? this.#begin(key);
    watched.users++;
    return {
      next: (after, until, signal) => this.#next(watched, after, until, signal),
      leave: () => {
        if (--watched.users > 0) return;
        watched.end.abort();
        this.#forget(key, watched);
      },
    };
  }

  #begin(key: string): Watched {
    const watched: Watched = { users: 0, latest: undefined, wake: new Set(), end: new AbortController() };
    this.#watched.set(key, watched);
    const take = (value: string, revision: number): void => {
      if (watched.latest !== undefined && watched.latest.revision >= revision) return;
      watched.latest = { value, revision };
      for (const wake of watched.wake) wake();
    };
    // One that ends by itself tells nothing more: who comes later begins another, and who waits looks again at the end of the claim.
    const ended = (): void => this.#forget(key, watched);
    this.#registers.watch(key, take, watched.end.signal).then(ended, ended);
    return watched;
  }

  #forget(key: string, watched: Watched): void {
    if (this.#watched.get(key) === watched) this.#watched.delete(key);
  }

  async #next(watched: Watched, after: number, until: number, signal: AbortSignal): Promise<Value | undefined> {
    const enough = new AbortController();
    const late = this.#clock.sleep(until - this.#clock.now(), AbortSignal.any([signal, enough.signal])).then(() => undefined);
    const { promise, resolve } = Promise.withResolvers<Value>();
    const look = (): void => {
      if (watched.latest !== undefined && watched.latest.revision > after) resolve(watched.latest);
    };
    watched.wake.add(look);
    look();
    try {
      return await Promise.race([promise, late]);
    } finally {
      watched.wake.delete(look);
      enough.abort();
    }
  }
}
