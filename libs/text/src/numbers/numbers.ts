import { conventionOf, readDigits } from "./numerals.ts";
import { scaleWord } from "./scale-words.ts";
import { SPELLED, spelledValue } from "./spelled.ts";
import { unitAt } from "./units.ts";

/** A number that a text gives, with its place in it. */
export type ReadNumber = {
  /** With its scale: 48,000,000 for `48 million euros`. */
  readonly value: number;
  /** What it measures, as the text has it: `km`, `%`, `euros`, `€` (also before the number). */
  readonly unit?: string;
  /** The scale word's: 1,000,000 of `48 million`, else 1. */
  readonly scale: number;
  /** The place of the last digit that tells: 100,000 of `1.5 million`, 1,000 of `9,000`. */
  readonly place: number;
  /** Offsets into the text (UTF-16 units), sign and scale word within, unit and currency sign outside. */
  readonly start: number;
  readonly end: number;
};
/** Digits that can be read in two ways, or in none. */
export type RefusedNumber = { readonly refused: string; readonly start: number; readonly end: number };

const FIXED_SPACE = "\\u00a0\\u202f\\u2009\\u2007";
const DIGITS = new RegExp(`\\d+(?:(?:[.,'’${FIXED_SPACE}]|[ \\n](?=\\d{3}(?!\\d)))\\d+)*`, "gu");
const VULGAR: Readonly<Record<string, number>> = {
  "½": 0.5,
  "¼": 0.25,
  "¾": 0.75,
  "⅓": 1 / 3,
  "⅔": 2 / 3,
  "⅛": 0.125,
  "⅜": 0.375,
  "⅝": 0.625,
  "⅞": 0.875,
};
const RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹";

/**
 * The numbers of a text, in order, in digits or English words. A value is given only where no other reading is possible: without
 * a locale `1.240` is 1240 or 1.24, so it is refused; `9,0002` is no number. Digits inside words, ordinals, times, dates in digits, versions and
 * marks of notes are no numbers and are not listed.
 *
 * @param locale BCP 47 (`de-CH`): which marks part thousands and decimals; without one, only what reads alike everywhere
 */
export function readNumbers(text: string, locale?: string): (ReadNumber | RefusedNumber)[] {
  const convention = locale === undefined || locale === "" ? undefined : conventionOf(locale);
  const language = (locale ?? "").split("-")[0]?.toLowerCase() ?? "";
  const found: (ReadNumber | RefusedNumber)[] = [];
  for (const match of text.matchAll(DIGITS)) {
    // A space before three digits joins only what begins as a number in groups does.
    const run = /^\d{4,}[ \n]/u.test(match[0]) ? undefined : match[0];
    for (const [digits, from] of run === undefined ? parts(match[0], match.index) : [[match[0], match.index] as const]) {
      if (from < (found.at(-1)?.end ?? 0)) continue;
      const one = numeral(text, digits, from, convention, language);
      if (one !== undefined) found.push(one);
    }
  }
  for (const match of text.matchAll(/(?<![\d\p{L}⁄/]\s?)[½¼¾⅓⅔⅛⅜⅝⅞]/gu)) {
    const value = VULGAR[match[0]] ?? 0;
    found.push({ value, scale: 1, place: value, start: match.index, end: match.index + 1, ...unitOf(text, match.index, match.index + 1) });
  }
  for (const match of text.matchAll(SPELLED)) {
    const spelled = spelledValue(match.groups ?? {});
    const [start, end] = [match.index, match.index + match[0].length];
    // "48 million" is read with its digits; "one hundred" behind digits is a mistake of the text.
    if (spelled === undefined || found.some((one) => start < one.end && end > one.start)) continue;
    found.push({ ...spelled, place: spelled.scale, start, end, ...unitOf(text, start, end) });
  }
  return found.sort((a, b) => a.start - b.start);
}

function parts(run: string, from: number): (readonly [string, number])[] {
  return [...run.matchAll(/[^ \n]+/gu)].map((part) => [part[0], from + part.index] as const);
}

function numeral(
  text: string,
  digits: string,
  from: number,
  convention: ReturnType<typeof conventionOf>,
  language: string,
): ReadNumber | RefusedNumber | undefined {
  const before = text.slice(Math.max(0, from - 12), from);
  const end = from + digits.length;
  const after = text.slice(end, end + 24);
  if (isNoNumber(digits, before, after)) return undefined;
  const refuse = (refused: string, to = end): RefusedNumber => ({ refused, start: from, end: to });
  if (/^[/⁄]\d/u.test(after) || /\d[/⁄]$/u.test(before)) return refuse("it is part of a fraction, a ratio or a date");
  if (/[.,'’]$/u.test(before) && /\d[.,'’]$/u.test(before)) return refuse("it is part of a longer run of digits");
  const read = readDigits(digits, convention);
  if ("refused" in read) return refuse(read.refused);
  let { value } = read;
  let to = end;
  let place = read.decimals > 0 ? 10 ** -read.decimals : 10 ** trailingZeros(value);
  const raised = /^(?:\^\{?[-−]?\d+\}?|[⁻]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+)/u.exec(after)?.[0];
  if (raised !== undefined) {
    if (digits !== "10" && digits !== "2") return refuse("what is raised behind it is a power or the mark of a note", end + raised.length);
    value **= exponent(raised);
    place = value;
    to += raised.length;
  }
  const vulgar = /^\s?([½¼¾⅓⅔⅛⅜⅝⅞])/u.exec(after);
  if (vulgar?.[1] !== undefined && raised === undefined) {
    value += VULGAR[vulgar[1]] ?? 0;
    place = VULGAR[vulgar[1]] ?? place;
    to += vulgar[0].length;
  }
  if (/^\s\d+[/⁄]\d/u.test(after)) return refuse("a fraction follows it");
  const power = /^\s?[×x·⋅]\s?10(?:\^\{?([-−]?\d+)\}?|([⁻]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+))/u.exec(text.slice(to, to + 24));
  if (power !== null) {
    value *= 10 ** exponent(power[1] ?? power[2] ?? "");
    place *= 10 ** exponent(power[1] ?? power[2] ?? "");
    to += power[0].length;
  }
  const scale = scaleAt(text, before, to, language);
  if (scale === undefined) return refuse("what stands behind it may be a scale", to);
  const negative = /(?:^|[\s(])[-−]$/u.test(before) && !/\d\s[-−]$/u.test(before);
  const sign = negative ? -1 : 1;
  return {
    value: sign * value * scale.factor,
    scale: scale.factor,
    place: place * scale.factor,
    start: negative ? from - 1 : from,
    end: to + scale.length,
    ...unitOf(text, from, to + scale.length),
  };
}

/** Digits of words, ordinals, times, dates in digits, versions, and marks of notes. */
function isNoNumber(digits: string, before: string, after: string): boolean {
  if (/[\p{L}_]$/u.test(before) || /\p{L}[-‐‑]$/u.test(before) || /[#@/\\]$/u.test(before.replace(/\d[/]$/u, ""))) return true;
  if (/^(?:st|nd|rd|th|e|er|º|ª|\.º)(?![\p{L}\p{N}])/u.test(after)) return true;
  if (/^:\d\d/u.test(after) || /\d:$/u.test(before)) return true;
  if (/^\s?(?:a\.?m|p\.?m)\b/iu.test(after) && Number(digits) <= 12) return true;
  if (/^[-‐‑]\d{1,2}[-‐‑]\d/u.test(after) || /\d[-‐‑]\d{1,2}[-‐‑]$|\d{4}[-‐‑]$/u.test(before)) return true;
  if (/^\d{1,2}\.\d{1,2}\.(?:\d{2}|\d{4})$/u.test(digits) || /^\d+(?:\.\d{1,2}){2,}$/u.test(digits)) return true;
  if (/[\p{L}\p{N}.!?"”’)]\[$/u.test(before) && /^\]/u.test(after)) return true;
  // Letters that are neither unit nor scale: 3D, 5G, 2x.
  const letters = /^\p{L}+/u.exec(after)?.[0];
  return (
    letters !== undefined &&
    unitAt(after) === undefined &&
    !/^(?:k|m|mn|mio|mln|bn|tn|mrd|cr)$/iu.test(letters) &&
    !/^e[+-]?\d/iu.test(after)
  );
}

function scaleAt(text: string, before: string, at: number, language: string): { factor: number; length: number } | undefined {
  const after = text.slice(at, at + 24);
  const e = /^e([+-]?\d{1,3})(?![\p{L}\p{N}])/iu.exec(after);
  if (e?.[1] !== undefined) return { factor: 10 ** Number(e[1]), length: e[0].length };
  const word = /^[- \u00a0\u202f]?(\p{L}{2,})(?!\p{L})/u.exec(after);
  const named = word?.[1] === undefined ? undefined : scaleWord(word[1].toLowerCase(), language);
  if (word !== null && named !== undefined) return named === "unclear" ? undefined : { factor: named, length: word[0].length };
  const letter = /^(k|m)(?![\p{L}\p{N}/²³])/u.exec(after)?.[1];
  const money = /[€$£]\s?$/u.test(before) || /^[km]\s?[€$£]/u.test(after);
  if (letter === undefined) return { factor: 1, length: 0 };
  if (money) return { factor: letter === "k" ? 1e3 : 1e6, length: 1 };
  if (letter === "k") return { factor: 1e3, length: 1 };
  // "6.2m long" is a length, "5m people" are millions, "5m" alone may be either.
  return /^m\s(?:long|high|wide|deep|tall|thick|above|below|across|apart|away|of\s\p{Ll}+\s(?:cable|pipe|rope))\b/u.test(after)
    ? { factor: 1, length: 0 }
    : undefined;
}

function unitOf(text: string, start: number, end: number): { unit?: string } {
  const currency = /([€$£])\s?[-−]?$/u.exec(text.slice(Math.max(0, start - 3), start))?.[1];
  if (currency !== undefined) return { unit: currency };
  const tail = text.slice(end, end + 40);
  const gap = /^[\s-]?/u.exec(tail)?.[0] ?? "";
  const unit = unitAt(tail.slice(gap.length));
  if (unit !== undefined) return { unit: tail.slice(gap.length, gap.length + unit.length) };
  const sign = /^\s?([€$£])/u.exec(tail)?.[1];
  return sign === undefined ? {} : { unit: sign };
}

function trailingZeros(value: number): number {
  return value === 0 ? 0 : (/0*$/u.exec(String(value))?.[0].length ?? 0);
}

function exponent(raised: string): number {
  const plain = raised.replaceAll(/[\^{}]/gu, "").replace(/^[−⁻]/u, "-");
  return Number(plain.replaceAll(/[⁰¹²³⁴⁵⁶⁷⁸⁹]/gu, (digit) => String(RAISED.indexOf(digit))));
}
