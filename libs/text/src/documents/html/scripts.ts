const UP = pairs("0123456789+-−()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁽⁾ⁿ");
const DOWN = pairs("0123456789+-−()", "₀₁₂₃₄₅₆₇₈₉₊₋₋₍₎");

/** Text as raised characters; undefined where one of them has no such form. */
export function inRaised(text: string): string | undefined {
  return inMarks(text, UP);
}

/** Text as lowered characters; undefined where one of them has no such form. */
export function inLowered(text: string): string | undefined {
  return inMarks(text, DOWN);
}

/** A power in a formula: `⁻⁵`, or `^x` where it has no raised form. */
export function powerOf(text: string): string {
  return text === "" ? "" : (inRaised(text) ?? `^${inBrackets(text)}`);
}

/** An index in a formula behind `before`: digits behind a letter join it (`CO2`), as everywhere in a text. */
export function indexOf(text: string, before: string): string {
  if (text === "") return "";
  if (/\p{L}$/u.test(before) && /^\d{1,3}$/u.test(text)) return text;
  return inLowered(text) ?? `_${inBrackets(text)}`;
}

/** What is of one part stays bare. */
export function inBrackets(text: string): string {
  return /^(?:[\p{L}\p{N}.,]+|\(.*\))$/u.test(text) ? text : `(${text})`;
}

function inMarks(text: string, marks: ReadonlyMap<string, string>): string | undefined {
  const made = text.split("").map((one) => marks.get(one));
  return made.every((one) => one !== undefined) ? made.join("") : undefined;
}

function pairs(plain: string, marked: string): ReadonlyMap<string, string> {
  const others = marked.split("");
  return new Map(plain.split("").map((one, i) => [one, others[i] ?? one]));
}
