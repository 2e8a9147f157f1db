/** A table of a document's text, its first row within. */
export type Table = {
  /** Headings above it, outermost first. */
  readonly headings: readonly string[];
  /** Each as it stands in the text, and its cells. */
  readonly rows: readonly { readonly text: string; readonly cells: readonly string[] }[];
};

/** The tables of a text as `readDocument` writes it: rows that follow each other and have as many cells. */
export function tablesIn(text: string): Table[] {
  const found: { headings: readonly string[]; rows: { text: string; cells: string[] }[] }[] = [];
  let headings: string[] = [];
  let open: (typeof found)[number] | undefined;
  for (const line of text.split("\n")) {
    if (line === "") continue;
    const heading = /^(#{1,6}) (.+)$/u.exec(line);
    if (heading?.[1] !== undefined) headings = [...headings.slice(0, heading[1].length - 1), heading[2] ?? ""];
    if (!line.startsWith("| ")) {
      open = undefined;
      continue;
    }
    const row = { text: line.slice(2), cells: cellsOf(line.slice(2)) };
    if (open?.rows[0]?.cells.length !== row.cells.length) {
      open = { headings, rows: [] };
      found.push(open);
    }
    open.rows.push(row);
  }
  return found;
}

/** Cells are parted by ` | `; any may be empty. */
function cellsOf(row: string): string[] {
  return ` ${row} `.split(/ \|(?= )/u).map((cell) => cell.trim());
}
