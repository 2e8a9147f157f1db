import type { BreakerSettings } from "./settings.ts";

/** How a call ended. `begun`: ms since 1970; `slow`: it took longer than its breaker allows. */
export type CallOutcome = { readonly begun: number; readonly ok: boolean; readonly slow: boolean };

/** So many calls are looked back on. */
const LAST = 100;
/** A share of fewer calls says nothing. */
const LEAST = 20;

/** What is known of the calls since a breaker closed: nothing as long as none failed or was slow, and the last 100 since one did. */
export class Calls {
  readonly #bad = new Uint8Array(LAST);
  #count = 0;
  #next = 0;
  #badCount = 0;
  #inARow = 0;

  /** Whether all is well: then a call that is well as well is nothing that others have to hear of. */
  get clean(): boolean {
    return this.#badCount === 0;
  }

  see({ ok, slow }: CallOutcome): void {
    this.#inARow = ok ? 0 : this.#inARow + 1;
    const bad = !ok || slow ? 1 : 0;
    if (this.clean && bad === 0) return;
    if (this.#count === LAST) this.#badCount -= this.#bad[this.#next] ?? 0;
    else this.#count++;
    this.#bad[this.#next] = bad;
    this.#badCount += bad;
    this.#next = (this.#next + 1) % LAST;
    if (this.clean) this.forget();
  }

  /** Why a breaker of these settings opens; undefined where it does not. */
  reason({ failures, share }: BreakerSettings): string | undefined {
    if (this.#inARow >= failures) return failures === 1 ? "a call failed" : `${failures} calls in a row failed`;
    if (this.#count >= LEAST && this.#badCount / this.#count >= share)
      return `${this.#badCount} of the last ${this.#count} calls failed or were slow`;
    return undefined;
  }

  forget(): void {
    this.#count = 0;
    this.#next = 0;
    this.#badCount = 0;
    this.#inARow = 0;
  }
}
