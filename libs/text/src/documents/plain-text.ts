/** A block of a document, one line; `level` is a heading's, 0 of all others. */
export type TextBlock = {
  readonly kind: "heading" | "paragraph" | "item" | "row" | "code";
  readonly level: number;
  readonly text: string;
};

const RULE = /^\s*(?:={3,}|-{3,}|\*{3,}|_{3,}|~{3,})\s*$/u;
const ITEM = /^\s*[-*•‣◦–]\s+(\S.*)$/u;
/** `1. ` begins a list; any other number does not break a paragraph that it continues ("in the year\n2025. The tram …"). */
const NUMBERED = /^\s*(?:\d{1,3}|[a-z])[.)]\s+(\S.*)$/u;

/**
 * The blocks of plain text: paragraphs end at an empty line or where lines are indented anew; underlined titles, list items,
 * headings and table rows as `extractText` writes them are what they look like.
 */
export function readPlain(text: string): TextBlock[] {
  const blocks: TextBlock[] = [];
  let paragraph: string[] = [];
  let kind: TextBlock["kind"] = "paragraph";
  const flush = (): void => {
    const parts: readonly (string | readonly string[])[] = kind === "paragraph" ? withTables(paragraph) : [paragraph];
    for (const part of parts) {
      const line = typeof part === "string" ? part : oneLine(part.join(" "));
      if (line !== "") blocks.push({ kind: typeof part === "string" ? "row" : kind, level: 0, text: line });
    }
    paragraph = [];
    kind = "paragraph";
  };
  for (const line of text.replaceAll("\f", "\n\n").split("\n")) {
    const marked = ITEM.exec(line)?.[1];
    // A dash before a figure in the middle of a sentence is a range or a minus that a line's end has cut.
    const goesOn = marked !== undefined && /^\d/u.test(marked) && kind === "paragraph" && /[^.:;!?]$/u.test(paragraph.at(-1) ?? "");
    const item = goesOn ? undefined : marked;
    const numbered = NUMBERED.exec(line)?.[1];
    const heading = /^(#{1,6}) (\S.*)$/u.exec(line);
    if (RULE.test(line) && kind === "paragraph" && cellsOf(paragraph.at(-1) ?? "").length > 1) continue;
    if (RULE.test(line)) {
      const title = oneLine(paragraph.join(" "));
      if (title !== "" && paragraph.length <= 2 && kind === "paragraph") {
        paragraph = [];
        blocks.push({ kind: "heading", level: 1, text: title });
      } else flush();
    } else if (line.trim() === "") flush();
    else if (heading?.[1] !== undefined) {
      flush();
      blocks.push({ kind: "heading", level: heading[1].length, text: oneLine(heading[2] ?? "") });
    } else if (/^[|`] /u.test(line)) {
      flush();
      blocks.push({ kind: line.startsWith("|") ? "row" : "code", level: 0, text: oneLine(line.slice(2)) });
    } else if (item !== undefined) {
      flush();
      kind = "item";
      paragraph.push(item);
    } else if (numbered !== undefined && (paragraph.length === 0 || kind === "item" || /^\s*1[.)]\s/u.test(line))) {
      flush();
      kind = "item";
      paragraph.push(numbered);
    } else paragraph.push(line.trim());
  }
  flush();
  return blocks;
}

/** More than this in one cell is prose with wide gaps. */
const CELL_MOST = 40;

/** Lines of a paragraph, and in place of lines whose columns stand below each other their rows. */
function withTables(lines: readonly string[]): (string | readonly string[])[] {
  const runs: { columns: number; lines: string[] }[] = [];
  for (const line of lines) {
    if (/^[-=+|\s]{3,}$/u.test(line) && (runs.at(-1)?.columns ?? 0) > 1) continue;
    const columns = cellsOf(line).length;
    const last = runs.at(-1);
    if (last?.columns === columns) last.lines.push(line);
    else runs.push({ columns, lines: [line] });
  }
  if (!runs.some(isTable)) return [[...lines]];
  return runs.flatMap((run): (string | readonly string[])[] =>
    isTable(run) ? run.lines.map((line) => cellsOf(line).join(" | ")) : [run.lines],
  );
}

/** Two rows and more, with figures below the first. */
function isTable({ columns, lines }: { readonly columns: number; readonly lines: readonly string[] }): boolean {
  return columns > 1 && lines.length > 1 && lines.slice(1).some((line) => /\d/u.test(line));
}

/** The cells of a line: a tab or two spaces part them. A line of prose is one. */
function cellsOf(line: string): string[] {
  const cells = line.split(/\t+|\s{2,}/u).map((cell) => oneLine(cell).replaceAll("|", "/"));
  return cells.some((cell) => cell === "" || cell.length > CELL_MOST || /\p{L}[.!?;,:]$/u.test(cell)) ? [line] : cells;
}

/** White space evened out; characters without width, and controls, gone. */
export function oneLine(text: string): string {
  return text
    .replaceAll(/[\u200b-\u200d\u2060\ufeff\u00ad]/gu, "")
    .replaceAll(/[\s\p{Cc}]+/gu, " ")
    .trim();
}
