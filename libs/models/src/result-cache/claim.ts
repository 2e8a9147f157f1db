import { type Backoff, type Registers, type RetryPorts, retry } from "@armada/event-sourcing";
import { type Entry, entryOf } from "./entry.ts";

/** `lost`: another has taken the claim. */
type Written = "held" | "lost";

/** Where a claim stands, and who holds it. */
export type ClaimAt = Pick<RetryPorts, "clock" | "random"> & {
  readonly registers: Registers;
  readonly key: string;
  readonly by: string;
  /** Without renewal it ends after this long, ms. */
  readonly leaseMs: number;
};

/** A write that lost to one of our own, or whose answer was lost, is tried this often. */
const TRIES = 4;
const AGAIN: Backoff = { first: 20, most: 160 };

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

  /** Writes the last word. Rejects where the register does not answer: it may be written all the same. */
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
      const written = await this.#write(() => claimed(this.#at), this.#over.signal).catch(() => undefined); // the lease is renewed next time, or ends
      if (written === "lost") return;
    }
  }

  #write(text: () => string, signal?: AbortSignal): Promise<Written> {
    let tries = 0;
    const worth = (): boolean => ++tries < TRIES;
    return retry(`the claim ${this.#at.key}`, this.#at, () => this.#writeOnce(text()), { backoff: AGAIN, worth, signal });
  }

  /** Rejects where it is not known what stands there, or another try may write. */
  async #writeOnce(value: string): Promise<Written> {
    const { registers, key, by } = this.#at;
    let reason: unknown = new Error("a rival's write was in flight");
    const revision = await registers.put(key, value, this.#revision).catch((error: unknown) => {
      reason = error; // it may be stored all the same
      return undefined;
    });
    const there = revision === undefined ? await registers.get(key) : { value, revision };
    if (there === undefined || there.revision < this.#revision) throw reason; // a read may be stale
    const stored = there.value === value;
    if (!stored && !isClaimOf(by, there.value)) return "lost";
    this.#revision = there.revision;
    if (!stored) throw reason;
    return "held";
  }
}

function isClaimOf(by: string, value: string): boolean {
  const entry = entryOf(value);
  return entry?.kind === "claimed" && entry.by === by;
}
