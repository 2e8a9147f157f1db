import { htmlText } from "./html-text.ts";
import { markdownText } from "./markdown-text.ts";
import { plainText } from "./plain-text.ts";

/**
 * What a document says, without its markup: the text that quotes are looked up in. The file's ending chooses how it is read
 * (`.md`, `.markdown`; `.html`, `.htm`; all else as plain text).
 *
 * One block a line, blocks apart by an empty line: a paragraph (its lines joined by one space), `# ` … `###### ` a heading,
 * `- ` a list item, `| a | b` a table row. Code blocks, scripts, styles, comments, images, front matter and templating marks
 * are left out; links, emphasis and inline code leave their words; entities and escapes become their characters; runs of white space
 * become one space. Reading the result again as plain text changes nothing.
 */
export function extractText(name: string, raw: string): string {
  const text = raw
    .replace(/^\uFEFF/u, "")
    .replace(/\r\n?/gu, "\n")
    .normalize("NFC");
  const ending = /\.([a-z0-9]+)$/iu.exec(name)?.[1]?.toLowerCase();
  if (ending === "md" || ending === "markdown") return plainText(markdownText(text));
  if (ending === "html" || ending === "htm") return plainText(htmlText(text));
  return plainText(text);
}

/** The first heading of an extracted text, else the file's name without its ending. */
export function titleOf(name: string, text: string): string {
  return /^#{1,6} (.+)$/mu.exec(text)?.[1] ?? name.replace(/\.[a-z0-9]+$/iu, "").replaceAll(/[-_]+/gu, " ");
}
