import type { Quantity } from "./quantity.ts";

/** Who says "a third" has rounded: 30 percent may be one. */
const SLACK = 3.5;

const SMALL = "one two three four five six seven eight nine ten eleven twelve".split(" ");
const PARTS: Readonly<Record<string, number>> = { half: 2, third: 3, quarter: 4, fifth: 5, sixth: 6, eighth: 8, tenth: 10 };
const COUNT = `(?:\\d{1,3}|${SMALL.join("|")}|twenty|fifty|a hundred)`;
/** "The first half", "each quarter" are spans, and "half of a million" is a number. */
const SHARE = new RegExp(
  `(?<![\\p{L}\\p{N}-])(?<!(?:first|second|third|fourth|last|other|latter|each|every|this|that|same|northern|southern|eastern|western|upper|lower) )(?:(?:(?<count>an?|${SMALL.slice(0, 9).join("|")})[ -])?(?<part>half|thirds?|quarters?|fifths?|sixths?|eighths?|tenths?)(?= of (?:the|all|its|their|his|her|our|those|these|\\p{Ll}{3,}s)(?!\\p{L}))|(?<some>${COUNT}) (?:in|out of) (?:every )?(?<all>${COUNT})(?=(?: of (?:the|all|its|their|those|these))? \\p{Ll}{3,}))`,
  "giu",
);

/** `a third of the farms`, `four in ten of the kidneys`, `one in five pupils`, as percentages. */
export function sharesIn(text: string): Quantity[] {
  return [...text.matchAll(SHARE)].flatMap((match) => {
    const { count, part, some, all } = match.groups ?? {};
    const whole = part === undefined ? numberOf(all) : PARTS[part.toLowerCase().replace(/(?<=[^f])s$/u, "")];
    const taken = part === undefined ? numberOf(some) : numberOf(count ?? "a");
    // "Thirds" by themselves, "a" before several: no share; a half needs no count.
    if (
      whole === undefined ||
      taken === undefined ||
      taken >= whole ||
      (count === undefined && part !== undefined && !/^half$/iu.test(part))
    )
      return [];
    const percent = (100 * taken) / whole;
    const [from, to] = [match.index, match.index + match[0].length];
    return [
      { dimension: "percent", low: percent, high: percent, slack: SLACK, about: "about", range: false, noun: [], from, to, until: to },
    ];
  });
}

function numberOf(word: string | undefined): number | undefined {
  const lower = word?.toLowerCase() ?? "";
  if (/^\d+$/u.test(lower)) return Number(lower);
  if (lower === "a" || lower === "an") return 1;
  const others: Readonly<Record<string, number>> = { twenty: 20, fifty: 50, "a hundred": 100 };
  const at = SMALL.indexOf(lower);
  return at >= 0 ? at + 1 : others[lower];
}
