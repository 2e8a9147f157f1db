import { FUNCTION_WORDS, words } from "../../words.ts";
import { readPlain, type TextBlock } from "../plain-text.ts";
import { type Element, textOf } from "./tree.ts";

/**
 * Text whose lines the page's author has set: prose (old minutes, mails, RFCs) is read as plain text, all else is code. What it is its words
 * say, not its element's name.
 */
export function preformatted(element: Element): TextBlock[] {
  const text = textOf(element);
  return isProse(text) ? readPlain(text) : [{ kind: "code", level: 0, text }];
}

/** Prose is made of ordinary words and sentences, code of names and marks. */
function isProse(text: string): boolean {
  const all = words(text);
  if (all.length < 4) return false;
  const marks = text.match(/[{}()[\]<>;=|\\$&*#_/"`~^@+]/gu)?.length ?? 0;
  const ordinary = all.filter((word) => FUNCTION_WORDS.has(word)).length / all.length;
  const letters = text.match(/\p{L}/gu)?.length ?? 0;
  return ordinary >= 0.18 && marks / Math.max(1, letters) < 0.08;
}
