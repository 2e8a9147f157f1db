/** Rows as columns of text, the first `left` of them at the left edge and the others, figures, at the right one. */
export function table(rows: readonly (readonly string[])[], left: number): string[] {
  const widths = rows.reduce<number[]>((sizes, row) => row.map((cell, i) => Math.max(sizes[i] ?? 0, cell.length)), []);
  return rows.map((row) =>
    row
      .map((cell, i) => (i < left ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)))
      .join("  ")
      .trimEnd(),
  );
}
