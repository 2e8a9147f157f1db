/** Which marks part thousands and decimals; `any` of a number's own marks where a text does not say. */
export type Convention = { readonly group: string; readonly decimal: string; readonly lakhs: boolean };

const memo = new Map<string, Convention | undefined>();

/** By the locale data of the runtime; undefined for a tag that it does not know. */
export function conventionOf(locale: string): Convention | undefined {
  if (!memo.has(locale)) memo.set(locale, looked(locale));
  return memo.get(locale);
}

function looked(locale: string): Convention | undefined {
  try {
    const parts = new Intl.NumberFormat(locale, { useGrouping: "always", numberingSystem: "latn" }).formatToParts(1_234_567.5);
    const mark = (type: string): string => evenMarks(parts.find((part) => part.type === type)?.value ?? "");
    return {
      group: mark("group"),
      decimal: mark("decimal"),
      lakhs: parts.filter(({ type }) => type === "integer").at(1)?.value.length === 2,
    };
  } catch {
    // No BCP 47 tag: as if none were given.
    return undefined;
  }
}

/** The kinds of spaces and of apostrophes that part thousands as one each. */
function evenMarks(digits: string): string {
  return digits.replaceAll(/[\u00a0\u202f\u2009\u2007]/gu, "\u00a0").replaceAll("’", "'");
}

/**
 * The value of digits with their marks.
 * @param digits a run of digits and marks, a space only before three digits
 * @returns the value with its number of decimals, or why there is none
 */
export function readDigits(digits: string, convention: Convention | undefined): { value: number; decimals: number } | { refused: string } {
  const even = evenMarks(digits);
  if (/^\d+$/u.test(even)) return /^0\d/u.test(even) ? { refused: "it begins with a zero" } : made(even, "");
  // Where nothing says that commas part decimals, so many behind one are a number with a mark that has grown into it.
  if (convention === undefined && /^\d+,\d{4,}$/u.test(even)) return { refused: "its marks are those of no number" };
  if (/\s/u.test(even.replaceAll("\u00a0", ""))) {
    const spaced = convention?.group === "\u00a0" && !even.includes("\n");
    if (!spaced) return { refused: "the space may part two numbers" };
  }
  const joined = even.replaceAll(" ", "\u00a0");
  const readings = [
    ...new Map(
      conventions(convention)
        .flatMap((one) => reading(joined, one))
        .map((one) => [one.value, one]),
    ).values(),
  ];
  const [only, other] = readings;
  if (only === undefined) return { refused: "its marks are those of no number" };
  return other === undefined ? only : { refused: `it is ${only.value} or ${other.value}` };
}

const EVERYWHERE: readonly Convention[] = [
  { group: ",", decimal: ".", lakhs: false },
  { group: ".", decimal: ",", lakhs: false },
];

/** Apostrophes and fixed spaces part thousands in every convention. */
function conventions(given: Convention | undefined): Convention[] {
  const base = given === undefined ? EVERYWHERE : [given];
  return base.flatMap((one) => [one, { ...one, group: "'" }, { ...one, group: "\u00a0" }]);
}

function reading(digits: string, { group, decimal, lakhs }: Convention): { value: number; decimals: number }[] {
  const g = escaped(group);
  const d = escaped(decimal);
  const groups = lakhs ? `(?:\\d{1,2}(?:${g}\\d{2})*${g}\\d{3}|\\d{1,3}(?:${g}\\d{3})+)` : `\\d{1,3}(?:${g}\\d{3})+`;
  const match = new RegExp(`^(?:((?!0)${groups})|(0|[1-9]\\d*))(?:${d}(\\d+))?$`, "u").exec(digits);
  if (match === null) return [];
  return [made((match[1] ?? match[2] ?? "").replaceAll(group, ""), match[3] ?? "")];
}

function made(whole: string, decimals: string): { value: number; decimals: number } {
  return { value: Number(decimals === "" ? whole : `${whole}.${decimals}`), decimals: decimals.length };
}

function escaped(mark: string): string {
  return mark.replaceAll(/[.*+?^${}()|[\]\\]/gu, "\\$&");
}
