import { withoutTex } from "../tex.ts";
import { inBrackets, indexOf, powerOf } from "./scripts.ts";
import { attribute, type Element, elementsIn, isElement, isText, type Node, nameWords, rename, type TextNode, textOf } from "./tree.ts";

const CODE = new Set("code pre kbd samp script style template textarea xmp listing plaintext".split(" "));
/** Marks of MathML that are heard and not seen: function application, invisible times, separator, plus. */
const UNSEEN = /[\u2061-\u2064]/gu;
const OPERATORS = /^[=<>≤≥≈≠±×·÷∝→⇒]$/u;

/**
 * Writes the formulas of a page as text on one line, in place: `<msup><mn>10</mn><mn>4</mn></msup>` is `10⁴`. Where a page has a formula several
 * times (as MathML for readers of its text, drawn for the eye), one is kept. Text that a style or a class raises or lowers becomes `sup` or
 * `sub`. Works on the page before what nobody sees is taken away: MathML is often hidden behind a picture.
 */
export function writeOutFormulas(root: Element): void {
  for (const child of [...root.childNodes]) {
    if (isText(child)) child.value = withoutTex(child.value);
    if (!isElement(child) || CODE.has(child.tagName)) continue;
    if (child.tagName === "math") replaceWith(child, textNode(child, ` ${lineOf(child)} `.replaceAll(/^ | $/gu, "")));
    else if (isHull(child)) {
      const math = findMath(child);
      if (math !== undefined) replaceWith(child, textNode(child, lineOf(math)));
    } else {
      script(child);
      writeOutFormulas(child);
    }
  }
}

/** What holds a formula and nothing else that is read: its picture, or its drawing in boxes. */
function isHull(element: Element): boolean {
  return (
    nameWords(element).some((word) => /^(?:katex|jax|mjx|mwe)$/u.test(word)) && findMath(element) !== undefined && isEmptyBeside(element)
  );
}

function isEmptyBeside(node: Node): boolean {
  if (isText(node)) return node.value.trim() === "";
  if (!isElement(node) || node.tagName === "math" || attribute(node, "aria-hidden") === "true") return true;
  return node.childNodes.every(isEmptyBeside);
}

function findMath(element: Element): Element | undefined {
  if (element.tagName === "math") return element;
  for (const child of elementsIn(element)) {
    const found = findMath(child);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** `<span style="vertical-align: super">`, `<span class="superscript">` are what `sup` is. */
function script(element: Element): void {
  if (!/^(?:span|small|font|i|b|em|strong|a)$/u.test(element.tagName) || textOf(element).length > 12) return;
  const align = /(?:^|;)\s*vertical-align\s*:\s*(super|sub)\b/iu.exec(attribute(element, "style") ?? "")?.[1]?.toLowerCase();
  const named = nameWords(element).find((word) => /^(?:sup|sub|superscript|subscript)$/u.test(word));
  const kind = align ?? named;
  if (kind === undefined) return;
  rename(element, kind.startsWith("sup") ? "sup" : "sub");
}

/** A formula as one line. */
function lineOf(node: Node): string {
  if (isText(node)) return node.value.replaceAll(UNSEEN, "").replaceAll(/\s+/gu, " ").trim();
  if (!isElement(node)) return "";
  const parts = elementsIn(node);
  const line = (at: number): string => {
    const part = parts[at];
    return part === undefined ? "" : lineOf(part);
  };
  switch (node.tagName) {
    case "annotation":
    case "annotation-xml":
    case "mphantom":
      return "";
    case "semantics":
      return line(0);
    case "msup":
    case "mover":
      return `${base(line(0))}${powerOf(line(1))}`;
    case "msub":
    case "munder":
      return `${line(0)}${indexOf(line(1), line(0))}`;
    case "msubsup":
    case "munderover":
      return `${line(0)}${indexOf(line(1), "")}${powerOf(line(2))}`;
    case "mfrac":
      return `${inBrackets(line(0))}/${inBrackets(line(1))}`;
    case "msqrt":
      return `√${inBrackets(parts.map(lineOf).join(""))}`;
    case "mroot":
      return `${powerOf(line(1))}√${inBrackets(line(0))}`;
    case "mtext":
      return textOf(node).replaceAll(/\s+/gu, " ");
    case "mspace":
      return " ";
    case "mtr":
    case "mtd":
      return `${joined(node)} `;
    default:
      return joined(node);
  }
}

function joined(element: Element): string {
  return element.childNodes
    .map(lineOf)
    .map((part) => (OPERATORS.test(part) ? ` ${part} ` : part))
    .join("")
    .replaceAll(/ {2,}/gu, " ");
}

/** A sum that is raised as a whole keeps its brackets. */
function base(text: string): string {
  return /^[\p{L}\p{N}.,]+$/u.test(text) || /^\(.*\)$/u.test(text) || text.length <= 1 ? text : `(${text})`;
}

function textNode(from: Element, value: string): TextNode {
  return { nodeName: "#text", value, parentNode: from.parentNode };
}

function replaceWith(element: Element, node: TextNode): void {
  const parent = element.parentNode;
  if (parent === null) return;
  parent.childNodes[parent.childNodes.indexOf(element)] = node;
}
