import { INDENT } from "./fitted.ts";

const GAP = "  ";

/**
 * Rows as columns of text, the first `left` of them at the left edge and the others, figures, at the right one. Columns that the
 * terminal has no room for stand in lines below, indented, the same ones of each row.
 */
export function table(rows: readonly (readonly string[])[], left: number, width: number | undefined = process.stdout.columns): string[] {
  const widths = rows.reduce<number[]>((sizes, row) => row.map((cell, i) => Math.max(sizes[i] ?? 0, cell.length)), []);
  const starts = startsOf(widths, width ?? Number.POSITIVE_INFINITY);
  return rows.flatMap((row) => {
    const cells = row.map((cell, i) => (i < left ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)));
    const lines = starts.map((start, i) =>
      cells
        .slice(start, starts[i + 1])
        .join(GAP)
        .trimEnd(),
    );
    return lines.flatMap((line, i) => (i === 0 ? [line] : line === "" ? [] : [INDENT + line]));
  });
}

/** Which columns begin a line. */
function startsOf(widths: readonly number[], width: number): number[] {
  const starts = [0];
  let used = 0;
  for (const [i, size] of widths.entries()) {
    const fits = used === 0 || used + GAP.length + size <= width;
    if (!fits) starts.push(i);
    used = fits ? used + (used === 0 ? 0 : GAP.length) + size : INDENT.length + size;
  }
  return starts;
}
