import { scaleWord } from "./scale-words.ts";

const RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹";

/** What the words or the letter behind a number multiply it with; undefined where that cannot be told. */
export function scaleAt(text: string, before: string, at: number, language: string): { factor: number; length: number } | undefined {
  const after = text.slice(at, at + 24);
  const e = /^e([+\-−]?\d{1,3})(?![\p{L}\p{N}])/iu.exec(after);
  if (e?.[1] !== undefined) return { factor: 10 ** exponent(e[1]), length: e[0].length };
  const scale = { factor: 1, length: 0 };
  // "5 thousand million"
  for (let words = 0; words < 3; words++) {
    const word = /^[- \u00a0\u202f]?(\p{L}{2,})(?!\p{L})/u.exec(text.slice(at + scale.length, at + scale.length + 24));
    const named = word?.[1] === undefined ? undefined : scaleWord(word[1].toLowerCase(), language);
    if (word === null || named === undefined) break;
    if (named === "unclear") return undefined;
    scale.factor *= named;
    scale.length += word[0].length;
  }
  return scale.length > 0 ? scale : letterAt(before, after);
}

/** "5k", "$5M", "5 M€": a letter counts thousands, millions, billions of money; by itself it may be a unit. */
function letterAt(before: string, after: string): { factor: number; length: number } | undefined {
  const none = { factor: 1, length: 0 };
  const match = /^(\s?)(mm|[kmbt])(?![\p{L}\p{N}/²³·])/iu.exec(after) ?? /^(\s?)([kmb])(?=EUR|USD|GBP|CHF)/iu.exec(after);
  const [all, gap, letter] = match ?? [];
  if (all === undefined || letter === undefined) return none;
  const money = /[€$£]\s?$/u.test(before) || /^\s?(?:[€$£]|(?:EUR|USD|GBP|CHF)(?!\p{L}))/u.test(after.slice(all.length));
  const factor = { k: 1e3, m: 1e6, b: 1e9 }[letter.toLowerCase()];
  if (money) return factor === undefined ? undefined : { factor, length: all.length };
  if (letter === "k" && gap === "") return { factor: 1e3, length: 1 };
  // Millimetres, tonnes and, with a space, metres.
  if (letter === "mm" || letter === "t" || (letter === "m" && gap !== "")) return none;
  // "6.2m long" is a length, "5m people" are millions, "5m" alone may be either.
  return letter === "m" &&
    /^m\s(?:long|high|wide|deep|tall|thick|above|below|across|apart|away|of\s\p{Ll}+\s(?:cable|pipe|rope))\b/u.test(after)
    ? none
    : undefined;
}

/** A power as it is written: `^{-4}`, `⁻⁴`, `+4`. */
export function exponent(raised: string): number {
  const plain = raised
    .replaceAll(/[\^*{}\s]/gu, "")
    .replace(/^(?:[−⁻])/u, "-")
    .replace(/^\+/u, "");
  return Number(plain.replaceAll(/[⁰¹²³⁴⁵⁶⁷⁸⁹]/gu, (digit) => String(RAISED.indexOf(digit))));
}
