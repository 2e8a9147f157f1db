import { decodeEntities, joinBlocks } from "./blocks.ts";

const DROPPED = "script|style|noscript|template|svg|math|head|nav|footer|form|iframe|object|canvas|pre|select|button|textarea";
const BLOCK =
  /^(?:p|div|section|article|main|header|aside|blockquote|figure|figcaption|ul|ol|dl|dt|dd|table|thead|tbody|tfoot|caption|hr|address|details|summary|body|html)$/u;

/** The words of an HTML page. Deterministic, reads any input, runs nothing. */
export function htmlText(html: string): string {
  let text = html.replace(/<!--[\s\S]*?(?:-->|$)/gu, " ").replace(/<!\[CDATA\[[\s\S]*?\]\]>/gu, " ");
  // The title is the only heading that many pages have.
  const title = /<title[^>]*>([\s\S]*?)<\/title\s*>/iu.exec(text)?.[1];
  text = text.replace(new RegExp(`<(${DROPPED})\\b[^>]*>[\\s\\S]*?</\\1\\s*>`, "giu"), " ");
  const marked = text
    .replace(/\s+/gu, " ")
    .replace(/<\/?([a-z][a-z0-9-]*)\b(?:"[^"]*"|'[^']*'|[^'">])*>|<[!?][^>]*>/giu, (tag, name?: string) => mark(tag, name));
  const blocks = marked.split("\u0001").map((block) => tableRow(decodeEntities(block.trim())));
  const headed = blocks.some((block) => /^# \S/u.test(block)) || title === undefined ? blocks : [`# ${decodeEntities(title)}`, ...blocks];
  return joinBlocks(headed);
}

/** \u0001 parts blocks, \u0002 parts cells: neither occurs in text. */
function mark(tag: string, name: string | undefined): string {
  const element = name?.toLowerCase() ?? "";
  const closing = tag.startsWith("</");
  const level = /^h([1-6])$/u.exec(element)?.[1];
  if (level !== undefined) return closing ? "\u0001" : `\u0001${"#".repeat(Number(level))} `;
  if (element === "li") return closing ? "\u0001" : "\u0001- ";
  if (element === "tr") return "\u0001";
  if (element === "td" || element === "th") return closing ? "" : "\u0002";
  if (BLOCK.test(element)) return "\u0001";
  if (element === "br") return " ";
  return "";
}

function tableRow(block: string): string {
  if (!block.includes("\u0002")) return block;
  return `| ${block
    .split("\u0002")
    .slice(1)
    .map((cell) => cell.trim())
    .join(" | ")}`;
}
