import type { Clock } from "@armada/event-sourcing";

/** So long after a breaker closed, and after each call that had to wait its turn, calls go one after the other, ms. */
const DRAIN_MS = 5_000;

/** The pace at which calls go out once their breaker has closed, until no more wait. Instants in ms since 1970. */
export class Drain {
  readonly #everyMs: number;
  #until = 0;
  #next = 0;

  /** `perSecond`: calls that may begin. */
  constructor(perSecond: number) {
    this.#everyMs = 1_000 / perSecond;
  }

  begin(now: number): void {
    this.#until = now + DRAIN_MS;
  }

  end(): void {
    this.#until = 0;
  }

  /** Waits for the turn of a call; whether there was anything to wait for. @throws the signal's reason */
  async turn(clock: Clock, signal: AbortSignal): Promise<boolean> {
    const now = clock.now();
    if (now >= this.#until) return false;
    const at = Math.max(now, this.#next);
    this.#next = at + this.#everyMs;
    if (at === now) return false;
    this.#until = Math.max(this.#until, at + DRAIN_MS);
    await clock.sleep(at - now, signal);
    return true;
  }
}
