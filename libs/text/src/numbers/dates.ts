/** A point in time as far as a text gives it. */
export type DateMention = {
  /** Before our era below 0. */
  readonly year: number | undefined;
  readonly month: number | undefined;
  readonly day: number | undefined;
  readonly from: number;
  readonly to: number;
};

const NAMES = "january february march april may june july august september october november december".split(" ");
const MONTH =
  "(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\\b\\.?";
const YEAR = "(?:1[0-9]\\d\\d|20\\d\\d)";
const DATE = new RegExp(
  [
    `(?<d1>\\d{1,2})(?:st|nd|rd|th)?(?: of)? (?<m1>${MONTH})(?:,? (?<y1>${YEAR}))?`,
    `(?<m2>${MONTH}) (?<d2>\\d{1,2})(?:st|nd|rd|th)?(?!\\d)(?:,? (?<y2>${YEAR}))?`,
    `(?<m3>${MONTH})(?: of)? (?<y3>${YEAR})`,
    `(?<y4>${YEAR})-(?<m4>\\d\\d)-(?<d4>\\d\\d)`,
    `(?<y5>(?<![\\p{L}\\p{N}.,€$£-])${YEAR}(?![\\p{N}%°]|[.,]\\d|-\\d|[ -](?:million|billion|thousand|percent|euros?|dollars?|pounds?|met|kilo|people|visitors|passengers|copies|hectares|tonnes|tons|square|cubic|lit|hours|days|years|kg|km|m\\b|solar|seats|trees|pages|volumes)))`,
    `(?<=\\b(?:in|since|until|by|last|during|of|from|to|and|early|late|mid) )(?<m6>(?!may\\b)${MONTH})`,
  ].join("|"),
  "giu",
);

/** "79 AD", "AD 79", "753 BC". */
const OF_ERA = /(?<![\p{L}\p{N}.,])(?:(?:AD|CE) (?<after>[1-9]\d{0,3})|(?<before>[1-9]\d{0,3}) (?<era>AD|BCE?|CE))(?![\p{L}\p{N}])/gu;
/** "In 874 Norse settlers", "in 874, ", but not "in 874 cases": a name, a function word or the clause's end follows. */
const EARLY =
  /(?<=(?:[Ii]n|[Ss]ince|[Uu]ntil|[Bb]efore|[Aa]fter|[Bb]y|the year|years?) )(?<year>[1-9]\d\d)(?=[.;:)]?$|[.;:)] |, (?!\d)| \p{Lu}| (?:the|an?|his|her|its|their|he|she|it|they|when|where|by|with|under|was|were|had|to|on|at|for|no|not|that|some|many|but)\s| and (?![\d\p{Ll}]{1,5}\s\p{Ll}+s\b|\d))/gu;

/** The dates of a text, in order. */
export function datesIn(text: string): DateMention[] {
  const found = modernDates(text);
  const early = [...text.matchAll(OF_ERA), ...text.matchAll(EARLY)].map((match) => {
    const { after, before, era, year } = match.groups ?? {};
    const value = Number(after ?? before ?? year);
    const from = match.index;
    return { year: era?.startsWith("B") === true ? -value : value, month: undefined, day: undefined, from, to: from + match[0].length };
  });
  for (const one of early) if (!found.some(({ from, to }) => one.from < to && from < one.to)) found.push(one);
  return found.sort((a, b) => a.from - b.from);
}

function modernDates(text: string): DateMention[] {
  return [...text.matchAll(DATE)].map((match) => {
    const { d1, m1, y1, m2, d2, y2, m3, y3, y4, m4, d4, y5, m6 } = match.groups ?? {};
    const name = m1 ?? m2 ?? m3 ?? m6;
    return {
      year: toNumber(y1 ?? y2 ?? y3 ?? y4 ?? y5),
      month: name === undefined ? toNumber(m4) : NAMES.findIndex((month) => month.startsWith(name.toLowerCase().slice(0, 3))) + 1,
      day: toNumber(d1 ?? d2 ?? d4),
      from: match.index,
      to: match.index + match[0].length,
    };
  });
}

function toNumber(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Number(text);
}

/** Years that a text speaks about, `from 2011 to 2019` as an interval, `since 2020` as an open one. */
export function periodOf(text: string, dates: readonly DateMention[]): { from: number; to: number } | undefined {
  const years = dates.flatMap(({ year }) => year ?? []);
  if (years.length === 0) return undefined;
  const first = Math.min(...years);
  const last = Math.max(...years);
  if (/\bsince\b/iu.test(text)) return { from: first, to: Number.POSITIVE_INFINITY };
  if (/\b(?:until|till)\b/iu.test(text) && years.length === 1) return { from: Number.NEGATIVE_INFINITY, to: last };
  return { from: first, to: last };
}

/** Whether two dates cannot both be true of one event: a part that both give differs. */
export function differ(a: DateMention, b: DateMention): boolean {
  return (["year", "month", "day"] as const).some((part) => a[part] !== undefined && b[part] !== undefined && a[part] !== b[part]);
}
