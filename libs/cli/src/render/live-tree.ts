import type { RunView } from "@armada/engine/reading";
import { fitted } from "./fitted.ts";
import { runTree } from "./run-tree.ts";
import { TextTails } from "./text-tails.ts";

const REDRAW_MS = 250;

/** A run's tree, drawn again in place while it grows; the time of what runs moves on by itself, and so does its `text`. */
export class LiveTree {
  readonly #out: { write(text: string): unknown; readonly columns?: number };
  readonly text = new TextTails();
  #view: RunView | undefined;
  #lines = 0;
  readonly #timer: NodeJS.Timeout;

  constructor(out: { write(text: string): unknown; readonly columns?: number }) {
    this.#out = out;
    this.#timer = setInterval(() => this.#draw(), REDRAW_MS);
  }

  show(view: RunView): void {
    this.#view = view;
    this.#draw();
  }

  /** Leaves the last drawing where it is, with nothing cut: nothing is drawn over it any more. */
  end(): void {
    clearInterval(this.#timer);
    this.#draw((line, width) => fitted(line, width).split("\n"));
  }

  #draw(fit: (line: string, width: number) => readonly string[] = cut): void {
    if (this.#view === undefined) return;
    const width = (this.#out.columns || 100) - 1;
    const running = new Set(this.#view.steps.flatMap(({ n, status }) => (status === "requested" ? [n] : [])));
    const lines = runTree(this.#view, Date.now(), this.text.rows(running))
      .split("\n")
      .flatMap((line) => fit(line, width));
    const back = this.#lines === 0 ? "" : `\u001b[${this.#lines}F`;
    this.#out.write(`${back}${lines.map((line) => `\u001b[2K${line}\n`).join("")}\u001b[0J`);
    this.#lines = lines.length;
  }
}

/** What is drawn over has a row a line, whatever the terminal's width. */
function cut(line: string, width: number): readonly string[] {
  return [line.length > width ? `${line.slice(0, width - 1)}…` : line];
}
