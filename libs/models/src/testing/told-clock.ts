import type { Clock } from "@armada/event-sourcing";

/** The header by which a request tells the server what time it is, milliseconds since 1970. */
export const NOW_HEADER = "x-armada-now";

type Sleeper = { readonly at: number; wake(): void };

/** A clock that goes by what it is told, for a server whose clients live in virtual time. It never goes back. */
export class ToldClock implements Clock {
  #now = 0;
  readonly #sleepers = new Set<Sleeper>();
  #telling = Promise.resolve();

  now(): number {
    return this.#now;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted === true) return Promise.reject(signal.reason);
    return new Promise((resolve, reject) => {
      const end = (by: () => void): void => {
        this.#sleepers.delete(sleeper);
        signal?.removeEventListener("abort", abort);
        by();
      };
      const abort = (): void => end(() => reject(signal?.reason));
      const sleeper: Sleeper = { at: this.#now + ms, wake: () => end(resolve) };
      this.#sleepers.add(sleeper);
      signal?.addEventListener("abort", abort, { once: true });
    });
  }

  /** Resolves when those who slept until then have woken, each at its own time, and done what they do at once. */
  tell(now: number): Promise<void> {
    this.#telling = this.#telling.then(async () => {
      for (let next = this.#next(now); next !== undefined; next = this.#next(now)) {
        this.#now = Math.max(this.#now, next.at);
        next.wake();
        await new Promise((resolve) => setImmediate(resolve));
      }
      this.#now = Math.max(this.#now, now);
    });
    return this.#telling;
  }

  #next(now: number): Sleeper | undefined {
    let first: Sleeper | undefined;
    for (const sleeper of this.#sleepers) if (sleeper.at <= now && (first === undefined || sleeper.at < first.at)) first = sleeper;
    return first;
  }
}
