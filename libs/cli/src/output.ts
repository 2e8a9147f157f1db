import { withoutSecrets } from "@armada/contracts";
import type { Line } from "./lines.ts";

/** Where a command's lines go: plain text for people, one JSON object a line for machines. */
export type Output = {
  readonly json: boolean;
  /** A line for people; nothing with `--json`. */
  say(line: string): void;
  /** An object for machines; nothing without `--json`. */
  emit(line: Line): void;
  /** A line for people beside the answer, on stderr, also with `--json`: what the answer lacks. */
  complain(line: string): void;
};

export function output(json: boolean): Output {
  return {
    json,
    say: (line) => void (json || process.stdout.write(`${line}\n`)),
    complain: (line) => void process.stderr.write(`${line}\n`),
    emit: (line) => void (json && process.stdout.write(`${JSON.stringify(withoutSecrets(line))}\n`)),
  };
}

/** `950 ms`, `2.4 s`, `3 min 5 s`. */
export function lengthOf(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1_000).toFixed(1)} s`;
  return `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1_000)} s`;
}

/** What the command line says of a slip in its arguments: on stderr, and as a line of its own where lines are wanted. */
export function usageError(text: string, write: (text: string) => void, json: boolean): void {
  const message = text.replace(/^error: /, "").trim();
  if (json) process.stdout.write(`${JSON.stringify({ type: "error", code: "USAGE", message } satisfies Line)}\n`);
  write(text);
}
