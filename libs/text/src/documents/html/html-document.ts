import type { TextBlock } from "../plain-text.ts";
import { mainPart } from "./main-part.ts";
import { pageBlocks } from "./page-blocks.ts";
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
  const title = named === undefined ? undefined : oneLine(textOf(named));
  removeUnseen(root);
  const body = find(root, ({ tagName }) => tagName === "body") ?? root;
  const blocks = await mainPart(root, pageBlocks(body), title ?? "");
  return {
    title: title === "" ? undefined : title,
    language,
    blocks: blocks.map(({ kind, level, text, path }) => ({ kind, level, text, layout: path.map(layoutOf).join(">") })),
  };
}

function layoutOf(element: Element): string {
  return `${element.tagName}.${attribute(element, "class") ?? ""}`;
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/gu, " ").trim();
}
