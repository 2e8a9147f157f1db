import { ArmadaError } from "@armada/contracts";
import { type DefaultTreeAdapterTypes, parse } from "parse5";

export type Element = DefaultTreeAdapterTypes.Element;
export type TextNode = DefaultTreeAdapterTypes.TextNode;
export type Node = DefaultTreeAdapterTypes.ChildNode;

/** Browsers nest elements so deep and no deeper; what reads the tree goes down it level by level. */
const DEEPEST = 512;

/**
 * The root element of a page, by the parsing rules of the HTML standard with scripts on: what stands in `noscript` is not shown.
 * @throws ArmadaError `UNREADABLE_DOCUMENT`: elements are nested deeper than `DEEPEST`
 */
export function parsePage(html: string): Element {
  const root = parse(html, { scriptingEnabled: true }).childNodes.find(isElement);
  if (root === undefined) throw new Error("a parsed page has a root element");
  const depth = depthOf(root);
  if (depth > DEEPEST) throw tooDeep(depth, DEEPEST);
  return root;
}

export function tooDeep(depth: number, most: number): ArmadaError {
  return new ArmadaError("UNREADABLE_DOCUMENT", `it is nested ${depth} levels deep, and ${most} are read`);
}

function depthOf(root: Element): number {
  let depth = 0;
  for (let level = [root]; level.length > 0; level = level.flatMap(elementsIn)) depth++;
  return depth;
}

export function isElement(node: Node): node is Element {
  return "tagName" in node;
}

export function isText(node: Node): node is TextNode {
  return node.nodeName === "#text";
}

export function elementsIn(element: Element): Element[] {
  return element.childNodes.filter(isElement);
}

export function attribute(element: Element, name: string): string | undefined {
  return element.attrs.find((one) => one.name === name)?.value;
}

/** Its first element of that name, itself included, in document order. */
export function find(element: Element, test: (one: Element) => boolean): Element | undefined {
  if (test(element)) return element;
  for (const child of elementsIn(element)) {
    const found = find(child, test);
    if (found !== undefined) return found;
  }
  return undefined;
}

export function rename(element: Element, tagName: string): void {
  element.tagName = tagName;
  element.nodeName = tagName;
}

/** All characters in it. */
export function textOf(node: Node): string {
  if (isText(node)) return node.value;
  return isElement(node) ? node.childNodes.map(textOf).join("") : "";
}

/** Class, id and the name of an element of the page's own making as small words: `site-Footer_main` is `site`, `footer`, `main`. */
export function nameWords(element: Element): string[] {
  const own = element.tagName.includes("-") ? element.tagName : "";
  return `${own} ${attribute(element, "class") ?? ""} ${attribute(element, "id") ?? ""}`
    .replaceAll(/(\p{Ll})(\p{Lu})/gu, "$1 $2")
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== "");
}
