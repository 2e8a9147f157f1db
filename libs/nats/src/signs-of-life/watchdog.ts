/**
 * How long a thread's event loop has not turned, as another thread sees it that looks now and then. Only time in which the
 * one who looks ran itself counts: a machine that slept, or a process that was stopped, held nobody up.
 */
export class Watchdog {
  readonly #mostBetween: number;
  #turn = -1;
  #looked = 0;
  #ms = 0;

  /** `every`: how often it looks, ms. */
  constructor(every: number) {
    this.#mostBetween = 2 * every;
  }

  /** `turn` changes with each turn of the other's loop. `now`: ms of a clock that only goes forward. Answers ms. */
  look(turn: number, now: number): number {
    this.#ms = turn === this.#turn ? this.#ms + Math.min(now - this.#looked, this.#mostBetween) : 0;
    this.#turn = turn;
    this.#looked = now;
    return this.#ms;
  }
}
