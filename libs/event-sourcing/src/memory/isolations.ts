import type { Isolation } from "@armada/contracts";
import type { Isolations } from "../ports.ts";

/** The isolations of a mesh in memory; each replica hears of them in their order, when its operations take effect. */
export class MemoryIsolations {
  readonly #all = new Map<string, Isolation>();
  readonly #listeners = new Set<(isolation: Isolation) => void>();

  get all(): ReadonlyMap<string, Isolation> {
    return this.#all;
  }

  say(isolation: Isolation): void {
    this.#all.set(isolation.prefix, isolation);
    for (const tell of [...this.#listeners]) tell(isolation);
  }

  /** One replica's view. `op`: has an effect when the replica's turn comes, and never where it died. */
  seenBy(op: <T>(effect: () => T) => Promise<T>, isDead: () => boolean): Isolations {
    const seen = new Map<string, Isolation>();
    const listeners = new Set<() => void>();
    const hear = (isolation: Isolation): void => {
      if ((seen.get(isolation.prefix)?.revision ?? 0) >= isolation.revision) return;
      seen.set(isolation.prefix, isolation);
      for (const tell of [...listeners]) tell();
    };
    const tell = (isolation: Isolation): void => {
      if (isDead()) this.#listeners.delete(tell);
      else void op(() => hear(isolation));
    };
    this.#listeners.add(tell);
    return {
      known: () =>
        op(() => {
          for (const isolation of this.#all.values()) hear(isolation);
        }),
      all: () => seen,
      onChange: (listener) => {
        listeners.add(listener);
        return () => void listeners.delete(listener);
      },
    };
  }
}
