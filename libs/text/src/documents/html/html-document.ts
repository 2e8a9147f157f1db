import type { TextBlock } from "../plain-text.ts";
import { writeOutFormulas } from "./formulas.ts";
import { mainPart } from "./main-part.ts";
import { pageBlocks } from "./page-blocks.ts";
import { pageTitle } from "./page-title.ts";
import { attribute, type Element, find, parsePage, textOf } from "./tree.ts";
import { removeUnseen } from "./visible.ts";

/** What a page says, and what tells of which site it is. */
export type HtmlDocument = {
  readonly title: string | undefined;
  readonly language: string | undefined;
  /** Each with its place in the page's layout: the names and classes of the elements around it. */
  readonly blocks: readonly (TextBlock & { readonly layout: string })[];
};

/** Reads a page: its main part as its reader sees it, without furniture. Runs nothing, fetches nothing, reads any input. */
export async function readHtml(html: string): Promise<HtmlDocument> {
  const root = parsePage(html);
  const language = attribute(root, "lang");
  const named = find(root, ({ tagName }) => tagName === "title");
  const site = find(root, (one) => one.tagName === "meta" && attribute(one, "property") === "og:site_name");
  writeOutFormulas(root);
  removeUnseen(root);
  const body = find(root, ({ tagName }) => tagName === "body") ?? root;
  const part = await mainPart(root, pageBlocks(body));
  const blocks = part.map(({ kind, level, text, path }) => ({ kind, level, text, layout: path.map(layoutOf).join(">") }));
  const headings = blocks.filter(({ kind }) => kind === "heading");
  const highest = Math.min(...headings.map(({ level }) => level));
  const title = pageTitle(named === undefined ? "" : oneLine(textOf(named)), {
    site: site === undefined ? undefined : attribute(site, "content"),
    headings: headings.filter(({ level }) => level === highest).map(({ text }) => text),
    text: blocks.map(({ text }) => text).join("\n"),
  });
  if (title === "") return { title: undefined, language, blocks };
  const isTitled = headings.some(({ level }) => level === 1);
  return { title, language, blocks: isTitled ? blocks : [{ kind: "heading", level: 1, text: title, layout: "" }, ...blocks] };
}

function layoutOf(element: Element): string {
  return `${element.tagName}.${attribute(element, "class") ?? ""}`;
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/gu, " ").trim();
}
