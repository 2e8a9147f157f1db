import type { TextView } from "../runs/watch-text.ts";
import { textRows } from "./text-rows.ts";

const WIDTH = 90;
/** Rows under all steps together, and under one call. */
const ALL = 12;
const MOST = 4;
const KEPT = WIDTH * MOST * 2;

/** The last rows of what the models say, for a tree that is drawn again and again. */
export class TextTails implements TextView {
  readonly #steps = new Map<number, { attempt: number | undefined; readonly calls: Map<number, string> }>();

  said(n: number, call: number, text: string, gap: boolean): void {
    const step = this.#steps.get(n) ?? { attempt: undefined, calls: new Map<number, string>() };
    this.#steps.set(n, step);
    const all = `${step.calls.get(call) ?? ""}${gap ? "…" : ""}${text}`;
    // Whole rows go, so that those that stay do not move.
    step.calls.set(call, all.slice(Math.max(0, Math.ceil((all.length - KEPT) / WIDTH) * WIDTH)));
  }

  again(n: number, attempt: number): void {
    this.#steps.set(n, { attempt, calls: new Map() });
  }

  /** What stands under a step that runs; nothing of a step that has ended is kept. `running`: the steps that run. */
  rows(running: ReadonlySet<number>): (n: number) => string[] {
    for (const n of this.#steps.keys()) if (!running.has(n)) this.#steps.delete(n);
    const calls = [...this.#steps.values()].reduce((sum, step) => sum + step.calls.size, 0);
    const each = Math.min(MOST, Math.floor(ALL / Math.max(1, calls)));
    return (n) => {
      const step = this.#steps.get(n);
      if (step === undefined || each === 0) return [];
      const rows = [...step.calls.values()].flatMap((text) => textRows(text, WIDTH).slice(-each));
      return step.attempt === undefined ? rows : [`↻ attempt ${step.attempt}`, ...rows];
    };
  }
}
