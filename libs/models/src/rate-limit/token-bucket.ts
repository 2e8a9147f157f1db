import type { Clock } from "@armada/event-sourcing";

const MINUTE_MS = 60_000;
const SECOND_MS = 1_000;
/** A share of nothing would wait for ever. */
const LEAST_SHARE = 0.001;

/**
 * An allowance that fills evenly, `share` of `perMinute` a minute, up to one second's worth, at least 1. What is larger than
 * that is taken from a full bucket and leaves a debt, which is waited for by whoever comes next.
 */
export class TokenBucket {
  readonly #perMinute: number;
  readonly #clock: Clock;
  readonly #share: () => number;
  #level: number;
  #at: number;

  constructor(perMinute: number, clock: Clock, share: () => number) {
    this.#perMinute = perMinute;
    this.#clock = clock;
    this.#share = share;
    this.#at = clock.now();
    this.#level = this.#most(this.#rate());
  }

  /** Milliseconds until `amount` may be taken; 0 for now. */
  wait(amount: number): number {
    const rate = this.#fill();
    const missing = Math.min(amount, this.#most(rate)) - this.#level;
    return missing <= 1e-9 ? 0 : Math.ceil(missing / rate);
  }

  /** Milliseconds until `amount` could have been taken in all, in small parts. */
  waitForAll(amount: number): number {
    const rate = this.#fill();
    return Math.max(0, Math.ceil((amount - this.#level) / rate));
  }

  /** Less than nothing gives back. */
  take(amount: number): void {
    this.#fill();
    this.#level -= amount;
  }

  #fill(): number {
    const rate = this.#rate();
    const now = this.#clock.now();
    // A clock that was set back fills nothing.
    this.#level = Math.min(this.#most(rate), this.#level + Math.max(0, now - this.#at) * rate);
    this.#at = now;
    return rate;
  }

  /** A millisecond. */
  #rate(): number {
    const share = this.#share() || LEAST_SHARE;
    return (this.#perMinute * Math.min(1, Math.max(share, LEAST_SHARE))) / MINUTE_MS;
  }

  #most(rate: number): number {
    return Math.max(1, rate * SECOND_MS);
  }
}
