import type { DrawnNumber } from "./number-drawing.ts";

/** What a reading made of a drawn number's paragraph. */
export type NumberReading = { readonly paragraph: string | undefined; readonly values: readonly number[] };
export type Verdict = "right" | "refused" | "changed";

/**
 * - *changed*: a value was read that the paragraph does not state, or its digits stand otherwise in the text (`9,0002`), or the paragraph is gone;
 * - *right*: every value that it states was read;
 * - *refused*: anything else. A sentence's only digits are those of its number.
 */
export function judgeNumber({ written, values }: DrawnNumber, reading: NumberReading): { readonly verdict: Verdict; readonly why: string } {
  const { paragraph } = reading;
  if (paragraph === undefined) return { verdict: "changed", why: "its paragraph is gone" };
  const text = plainSpaces(paragraph);
  const gone = written.find((digits) => !stands(plainSpaces(digits), text));
  if (gone !== undefined) return { verdict: "changed", why: `${gone} does not stand in: ${paragraph}` };
  const wrong = reading.values.find((value) => !values.some((wanted) => equal(value, wanted)));
  if (wrong !== undefined) return { verdict: "changed", why: `${wrong} for ${values.join(" and ")}: ${paragraph}` };
  const missed = values.some((wanted) => !reading.values.some((value) => equal(value, wanted)));
  return missed ? { verdict: "refused", why: paragraph } : { verdict: "right", why: "" };
}

const plainSpaces = (text: string): string => text.replaceAll(/\s+/gu, " ");
const equal = (a: number, b: number): boolean => Math.abs(a - b) <= Math.abs(b) * 1e-9;

/** No digit, and no mark with a digit behind it, stands beside it. */
function stands(digits: string, text: string): boolean {
  for (let at = text.indexOf(digits); at >= 0; at = text.indexOf(digits, at + 1)) {
    const [before, after] = [text.slice(0, at), text.slice(at + digits.length)];
    if (!/[0-9][.,’']?$/u.test(before) && !/^[.,’']?[0-9]/u.test(after)) return true;
  }
  return false;
}
