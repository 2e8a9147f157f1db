import { oneLine, readPlain, type TextBlock } from "./plain-text.ts";

/**
 * Blocks as one text: a line a block, an empty line between; `# ` … `###### ` before a heading, `- ` before a list item, `| `
 * before a table row, "` " before code. Read again as plain text it is the same.
 */
export function textOfBlocks(blocks: readonly TextBlock[]): string {
  let made = render(blocks);
  // A paragraph may look like an item or a heading itself.
  for (let next = render(readPlain(made)); next !== made; next = render(readPlain(made))) made = next;
  return made;
}

const MARKS = { item: "-", row: "|", code: "`" } as const;

function render(blocks: readonly TextBlock[]): string {
  return blocks
    .map(({ kind, level, text }) => {
      const line = oneLine(text);
      if (line === "" || kind === "paragraph") return line;
      return `${kind === "heading" ? "#".repeat(Math.max(1, level)) : MARKS[kind]} ${line}`;
    })
    .filter((line) => line !== "")
    .join("\n\n");
}

/** The first heading of a document's text, else its name without its ending. */
export function titleOf(name: string, text: string): string {
  const file = name.split(/[/\\]/u).at(-1) ?? name;
  return /^#{1,6} (.+)$/mu.exec(text)?.[1] ?? file.replace(/\.[a-z0-9]+$/iu, "").replaceAll(/[-_]+/gu, " ");
}
