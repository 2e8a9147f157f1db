const MINUTE_MS = 60_000;
/** Callers who have their whole minute again are forgotten from so many on. */
const MOST_KEPT = 1_000;

/** What each caller may still ask: a minute's requests at once, and then as many as that minute has. */
export class Allowance {
  readonly #now: () => number;
  readonly #left = new Map<string, { tokens: number; at: number; perMinute: number }>();

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Takes one. @returns 0, or in how many seconds there is one again */
  take(name: string, perMinute: number): number {
    const now = this.#now();
    const known = this.#left.get(name);
    const since = known === undefined ? 0 : Math.max(0, now - known.at);
    const tokens = Math.min(perMinute, (known?.tokens ?? perMinute) + (since * perMinute) / MINUTE_MS);
    const taken = tokens >= 1;
    this.#left.set(name, { tokens: taken ? tokens - 1 : tokens, at: now, perMinute });
    if (this.#left.size > MOST_KEPT) this.#forget(now);
    return taken ? 0 : Math.ceil(((1 - tokens) * MINUTE_MS) / perMinute / 1_000);
  }

  #forget(now: number): void {
    for (const [name, { tokens, at, perMinute }] of this.#left)
      if (tokens + ((now - at) * perMinute) / MINUTE_MS >= perMinute) this.#left.delete(name);
  }
}
