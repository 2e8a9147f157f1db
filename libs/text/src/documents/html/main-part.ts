import { FUNCTION_WORDS, words } from "../../words.ts";
import { isFurnitureName, isFurnitureRole, isPlainFurniture } from "./furniture.ts";
import type { PageBlock } from "./page-blocks.ts";
import { readableNodes } from "./readability.ts";
import { attribute, type Element, textOf } from "./tree.ts";

/** An element with more than this share of the page's prose is no furniture, whatever its name; a name that can mean nothing else bears more. */
const FURNITURE_MOST = 0.35;
const PLAIN_FURNITURE_MOST = 0.5;
/** With this share of the page's prose, or with less where it follows the page's headline, what the library took is the main part. */
const WHOLE = 0.55;
const HEADED = 0.15;
/** Under so many characters the library has loosened its rules one after the other until everything passed. */
const LEAST = 500;

/**
 * The blocks that a page is about. The readability library judges first; prose that is laid out as what it took (posts of a thread,
 * sections of a page), or stands among it, is added. Where it took a part for the whole (a page inside a form, minutes in a table)
 * or the page is short, the page is all its text but its furniture.
 */
export async function mainPart(root: Element, all: readonly PageBlock[]): Promise<PageBlock[]> {
  const furniture = furnitureOf(all);
  const own = all.filter((block) => !furniture.has(block) && !isLinkList(block));
  const readable = await readableNodes(root);
  const kept = new Set(all.filter((block) => share(block, readable) >= 0.5));
  const layouts = new Set([...kept].filter((block) => prose(block) > 0).map(layout));
  const added = all.filter(
    (block) => !kept.has(block) && !furniture.has(block) && (belongs(block, all, kept) || (prose(block) > 0 && layouts.has(layout(block)))),
  );
  const chosen = new Set([...kept, ...added]);
  const part = proseOf(chosen) / Math.max(1, proseOf(own));
  const trusted =
    lengthOf([...kept].filter((block) => !isLinkList(block) && !block.path.some(isPlainFurniture))) >= LEAST &&
    (part >= WHOLE || (part >= HEADED && followsHeadline(own, chosen)));
  return headed(all, trusted ? chosen : new Set(own));
}

function layout(block: PageBlock): string {
  return block.path
    .slice(-3)
    .map((element) => `${element.tagName}.${attribute(element, "class") ?? ""}`)
    .join(">");
}

function followsHeadline(own: readonly PageBlock[], chosen: ReadonlySet<PageBlock>): boolean {
  const at = own.findIndex(({ kind, level }) => kind === "heading" && level === 1);
  const first = own.slice(at + 1).find((block) => prose(block) > 0);
  return at >= 0 && first !== undefined && chosen.has(first);
}

function furnitureOf(all: readonly PageBlock[]): ReadonlySet<PageBlock> {
  const total = Math.max(1, proseOf(all));
  const held = new Map<Element, number>();
  for (const block of all) for (const element of block.path) held.set(element, (held.get(element) ?? 0) + prose(block));
  const isFurniture = new Map<Element, boolean>();
  for (const [element, amount] of held) isFurniture.set(element, amount / total <= mostOf(element));
  return new Set(all.filter(({ path }) => path.some((element) => isFurniture.get(element) === true)));
}

function mostOf(element: Element): number {
  if (isPlainFurniture(element)) return PLAIN_FURNITURE_MOST;
  return isFurnitureRole(element) || isFurnitureName(element) ? FURNITURE_MOST : -1;
}

/** Characters of a block that read as sentences. */
function prose(block: PageBlock): number {
  if (block.kind === "heading") return 0;
  const { text } = block;
  if (block.linked > text.length * 0.5) return 0;
  if (/[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]{10}/u.test(text)) return text.length;
  const all = words(text);
  if (all.length < 8) return 0;
  const ordinary = all.filter((word) => FUNCTION_WORDS.has(word)).length / all.length;
  return ordinary >= 0.15 || /[.!?…]["”’)\]]*$/u.test(text) ? text.length : 0;
}

function proseOf(blocks: Iterable<PageBlock>): number {
  return [...blocks].reduce((sum, block) => sum + prose(block), 0);
}

function lengthOf(blocks: Iterable<PageBlock>): number {
  return [...blocks].reduce((sum, { text }) => sum + text.length, 0);
}

/** A paragraph or item that is a link and nothing else leads elsewhere. */
function isLinkList(block: PageBlock): boolean {
  return (
    block.kind !== "heading" && block.kind !== "row" && block.linked >= block.text.length * (/[.!?]["”’)]*$/u.test(block.text) ? 0.95 : 0.8)
  );
}

function share(block: PageBlock, readable: ReadonlySet<object>): number {
  let kept = 0;
  let all = 0;
  for (const node of block.nodes) {
    all += textOf(node).trim().length;
    if (readable.has(node)) kept += textOf(node).trim().length;
  }
  return all === 0 ? 0 : kept / all;
}

/** Prose, or a table or list of few links, that stands among what was kept. */
function belongs(block: PageBlock, all: readonly PageBlock[], kept: ReadonlySet<PageBlock>): boolean {
  if (block.kind === "heading" || isLinkList(block)) return false;
  const at = all.indexOf(block);
  const before = all.slice(0, at).findLast((one) => kept.has(one) && one.kind !== "heading");
  const after = all.slice(at + 1).find((one) => kept.has(one) && one.kind !== "heading");
  if (before === undefined || after === undefined) return false;
  return prose(block) > 0 || block.kind === "row" || (block.kind === "item" && block.linked < block.text.length * 0.3);
}

/** With the headings that stand over what was chosen, and the page's first. */
function headed(all: readonly PageBlock[], chosen: ReadonlySet<PageBlock>): PageBlock[] {
  const found: PageBlock[] = [];
  const first = all.find(({ kind, level }) => kind === "heading" && level === 1);
  let waiting: PageBlock[] = [];
  for (const block of all) {
    if (block.kind === "heading") {
      waiting = [...waiting.filter(({ level }) => level < block.level), block];
      if (block === first && found.length === 0) {
        found.push(block);
        waiting = [];
      }
    } else if (chosen.has(block)) {
      found.push(...waiting.filter((one) => !found.includes(one)), block);
      waiting = [];
    }
  }
  return found;
}
