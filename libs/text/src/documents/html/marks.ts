import { inLowered, inRaised } from "./scripts.ts";
import { attribute, type Element, elementsIn, isElement, isText, type Node, nameWords, textOf } from "./tree.ts";

const NOTE_MARK =
  /^\s*(?:\[\s*)?(?:\d{1,3}|[a-z]{1,2}|[ivx]{1,4}|note \d{1,3}|[*†‡§¶#]+)(?:\s*\])?(?:\s*[,–-]\s*(?:\[?\d{1,3}\]?))*[\s.):]*$/iu;
/** `[1]`, `[citation needed]`, `[edit]`: brackets around what is about the text and not of it. */
const BRACKETED = /^\s*\[[^[\]]{1,40}\]\s*$/u;
const UNIT_BEFORE = /(?:^|[\s\d(/·.])(?:[kdcmµ]?m|in|ft|yd|mi|km|s|h|ha|kg|g|l|sec)$/u;
const ORDINAL = /^\s*(?:st|nd|rd|th|e|er|ère|re|ème|nd|de|o|a|º|ª)\s*$/iu;

/** Whether an element is a mark that points away from the text (a reference, an edit link, an anchor), with nothing of its own to say. */
export function isMark(element: Element): boolean {
  const words = nameWords(element);
  if (words.includes("editsection") || words.includes("headerlink") || words.includes("permalink")) return textOf(element).length < 60;
  const role = attribute(element, "role") ?? attribute(element, "epub:type") ?? "";
  if (/noteref|backlink/u.test(role)) return true;
  const text = textOf(element);
  if (element.tagName === "a") {
    const href = attribute(element, "href") ?? "";
    if (!href.includes("#")) return false;
    if (/^\s*(?:[¶#§🔗↩⏎^↑]|\[edit\]|↩︎)*\s*$/u.test(text)) return text.trim() !== "";
    return (BRACKETED.test(text) && NOTE_MARK.test(text)) || /^\s*\[(?:edit|citation needed)\]\s*$/iu.test(text);
  }
  if (element.tagName !== "sup") return /^\s*\[(?:edit|edit source|citation needed)\]\s*$/iu.test(text);
  if (words.some((word) => /^(?:reference|footnote|fn|noteref|noprint|cite|citation)$/u.test(word))) return true;
  if (BRACKETED.test(text)) return true;
  return linked(element) && NOTE_MARK.test(text);
}

function linked(element: Element): boolean {
  return element.tagName === "a" || elementsIn(element).some(linked);
}

/**
 * What a raised or lowered text says on one line. Behind a unit, a variable or a power of ten it is a power and stays raised
 * (`m²`, `10⁶`); behind a word or a figure it is a note's mark and goes; letters of ordinals and lowered digits join (`1st`, `CO2`).
 *
 * @param before the text of its paragraph so far
 */
export function raised(element: Element, before: string, after: Node | undefined): string {
  const behind = after === undefined ? "" : isText(after) ? after.value : isElement(after) ? textOf(after) : "";
  return element.tagName === "sub" ? loweredText(textOf(element), before) : raisedText(textOf(element), before, behind);
}

/** As `raised`, of raised text; `behind` is what follows it. */
export function raisedText(inner: string, before: string, behind: string): string {
  const text = inner.replaceAll(/\s+/gu, " ").trim();
  if (text === "") return "";
  if (ORDINAL.test(text) && /[\p{L}\p{N}]$/u.test(before)) return text;
  if (/^[®™©]|^(?:TM|SM)$/u.test(text)) return text;
  if (isFraction(text, behind)) return /\d$/u.test(before) ? ` ${text}` : text;
  const power = inRaised(text);
  // "5²=25" counts with it.
  if (power !== undefined && /^\s*[=×·]/u.test(behind)) return power;
  if (power !== undefined && /^[+\-−]?[\dn]/u.test(text)) {
    if (UNIT_BEFORE.test(before) || isPowerBase(before)) return power;
    if (/(?<![\p{L}\p{N}])\p{L}$/u.test(before) || /\)$/u.test(before))
      return /^\d{1,2}$/u.test(text) && /[a-z]\)$/iu.test(before) ? "" : power;
    if (/[−-]/u.test(text) || /[=+×·*/]\s*\p{L}{1,3}$/u.test(before)) return power;
  }
  if (NOTE_MARK.test(text)) return "";
  return /^[\p{L}\p{N}]/u.test(text) && /[\p{L}\p{N}]$/u.test(before) ? `^${text}` : text;
}

/** 10 (with a space, too) and 2 by themselves are raised to powers; any other figure is counted. */
function isPowerBase(before: string): boolean {
  return /(?:^|[^\p{L}\p{N}.,'’])(?:10 ?|2)$/u.test(before);
}

function isFraction(text: string, behind: string): boolean {
  return /^\d{1,3}$/u.test(text) && /^\s*[/⁄]/u.test(behind);
}

/** As `raised`, of lowered text. */
export function loweredText(inner: string, before: string): string {
  const text = inner.replaceAll(/\s+/gu, " ").trim();
  if (text === "") return "";
  if (/[/⁄]\s*$/u.test(before)) return text;
  if (/\p{L}$/u.test(before) && /^\d{1,3}$/u.test(text)) return text;
  const marks = inLowered(text);
  if (marks !== undefined) return marks;
  return /[\p{L}\p{N}]$/u.test(before) ? `_${text}` : text;
}
