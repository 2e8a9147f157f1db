import { decodeEntities, joinBlocks } from "./blocks.ts";

/** The words of a Markdown page (CommonMark and tables, as far as prose needs it; HTML inside loses its tags). */
export function markdownText(markdown: string): string {
  const blocks: string[] = [];
  let paragraph: string[] = [];
  let prefix = "";
  const flush = () => {
    if (paragraph.length > 0) blocks.push(prefix + inline(paragraph.join(" ")));
    paragraph = [];
    prefix = "";
  };
  for (const line of withoutBlocks(markdown).split("\n")) {
    const bare = line.replace(/^(?:\s{0,3}>\s?)+/u, "");
    const heading = /^\s{0,3}(#{1,6})\s+(.*?)(?:\s+#+)?\s*$/u.exec(bare);
    const item = /^\s*(?:[-*+]|\d{1,9}[.)])\s+(?:\[[ x]\]\s+)?(.*)$/iu.exec(bare);
    const underline = /^\s{0,3}(=+|-+)\s*$/u.exec(bare)?.[1];
    if (underline !== undefined && paragraph.length > 0 && prefix === "") {
      prefix = underline.startsWith("=") ? "# " : "## ";
      flush();
    } else if (bare.trim() === "" || /^\s{0,3}(?:[-*_]\s*){3,}$/u.test(bare) || /^\s*\[[^\]]+\]:\s+\S+/u.test(bare)) flush();
    else if (heading?.[1] !== undefined) {
      flush();
      blocks.push(`${heading[1]} ${inline(heading[2] ?? "")}`);
    } else if (item !== null) {
      flush();
      prefix = "- ";
      paragraph.push(item[1] ?? "");
    } else if (/^\s*\|.*\|\s*$/u.test(bare)) {
      flush();
      if (!/^[\s|:-]+$/u.test(bare)) blocks.push(`| ${cells(bare).map(inline).join(" | ")}`);
    } else paragraph.push(bare.replace(/(?:\\| {2,})$/u, "").trim());
  }
  flush();
  return joinBlocks(blocks);
}

/** Front matter, fenced code, comments, scripts and template marks go before lines are read. */
function withoutBlocks(markdown: string): string {
  return markdown
    .replace(/^---\n[\s\S]*?\n(?:---|\.\.\.)[ \t]*(?:\n|$)/u, "")
    .replace(/^([ \t]*)(`{3,}|~{3,})[^\n]*\n(?:[\s\S]*?\n)??[ \t]*\2[`~]*[ \t]*(?=\n|$)/gmu, "\n")
    .replace(/<!--[\s\S]*?-->/gu, "")
    .replace(/<(script|style|pre|svg)\b[^>]*>[\s\S]*?<\/\1\s*>/giu, "")
    .replace(/\{%[\s\S]*?%\}/gu, "\n");
}

function cells(row: string): string[] {
  return row
    .trim()
    .replace(/^\||\|$/gu, "")
    .split(/(?<!\\)\|/u)
    .map((cell) => cell.trim());
}

/** One line's words. Code spans are set aside first: what stands in them is no markup. */
function inline(line: string): string {
  const code: string[] = [];
  const keep = (text: string) => `\u0001${code.push(text) - 1}\u0002`;
  let text = line
    .replace(/(`+)([\s\S]*?[^`])\1(?!`)/gu, (_, __, inner: string) => keep(inner.trim()))
    .replace(/\\([!-/:-@[-`{-~])/gu, (_, mark: string) => keep(mark))
    .replace(/!\[[^\]]*\](?:\([^()]*(?:\([^()]*\)[^()]*)*\)|\[[^\]]*\])/gu, "");
  // Twice: a link's words may hold an image, which is gone by now, or brackets.
  for (let i = 0; i < 2; i++) text = text.replace(/\[((?:[^[\]]|\[[^[\]]*\])*)\](?:\([^()]*(?:\([^()]*\)[^()]*)*\)|\[[^\]]*\])/gu, "$1");
  text = text
    .replace(/<(https?:[^\s>]+|[^\s>@]+@[^\s>]+)>/giu, "$1")
    .replace(/<\/?[a-z][a-z0-9-]*(?:\s(?:"[^"]*"|'[^']*'|[^'">])*)?\/?>/giu, "")
    .replace(/\[\^[^\]]+\]/gu, "")
    .replace(/(\*{1,3})(?=\S)([\s\S]*?\S)\1/gu, "$2")
    .replace(/(?<![\p{L}\p{N}_])(_{1,3})(?=\S)([\s\S]*?\S)\1(?![\p{L}\p{N}_])/gu, "$2")
    .replace(/~~(?=\S)([\s\S]*?\S)~~/gu, "$1");
  return decodeEntities(text).replace(/\u0001(\d+)\u0002/gu, (_, index: string) => code[Number(index)] ?? "");
}
