import { conventionOf, readDigits } from "./numerals.ts";
import { exponent, scaleAt } from "./scales.ts";
import { signAt, UNCLEAR_SIGN } from "./signs.ts";
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

/** Characters around a number that are looked at. */
const LOOK = 24;
const PARTS =
  /^[\s-](?:\p{L}+-)?(?:thirds|\p{L}*(?:four|fif|six|seven|eigh|nin|ten|twelf|hundred|thousand|million|billion)ths|(?:hundred|thousand|million|billion)th)(?!\p{L})/u;

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
    const sign = signAt(text.slice(Math.max(0, start - LOOK), start));
    if (sign === "unclear") found.push({ refused: UNCLEAR_SIGN, start, end });
    else
      found.push({
        value: sign.factor * spelled.value,
        scale: spelled.scale,
        place: spelled.scale,
        start: start - sign.length,
        end,
        ...unitOf(text, start, end),
      });
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
  const look = text.slice(Math.max(0, from - LOOK), from);
  const end = from + digits.length;
  const after = text.slice(end, end + LOOK);
  if (isNoNumber(digits, look, after)) return undefined;
  const point = /(?:^|[\s([“"'’|=€$£+\-−–])[.,]$/u.test(look);
  const before = point ? look.slice(0, -1) : look;
  const begin = point ? from - 1 : from;
  const refuse = (refused: string, to = end): RefusedNumber => ({ refused, start: begin, end: to });
  if (/^[/⁄]\d/u.test(after) || /\d[/⁄]$/u.test(before)) return refuse("it is part of a fraction, a ratio or a date");
  if (/[.,'’]$/u.test(before) && /\d[.,'’]$/u.test(before)) return refuse("it is part of a longer run of digits");
  if (/(?:±|\+\s?[/]?\s?[-−])\s?$/u.test(before)) return refuse("it is how far another number may be off");
  const sign = signAt(before);
  if (sign === "unclear") return refuse(UNCLEAR_SIGN);
  if (point && (!look.endsWith(".") || (convention !== undefined && convention.decimal !== ".") || !/^\d+$/u.test(digits)))
    return refuse("the mark before it may part decimals");
  const read = point ? { value: Number(`0.${digits}`), decimals: digits.length } : readDigits(digits, convention);
  if ("refused" in read) return refuse(read.refused);
  let { value } = read;
  let to = end;
  let place = read.decimals > 0 ? 10 ** -read.decimals : 10 ** trailingZeros(value);
  const raised = /^(?:(?:\^|\*\*)\{?[-−]?\d+\}?|\s?⁻?[⁰¹²³⁴⁵⁶⁷⁸⁹]+)/u.exec(after)?.[0];
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
  const power = /^\s?[×x·⋅*]\s?10(?:(?:\^|\*\*)\{?([-−]?\d+)\}?|\s?(⁻?[⁰¹²³⁴⁵⁶⁷⁸⁹]+))/u.exec(text.slice(to, to + LOOK));
  if (power !== null) {
    value *= 10 ** exponent(power[1] ?? power[2] ?? "");
    place *= 10 ** exponent(power[1] ?? power[2] ?? "");
    to += power[0].length;
  }
  if (PARTS.test(text.slice(to, to + LOOK))) return refuse("it counts parts of one");
  const scale = scaleAt(text, before, to, language);
  if (scale === undefined) return refuse("what stands behind it may be a scale", to);
  return {
    value: value === 0 ? 0 : sign.factor * value * scale.factor,
    scale: scale.factor,
    place: place * scale.factor,
    start: begin - sign.length,
    end: to + scale.length,
    ...unitOf(text, begin, to + scale.length),
  };
}

/** Digits of words, ordinals, times, dates in digits, versions, and marks of notes. */
function isNoNumber(digits: string, before: string, after: string): boolean {
  if (/[\p{L}_]$/u.test(before) || /\p{L}[-‐‑]$/u.test(before) || /[#@/\\]$/u.test(before.replace(/\d[/]$/u, ""))) return true;
  if (/^(?:st|nd|rd|th|e(?![+\-−]\d)|er|º|ª|\.º)(?![\p{L}\p{N}])/u.test(after)) return true;
  // Times and ratios.
  if (/^:\d/u.test(after) || /\d:$/u.test(before)) return true;
  if (/^\s?(?:a\.?m|p\.?m)\b/iu.test(after) && Number(digits) <= 12) return true;
  if (/^[-‐‑]\d{1,2}[-‐‑]\d/u.test(after) || /\d[-‐‑]\d{1,2}[-‐‑]$|\d{4}[-‐‑]$/u.test(before)) return true;
  if (/^\d{1,2}\.\d{1,2}\.(?:\d{2}|\d{4})$/u.test(digits) || /^\d+(?:\.\d{1,2}){2,}$/u.test(digits)) return true;
  if (/[\p{L}\p{N}.!?"”’)]\[$/u.test(before) && /^\]/u.test(after)) return true;
  // Letters that are neither unit nor scale: 3D, 5G, 2x.
  const letters = /^\p{L}+/u.exec(after)?.[0];
  return (
    letters !== undefined &&
    unitAt(after) === undefined &&
    !/^(?:k|m|b|mn|mio|mln|bn|tn|mrd|cr)$/iu.test(letters) &&
    !/^[kmb](?:EUR|USD|GBP|CHF)$/iu.test(letters) &&
    !(/[€$£]\s?$/u.test(before) && /^(?:mm|t)$/iu.test(letters)) &&
    !/^e[+\-−]?\d/iu.test(after)
  );
}

function unitOf(text: string, start: number, end: number): { unit?: string } {
  const currency = /([€$£])\s?[-‐‑–−﹣－]?$/u.exec(text.slice(Math.max(0, start - 3), start))?.[1];
  if (currency !== undefined) return { unit: currency };
  const tail = text.slice(end, end + 40);
  const gap = /^[\s-]?/u.exec(tail)?.[0] ?? "";
  const unit = unitAt(tail.slice(gap.length));
  if (unit !== undefined) {
    const by = /^\s?[/·⋅]\s?\p{L}+[²³⁻¹]*/u.exec(tail.slice(gap.length + unit.length))?.[0] ?? "";
    return { unit: tail.slice(gap.length, gap.length + unit.length) + by };
  }
  const sign = /^\s?([€$£])/u.exec(tail)?.[1];
  return sign === undefined ? {} : { unit: sign };
}

function trailingZeros(value: number): number {
  return value === 0 ? 0 : (/0*$/u.exec(String(value))?.[0].length ?? 0);
}
