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
    const line = oneLine(paragraph.join(" "));
    if (line !== "") blocks.push({ kind, level: 0, text: line });
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

/** White space evened out; characters without width, and controls, gone. */
export function oneLine(text: string): string {
  return text
    .replaceAll(/[\u200b-\u200d\u2060\ufeff\u00ad]/gu, "")
    .replaceAll(/[\s\p{Cc}]+/gu, " ")
    .trim();
}
