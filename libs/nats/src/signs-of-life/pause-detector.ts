/** A loop that has not turned for so long was held, or its process was stopped, ms. */
const PAUSE_MS = 1_000;

/** When this thread's event loop last paused: held by its own work, or stopped with its process. By a clock that only goes forward, in ms. */
export class PauseDetector {
  #turned: number;
  #last = { from: 0, until: Number.NEGATIVE_INFINITY };

  constructor(now: number) {
    this.#turned = now;
  }

  /** Said at each turn, or a few times a second. */
  turned(now: number): void {
    if (now - this.#turned > PAUSE_MS) this.#last = { from: this.#turned, until: now };
    this.#turned = now;
  }

  /** How long ago what is read now may have come: 0, or, during a pause and until a second after it, since it began. */
  late(now: number): number {
    if (now - this.#turned > PAUSE_MS) return now - this.#turned;
    return now - this.#last.until < PAUSE_MS ? now - this.#last.from : 0;
  }
}
