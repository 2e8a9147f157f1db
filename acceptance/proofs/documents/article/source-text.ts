import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/**
 * The judge's own reading of documents, kept apart from the product's on purpose: two readers that agree say more than one.
 * It is tolerant: markup, kinds of quotation marks and white space never make a quote wrong; a changed word or figure does.
 */
export function readFolder(folder: string): ReadonlyMap<string, string> {
  const names = readdirSync(folder).filter((name) => /\.(?:md|markdown|txt|html?)$/iu.test(name));
  return new Map(names.map((name) => [name, plain(name, readFileSync(join(folder, name), "utf8"))]));
}

const INLINE = "a|abbr|b|cite|code|em|i|kbd|mark|q|s|small|span|strong|sub|sup|time|u|var|wbr";
const ENTITIES: Readonly<Record<string, string>> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
  nbsp: " ",
  ldquo: "“",
  rdquo: "”",
  lsquo: "‘",
  rsquo: "’",
  ndash: "–",
  mdash: "—",
  hellip: "…",
  deg: "°",
  euro: "€",
};

/** Words of a file without tags, entities and Markdown's marks. */
export function plain(name: string, raw: string): string {
  if (/\.html?$/iu.test(name)) return withoutTags(raw);
  if (/\.txt$/iu.test(name)) return raw;
  const unlinked = raw
    .replace(/!\[[^\]]*\]\([^)]*\)/gu, "")
    .replace(/\[\^[^\]]+\]/gu, "")
    .replace(/\[([^\]]*)\]\([^)]*\)/gu, "$1")
    .replace(/\[([^\]]*)\]\[[^\]]*\]/gu, "$1")
    .replace(/\{%[\s\S]*?%\}/gu, " ");
  return withoutTags(unlinked);
}

export function withoutTags(html: string): string {
  return html
    .replace(/<!--[\s\S]*?-->/gu, " ")
    .replace(/<(script|style)\b[\s\S]*?<\/\1\s*>/giu, " ")
    .replace(new RegExp(`</?(?:${INLINE})(?:\\s[^>]*)?>`, "giu"), "")
    .replace(/<\/?[a-z][^>]*>/giu, " ")
    .replace(/&#(\d{1,6});/gu, (_, code: string) => String.fromCodePoint(Number(code)))
    .replace(/&#x([\da-f]{1,5});/giu, (_, code: string) => String.fromCodePoint(Number.parseInt(code, 16)))
    .replace(/&([a-z]+);/giu, (whole, entity: string) => ENTITIES[entity] ?? whole);
}

/** What two spellings of the same words have in common: letters, digits, and the points, commas and minus signs of numbers. */
export function essence(text: string): string {
  return text
    .normalize("NFC")
    .replace(/['’‘*_`]/gu, "")
    .replace(/(?<=\p{N})\.(?=\p{N})/gu, "٫")
    .replace(/(?<=\p{N}),(?=\p{N})/gu, "٬")
    .replace(/(?<![\p{L}\p{N}])[-−](?=\p{N})/gu, "⁻")
    .replace(/[^\p{L}\p{N}٫٬⁻%]+/gu, " ")
    .trim();
}

/** Whole words of `part`, in this order and side by side, stand in `whole`. */
export function occurs(part: string, whole: string): boolean {
  const wanted = essence(part);
  return wanted !== "" && ` ${essence(whole)} `.includes(` ${wanted} `);
}
