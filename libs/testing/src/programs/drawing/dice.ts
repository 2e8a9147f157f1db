import type { Random } from "@armada/event-sourcing";
import { CHANGED, held, LARGE, live, PLAIN, UNHELD, type Value } from "./values.ts";

/** What can be left out of the programs that are drawn. */
export type Feature = "changed values" | "unheld values" | "huge texts" | "meeting waits" | "mixed versions" | "busy models";

/** Draws the parts of one case: names, lengths, values, and whatever chance says. */
export class Dice {
  readonly #random: Random;
  readonly #without: ReadonlySet<Feature>;
  #names = 0;
  /** Lengths are drawn once each: a timer is known by its length. */
  #lengths = 0;

  constructor(random: Random, without: ReadonlySet<Feature>) {
    this.#random = random;
    this.#without = without;
  }

  name(): string {
    return `k${++this.#names}`;
  }

  /** A full second soon after the start, ms: what begins to count then, and what comes then, may meet. */
  second(): number {
    return 1_000 * this.below(20);
  }

  length(most: number): number {
    return 1 + this.below(Math.floor(most / 64)) * 64 + (this.#lengths++ % 64);
  }

  /** A time long before all that happens, ms since 1970. */
  early(): number {
    return 1 + this.#lengths++;
  }

  value(): Value {
    if (this.chance(0.75)) return this.number();
    const dice = this.next();
    if (dice < 0.5) return { is: this.one(PLAIN) };
    if (dice < 0.75) return { is: this.#without.has("changed values") ? "null" : this.one(CHANGED) };
    if (dice < 0.85) return this.unheld();
    return { is: this.one(LARGE) };
  }

  /** A value that no journal holds. */
  unheld(): Value {
    return { is: this.#without.has("unheld values") ? "null" : this.one(UNHELD) };
  }

  number(): Value {
    return { is: "number", n: this.below(1_000) };
  }

  /** Of what comes from outside, which is JSON. */
  held(): Value {
    const value = this.value();
    return held({ value: live(value) }) === undefined ? { is: "null" } : value;
  }

  one<T>(of: readonly T[]): T {
    const found = of[this.below(of.length)];
    if (found === undefined) throw new Error("nothing to draw from");
    return found;
  }

  below(limit: number): number {
    return Math.floor(this.next() * limit);
  }

  chance(chance: number): boolean {
    return this.next() < chance;
  }

  next(): number {
    return this.#random.next();
  }
}
