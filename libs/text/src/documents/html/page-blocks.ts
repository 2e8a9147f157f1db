import type { TextBlock } from "../plain-text.ts";
import { isMark, raised } from "./marks.ts";
import { preformatted } from "./preformatted.ts";
import { attribute, type Element, elementsIn, isElement, isText, type Node, type TextNode, textOf } from "./tree.ts";

/** A block of a page with where it came from. */
export type PageBlock = {
  readonly kind: TextBlock["kind"];
  readonly level: number;
  /** One line. */
  readonly text: string;
  /** The text nodes it is made of. */
  readonly nodes: readonly TextNode[];
  /** Characters of it that stand in links. */
  readonly linked: number;
  /** The elements around it, the body first. */
  readonly path: readonly Element[];
};

const BLOCKS = new Set(
  `address article aside blockquote body center dd details dialog dir div dl dt fieldset figcaption figure footer form frameset h1 h2 h3 h4 h5 h6
  header hgroup hr html legend li listing main menu nav noframes ol optgroup option p plaintext pre search section select summary table tbody td tfoot th thead
  tr ul xmp caption button textarea`.split(/\s+/u),
);
/** Controls hold labels, not prose. */
const CONTROLS = new Set(["select", "button", "textarea", "input", "option", "datalist", "progress", "meter"]);
/** A control with more than this is no label: somebody has put the text of the page into it. */
const LABEL_MOST = 400;

type Open = { kind: PageBlock["kind"]; level: number; text: string; nodes: TextNode[]; linked: number; cells: number };

/** The blocks of a page in document order; nothing is judged here. */
export function pageBlocks(body: Element): PageBlock[] {
  const found: PageBlock[] = [];
  const path: Element[] = [];
  let open: Open = fresh("paragraph", 0);

  const flush = (kind: PageBlock["kind"] = "paragraph", level = 0): void => {
    const text = open.text.replaceAll(/[\s\u00a0]+/gu, " ").trim();
    // A column may be headed "£" or "%".
    if ((open.kind === "row" ? /\S/u : /[\p{L}\p{N}]/u).test(text))
      found.push({ kind: open.kind, level: open.level, text, nodes: open.nodes, linked: open.linked, path: [...path] });
    open = fresh(kind, level);
  };

  const visit = (node: Node, inLink: boolean, after: Node | undefined): void => {
    if (isText(node)) {
      open.text += node.value;
      if (/\S/u.test(node.value)) {
        open.nodes.push(node);
        if (inLink) open.linked += node.value.trim().length;
      }
      return;
    }
    if (!isElement(node) || isMark(node)) return;
    const { tagName } = node;
    if (CONTROLS.has(tagName) && textOf(node).trim().length <= LABEL_MOST) {
      open.text += " ";
      return;
    }
    if (tagName === "sup" || tagName === "sub") {
      open.text += raised(node, open.text, after);
      return;
    }
    if (tagName === "br") {
      lineBreak(after);
      return;
    }
    if (tagName === "pre" || tagName === "listing" || tagName === "xmp" || tagName === "plaintext") {
      flush();
      path.push(node);
      for (const { kind, level, text } of preformatted(node))
        found.push({ kind, level, text, nodes: textNodesOf(node), linked: 0, path: [...path] });
      path.pop();
      return;
    }
    if (tagName === "table" && isData(node)) {
      flush();
      path.push(node);
      readTable(node);
      path.pop();
      return;
    }
    const links = inLink || (tagName === "a" && leadsElsewhere(node));
    const block = isBlock(node);
    if (!block) {
      if (tagName === "q") open.text += "“";
      children(node, links);
      if (tagName === "q") open.text += "”";
      return;
    }
    const level = /^h([1-6])$/u.exec(tagName)?.[1];
    const kind = level !== undefined ? "heading" : isItem(node) ? "item" : "paragraph";
    flush(kind, level === undefined ? 0 : Number(level));
    path.push(node);
    children(node, links);
    flush();
    path.pop();
  };

  const children = (element: Element, inLink: boolean): void => {
    for (const [i, child] of element.childNodes.entries()) visit(child, inLink, element.childNodes[i + 1]);
  };

  /** A line's end inside a paragraph; two of them end it. */
  const lineBreak = (after: Node | undefined): void => {
    if (open.text.endsWith("\n")) flush(open.kind, open.level);
    else open.text += after === undefined ? " " : "\n";
  };

  const readTable = (table: Element): void => {
    const rows: { texts: string[]; nodes: TextNode[]; linked: number; path: Element[] }[] = [];
    const spanning: Spanning[] = [];
    for (const row of rowsOf(table)) {
      path.push(row);
      if (row.tagName === "caption") {
        children(row, false);
        flush();
        path.pop();
        continue;
      }
      const made = { texts: [] as string[], nodes: [] as TextNode[], linked: 0, path: [...path] };
      for (const cell of elementsIn(row).filter(({ tagName }) => tagName === "td" || tagName === "th")) {
        open = fresh("row", 0);
        const before = found.length;
        children(cell, false);
        flush("row");
        const parts = found.splice(before);
        for (const part of parts) {
          made.nodes.push(...part.nodes);
          made.linked += part.linked;
        }
        const text = parts.map((part) => part.text.replaceAll(" | ", " / ")).join(" ");
        takeSpanning(spanning, made.texts);
        const wide = Array.from({ length: span(cell, "colspan", WIDEST) }, (_, i) => (i === 0 ? text : ""));
        for (const one of wide) {
          spanning[made.texts.length] = { text: one.length <= REPEATED_MOST ? one : "", left: span(cell, "rowspan", LONGEST) - 1 };
          made.texts.push(one);
        }
      }
      takeSpanning(spanning, made.texts);
      open = fresh("paragraph", 0);
      path.pop();
      if (made.texts.some((text) => text !== "")) rows.push(made);
    }
    const columns = Math.max(0, ...rows.map(({ texts }) => texts.length));
    for (const { texts, ...row } of rows) {
      const cells = [...texts, ...Array.from({ length: columns - texts.length }, () => "")];
      found.push({ kind: "row", level: 0, text: cells.join(" | "), ...row });
    }
  };

  path.push(body);
  children(body, false);
  flush();
  return found;
}

/** A cell that stands in rows below its own, too. */
type Spanning = { readonly text: string; left: number };
/** Cells that one may stand in, beside and below each other, as in browsers. */
const WIDEST = 100;
const LONGEST = 1_000;
/** A longer text is said once. */
const REPEATED_MOST = 200;

/** Adds what reaches into a row from above, from where the row has got to. */
function takeSpanning(spanning: readonly (Spanning | undefined)[], texts: string[]): void {
  for (let one = spanning[texts.length]; one !== undefined && one.left > 0; one = spanning[texts.length]) {
    one.left--;
    texts.push(one.text);
  }
}

function span(cell: Element, name: string, most: number): number {
  const said = Number(attribute(cell, name) ?? "1");
  // None says: to the end of the table.
  if (said === 0) return name === "rowspan" ? most : 1;
  return Number.isInteger(said) && said > 0 ? Math.min(said, most) : 1;
}

/** An item, or the first paragraph of one. */
function isItem(element: Element): boolean {
  if (element.tagName === "li" || element.tagName === "dd") return true;
  const parent = element.parentNode;
  if (element.tagName !== "p" || parent === null || !("tagName" in parent)) return false;
  return /^(?:li|dd)$/u.test(parent.tagName) && elementsIn(parent)[0] === element;
}

function leadsElsewhere(link: Element): boolean {
  const href = attribute(link, "href");
  return href !== undefined && !/^\s*javascript:/iu.test(href);
}

function fresh(kind: PageBlock["kind"], level: number): Open {
  return { kind, level, text: "", nodes: [], linked: 0, cells: 0 };
}

/** By its name; an element of the page's own making is one where it holds blocks, or where no words stand beside it. */
function isBlock(element: Element): boolean {
  if (BLOCKS.has(element.tagName)) return true;
  if (!element.tagName.includes("-")) return elementsIn(element).length > 0 && holdsBlock(element, 3);
  if (holdsBlock(element, 50)) return true;
  const beside = element.parentNode?.childNodes ?? [];
  return !beside.some((one) => isText(one) && /\S/u.test(one.value));
}

function holdsBlock(element: Element, depth: number): boolean {
  return depth > 0 && elementsIn(element).some((child) => BLOCKS.has(child.tagName) || holdsBlock(child, depth - 1));
}

function rowsOf(table: Element): Element[] {
  return elementsIn(table).flatMap((child) => {
    if (child.tagName === "tr" || child.tagName === "caption") return [child];
    return /^(?:tbody|thead|tfoot)$/u.test(child.tagName) ? elementsIn(child).filter(({ tagName }) => tagName === "tr") : [];
  });
}

/** Rows of short cells; a table that sets out a page holds tables, headings or paragraphs. */
function isData(table: Element): boolean {
  if (/^(?:presentation|none)$/u.test(attribute(table, "role") ?? "")) return false;
  const rows = rowsOf(table).filter(({ tagName }) => tagName === "tr");
  const cells = rows.flatMap((row) => elementsIn(row));
  const columns = Math.max(0, ...rows.map((row) => elementsIn(row).length));
  if (columns < 2) return false;
  // One row with prose in it sets out a post beside its picture or its votes.
  if (rows.length === 1 && cells.some((cell) => cell.tagName === "td" && textOf(cell).trim().length > 200)) return false;
  if (cells.some(({ tagName }) => tagName === "th")) return !cells.some((cell) => textOf(cell).length > 3_000);
  return !cells.some((cell) => textOf(cell).trim().length > 600 || elementsIn(cell).some((one) => setsOut(one, 4)));
}

function setsOut(element: Element, depth: number): boolean {
  if (/^(?:table|h[1-6]|form)$/u.test(element.tagName)) return true;
  return depth > 0 && elementsIn(element).some((child) => setsOut(child, depth - 1));
}

function textNodesOf(element: Element): TextNode[] {
  return element.childNodes.flatMap((node) => (isText(node) ? [node] : isElement(node) ? textNodesOf(node) : []));
}
