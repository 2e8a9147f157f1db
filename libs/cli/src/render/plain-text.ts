import type { TextView } from "../runs/watch-text.ts";
import { textRows } from "./text-rows.ts";

const WIDTH = 100;

/** The text of running calls as lines, each once it is full or ends: for files, pipes and the logs of other programs. */
export class PlainText implements TextView {
  readonly #say: (line: string) => void;
  /** What has not filled a line, by step and call. */
  readonly #open = new Map<number, Map<number, string>>();

  constructor(say: (line: string) => void) {
    this.#say = say;
  }

  said(n: number, call: number, text: string, gap: boolean): void {
    const calls = this.#open.get(n) ?? new Map<number, string>();
    this.#open.set(n, calls);
    const rows = textRows(`${calls.get(call) ?? ""}${gap ? "…" : ""}${text}`, WIDTH);
    calls.set(call, rows.pop() ?? "");
    for (const row of rows) this.#line(n, row);
  }

  again(n: number, attempt: number): void {
    this.end(n);
    this.#say(`  ${n} ↻ begins again: attempt ${attempt}`);
  }

  /** Nothing more is said in the step. */
  end(n: number): void {
    for (const rest of this.#open.get(n)?.values() ?? []) if (rest !== "") this.#line(n, rest);
    this.#open.delete(n);
  }

  #line(n: number, row: string): void {
    this.#say(`  ${n} │ ${row}`.trimEnd());
  }
}
