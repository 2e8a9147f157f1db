import type { Degraded, Metadata } from "../contract.ts";
import type { Checked, CheckedArticle, Passage } from "./draft.ts";

/** What stands on the page, the same for Markdown and HTML. */
export type Page = {
  readonly metadata: Metadata;
  readonly cover: string;
  readonly content: CheckedArticle;
  readonly posts: readonly { readonly channel: string; readonly text: string }[];
  readonly degraded: readonly Degraded[];
  /** Files in the order of their first citation; a file's number is its place from 1. */
  readonly numbering: readonly { readonly file: string; readonly title: string }[];
};

export const UNSOURCED_MARK = "unsourced";
export const LOCAL_LINE = "Compiled without a language model: the sentences are the sources' own words.";

/** Paragraphs of three or four sentences, broken where the source changes if that leaves none of them alone. */
export function paragraphs(sentences: readonly Checked[]): Checked[][] {
  const made: Checked[][] = [];
  for (const [i, sentence] of sentences.entries()) {
    const last = made.at(-1);
    const changed = last?.at(-1)?.sources[0]?.file !== sentence.sources[0]?.file;
    const left = sentences.length - i;
    if (last === undefined || (left >= 2 && (last.length >= 4 || (last.length >= 3 && changed)))) made.push([sentence]);
    else last.push(sentence);
  }
  return made;
}

/** So many statements that are left out are listed in Markdown; the HTML page, which can fold them, lists all. */
export const LISTED_MOST = 12;

/** How many passages of which source the page does not have. */
export function leftOutLine(page: Page): string {
  const counts = new Map<string, number>();
  for (const { file } of page.content.leftOut) counts.set(file, (counts.get(file) ?? 0) + 1);
  const each = [...counts].map(([file, count]) => `${count} of ${markOf(page, file)}`);
  const count = page.content.leftOut.length;
  return `${count} further ${count === 1 ? "passage" : "passages"} of the sources on this topic: ${each.join(", ")}`;
}

/** A passage with what takes it back above it. */
export function asItStands({ quote, under }: Passage): string {
  return under === undefined ? quote : `“${under}”: ${quote}`;
}

/** Tables that are too large for the page, or undefined where there is none. */
export function leftOutTablesLine(page: Page): string | undefined {
  const large = page.content.tables.filter(({ rows }) => rows === undefined);
  if (large.length === 0) return undefined;
  const each = large.map(
    ({ file, called, count }) => `${called === "" ? "" : `“${called}”, `}${count} ${count === 1 ? "row" : "rows"} of ${markOf(page, file)}`,
  );
  return `${large.length} further ${large.length === 1 ? "table" : "tables"} of the sources: ${each.join("; ")}`;
}

function markOf(page: Page, file: string): string {
  return `[${numbersOf(page, [{ file, quote: "" }])[0] ?? 0}]`;
}

/** Numbers files as the reader meets them; those that nothing cites come last. */
export function numberSources(content: CheckedArticle): Page["numbering"] {
  const order: string[] = [];
  const meet = (file: string) => {
    if (!order.includes(file)) order.push(file);
  };
  for (const { sources } of [...content.standfirst, ...content.sections.flatMap(({ sentences }) => sentences)])
    for (const { file } of sources) meet(file);
  for (const { file } of content.figures) meet(file);
  for (const { file } of content.tables) meet(file);
  for (const { places } of content.contradictions) for (const { file } of places) meet(file);
  for (const { file } of content.leftOut) meet(file);
  const titles = new Map(content.sources.map(({ file, title }) => [file, title]));
  return order.map((file) => ({ file, title: titles.get(file) ?? file }));
}

export function numbersOf(page: Page, sources: Checked["sources"]): number[] {
  return sources.map(({ file }) => page.numbering.findIndex((one) => one.file === file) + 1).sort((a, b) => a - b);
}
