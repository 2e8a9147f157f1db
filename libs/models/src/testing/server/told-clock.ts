import { VirtualClock } from "@armada/event-sourcing/testing";

/** The header by which a request tells the server what time it is, milliseconds since 1970. */
export const NOW_HEADER = "x-armada-now";

/** A clock that goes by what it is told, for a server whose clients live in virtual time. It never goes back. */
export class ToldClock extends VirtualClock {
  #telling = Promise.resolve();

  constructor() {
    super(0);
  }

  /** Resolves when those who slept until then have woken, each at its own time, and done what they do at once. */
  tell(now: number): Promise<void> {
    this.#telling = this.#telling.then(async () => {
      if (now <= this.now()) return;
      let there = false;
      void this.sleep(now - this.now()).then(() => {
        there = true;
      });
      await this.run(() => there, Number.POSITIVE_INFINITY);
    });
    return this.#telling;
  }
}
