import type { Clock, Registers } from "@armada/event-sourcing";
import { type Entry, entryOf } from "./entry.ts";

type Written = "held" | "lost" | "unknown";

/** Where a claim stands, and who holds it. */
export type ClaimAt = {
  readonly registers: Registers;
  readonly key: string;
  readonly by: string;
  readonly clock: Clock;
  /** Without renewal it ends after this long, ms. */
  readonly leaseMs: number;
};

/** A write that lost to one of our own, or whose answer was lost, is tried this often. */
const TRIES = 4;
const AGAIN_MS = 20;

export function claimed({ by, clock, leaseMs }: ClaimAt): string {
  const entry: Entry = { kind: "claimed", by, until: clock.now() + leaseMs };
  return JSON.stringify(entry);
}

/** The right to make one request's call; renewed until its holder says how the call went, or dies. */
export class Claim {
  readonly #at: ClaimAt;
  #revision: number;
  readonly #over = new AbortController();
  readonly #renewing: Promise<void>;

  constructor(at: ClaimAt, revision: number) {
    this.#at = at;
    this.#revision = revision;
    this.#renewing = this.#renew();
  }

  /** Writes the last word; `lost` where another has taken the claim, `unknown` where the register does not answer. */
  async end(entry: Entry): Promise<Written> {
    this.#over.abort();
    await this.#renewing;
    return await this.#write(() => JSON.stringify(entry));
  }

  async #renew(): Promise<void> {
    for (;;) {
      try {
        await this.#at.clock.sleep(this.#at.leaseMs / 3, this.#over.signal);
      } catch {
        return;
      }
      if ((await this.#write(() => claimed(this.#at))) === "lost") return;
    }
  }

  async #write(text: () => string): Promise<Written> {
    const { registers, key, by, clock } = this.#at;
    for (let tries = 0; tries < TRIES; tries++) {
      if (tries > 0) await clock.sleep(AGAIN_MS * tries);
      const value = text();
      try {
        const revision = await registers.put(key, value, this.#revision);
        if (revision !== undefined) {
          this.#revision = revision;
          return "held";
        }
      } catch {
        // It may be stored all the same.
      }
      try {
        const stored = await registers.get(key);
        if (stored === undefined || stored.revision < this.#revision) continue; // a read may be stale
        const entry = entryOf(stored.value);
        const ours = stored.value === value || (entry?.kind === "claimed" && entry.by === by);
        if (!ours) return "lost";
        this.#revision = stored.revision;
        if (stored.value === value) return "held";
      } catch {
        if (this.#over.signal.aborted && tries > 0) return "unknown";
      }
    }
    return "unknown";
  }
}
