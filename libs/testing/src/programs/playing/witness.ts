import { shown } from "../drawing/values.ts";

/** Hears what the functions of a program see and what is done outside for them. */
export type Witness = {
  /** A run's function was begun. */
  begun(run: string): void;
  /** What came of a node, by its visit. */
  saw(visit: string, what: { readonly value: unknown } | { readonly error: string }): void;
  /** What chance or a patch said. */
  drew(visit: string, what: unknown): void;
  /** An attempt of an agent's at a step begins, or is over. `key`: run and call. */
  attempt(key: string, agent: string, does: "begins" | "ends"): void;
  /** A run's function holds the event loop for so long, ms. */
  blocks(run: string, ms: number): void;
  /** Something was done outside under an idempotency key. @returns how often, this time included */
  did(key: string, at: string): number;
};

/** Of a living world. Its functions may run ahead of the journal and be dropped, so what they see is not compared. */
export class Deeds implements Witness {
  readonly wrong: string[] = [];
  /** How often each run's function was begun. */
  readonly begins = new Map<string, number>();
  readonly #done = new Map<string, { at: string; times: number }>();

  begun(run: string): void {
    this.begins.set(run, (this.begins.get(run) ?? 0) + 1);
  }

  saw(): void {}

  drew(): void {}

  attempt(): void {}

  blocks(): void {}

  did(key: string, at: string): number {
    const done = this.#done.get(key) ?? { at, times: 0 };
    if (done.at !== at) this.wrong.push(`the idempotency key ${key} stands for ${done.at} and for ${at}`);
    done.times++;
    this.#done.set(key, done);
    return done.times;
  }

  times(key: string): number {
    return this.#done.get(key)?.times ?? 0;
  }
}

/** Of one run's function, begun anew on its journal. */
export class Sight implements Witness {
  readonly seen = new Map<string, string>();
  readonly drawn = new Map<string, unknown>();

  begun(): void {}

  saw(visit: string, what: { readonly value: unknown } | { readonly error: string }): void {
    this.seen.set(visit, "error" in what ? `threw ${what.error}` : shown(what.value));
  }

  drew(visit: string, what: unknown): void {
    this.drawn.set(visit, what);
  }

  attempt(): void {}

  blocks(): void {}

  did(key: string): number {
    throw new Error(`${key} was done again by a replay`);
  }
}
