import { FUNCTION_WORDS, stem } from "./words.ts";

const SPELLED =
  "two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty".split(
    " ",
  );
const TENS: Readonly<Record<string, number>> = { thirty: 30, forty: 40, fifty: 50, sixty: 60, seventy: 70, eighty: 80, ninety: 90 };
/** Words that change a number or are one: they count as they are written. */
const MAGNITUDES = new Set("hundred thousand million billion trillion dozen half quarter third fifth tenth".split(" "));
const MONTHS = /^(?:january|february|march|april|may|june|july|august|september|october|november|december)$/iu;
/** Capitalised by habit, naming nothing. */
const NO_NAMES = new Set("i i’m i'm ok okay mr mrs ms dr".split(" "));

/** Digits with the marks that part their thousands: a part of them is no number of its own. */
const DIGITS = /\p{N}+(?:(?:[.,'’\u00a0\u202f\u2009]|(?<=(?<!\d)\d{1,3}(?: \d{3})*) (?=\d{3}(?!\d)))\p{N}+)*/gu;

/** Numbers of a text as canonical strings: `1,200.0`, `1'200` and `1200` are one, `twelve` is `12`. */
export function numbersIn(text: string): string[] {
  const found: string[] = [];
  for (const [raw] of text.matchAll(DIGITS)) found.push(canonical(raw));
  for (const [word] of text.toLowerCase().matchAll(/\p{L}+/gu)) {
    const spelled = SPELLED.indexOf(word);
    if (spelled >= 0) found.push(String(spelled + 2));
    else if (Object.hasOwn(TENS, word)) found.push(String(TENS[word]));
    else if (MAGNITUDES.has(word.replace(/(?<=[dhr])s$/u, ""))) found.push(word.replace(/(?<=[dhr])s$/u, ""));
  }
  return found;
}

function canonical(raw: string): string {
  const plain = raw.replaceAll(/['’\s]/gu, "").replaceAll(/,(?=\d{3}(?:\D|$))/gu, "");
  return /^\d+(?:\.\d+)?$/u.test(plain) ? String(Number(plain)) : plain;
}

/** Capitalised names: words with a capital inside a sentence, and those at its head that are no ordinary words of `language`. */
function namesIn(text: string, isOrdinary: (lower: string) => boolean): string[] {
  const found: string[] = [];
  for (const match of text.matchAll(/[\p{L}\p{N}]*\p{Lu}[\p{L}\p{N}]*(?:[’'-][\p{L}\p{N}]+)*/gu)) {
    const word = match[0].replace(/[’']s?$/u, "");
    const lower = word.toLowerCase();
    if (NO_NAMES.has(lower)) continue;
    const atHead = /(?:^|[.!?:]["'”’)\]]*\s+)["'“‘([*]*$/u.test(text.slice(0, match.index));
    const plainShape = /^\p{Lu}[\p{Ll}’'-]*$/u.test(word);
    const beforeName = /^[’'s]*\s+\p{Lu}/u.test(text.slice(match.index + match[0].length));
    if (atHead && plainShape && !MONTHS.test(lower) && (isOrdinary(lower) || (!beforeName && looksOrdinary(lower)))) continue;
    found.push(word);
  }
  return found;
}

const looksOrdinary = (lower: string) => FUNCTION_WORDS.has(lower) || /(?:ly|ing|tion|ness|ment)$/u.test(lower);

/** The ordinary words of texts: what occurs in them uncapitalised. */
export function ordinaryWords(texts: readonly string[]): (lower: string) => boolean {
  const seen = new Set<string>();
  for (const text of texts) for (const [word] of text.matchAll(/(?<![\p{L}\p{N}])\p{Ll}[\p{Ll}’'-]*/gu)) seen.add(stem(word));
  return (lower) => FUNCTION_WORDS.has(lower) || seen.has(stem(lower));
}

/** The first number, date part or capitalised name of `text` that does not occur in `source`; undefined when all do. */
export function firstUnsupported(
  text: string,
  source: string,
  isOrdinary: (lower: string) => boolean = ordinaryWords([source]),
): string | undefined {
  const numbers = new Set(numbersIn(source));
  const number = numbersIn(text).find((one) => !numbers.has(one));
  if (number !== undefined) return number;
  const named = new Set(
    (source.match(/[\p{L}\p{N}]+(?:[’'-][\p{L}\p{N}]+)*/gu) ?? []).flatMap((word) => [
      word,
      word.replace(/[’']s?$/u, ""),
      ...word.split(/[’'-]/u),
    ]),
  );
  return namesIn(text, isOrdinary).find((name) => !named.has(name) && !name.split("-").every((part) => named.has(part)));
}
