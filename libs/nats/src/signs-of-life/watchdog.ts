/**
 * How long a thread's event loop has not turned, as another thread sees it that looks now and then. Only time in which the
 * one who looks ran itself counts: a machine that slept, or a process that was stopped, held nobody up.
 */
export class Watchdog {
  readonly #mostBetween: number;
  #turn = -1;
  #looked = 0;
  #burnt = 0;
  #held = { ms: 0, cpuMs: 0 };

  /** `every`: how often it looks, ms. */
  constructor(every: number) {
    this.#mostBetween = 2 * every;
  }

  /**
   * `turn` changes with each turn of the other's loop. `now`: ms of a clock that only goes forward; `cpu`: ms that the process has
   * computed. Answers how long the loop has not turned, and for how much of that it computed: one that waits for the machine does not.
   */
  look(turn: number, now: number, cpu: number): { readonly ms: number; readonly cpuMs: number } {
    const since = now - this.#looked;
    const { ms, cpuMs } = this.#held;
    this.#held =
      turn === this.#turn
        ? { ms: ms + Math.min(since, this.#mostBetween), cpuMs: cpuMs + Math.min(since, cpu - this.#burnt) }
        : { ms: 0, cpuMs: 0 };
    this.#turn = turn;
    this.#looked = now;
    this.#burnt = cpu;
    return this.#held;
  }
}
