import { theWhole } from "./one-line.ts";

/** In front of what goes on of a row that is wider than the terminal. */
export const INDENT = "    ";

/**
 * A row as lines that are no wider than the terminal: it breaks between words, and what goes on stands below, indented. A word that
 * is wider stays whole, for it is to be copied. Without a terminal a row is one line, however long: other programs read it.
 */
export function fitted(row: string, width: number | undefined = process.stdout.columns): string {
  if (width === undefined) return row;
  const lines: string[] = [];
  let rest = row;
  while (rest.length > width) {
    const from = rest.length - rest.trimStart().length + 1;
    const before = rest.lastIndexOf(" ", width);
    const at = before >= from ? before : rest.indexOf(" ", from);
    if (at < 0) break;
    lines.push(rest.slice(0, at).trimEnd());
    rest = `${INDENT}${rest.slice(at).trimStart()}`;
  }
  return [...lines, rest].join("\n");
}

/** Says rows as wide as the terminal is, and by which command what is cut of them is shown whole, where something is. */
export function sayRows(rows: readonly string[], whole: string, say: (line: string) => void, indent = ""): void {
  for (const row of [...rows, ...theWhole(rows.join("\n"), whole).map((line) => `${indent}${line}`)]) say(fitted(row));
}
