import { type ReadNumber, readNumbers } from "./numbers.ts";
import { unitAt } from "./units.ts";

/** A number with what it counts or measures, its bounds in base units. */
export type Quantity = {
  /** `length`, `money:euro`, `percent`, … or `count:<head noun>`; with `/…` for a rate. */
  readonly dimension: string;
  readonly low: number;
  readonly high: number;
  /** Half of the last place that is written, in base units. */
  readonly slack: number;
  readonly about: "exact" | "about" | "more" | "less";
  readonly range: boolean;
  /** Words right after the number that name what is counted, the head noun among them. */
  readonly noun: readonly string[];
  readonly from: number;
  readonly to: number;
};

const ABOUT =
  /(?:\b(?:about|around|roughly|approximately|some|circa|ca\.?|nearly|almost|close to|just under|just over|estimated|approx\.?|an estimated|in the region of|or so|more or less)|~|≈)\s*(?:a\s|the\s)?$/iu;
const MORE = /\b(?:more than|over|at least|above|upwards of|exceeding|in excess of|no fewer than|not less than|a good|well over)\s*$/iu;
const LESS = /\b(?:less than|fewer than|under|below|at most|up to|no more than|not more than|a maximum of)\s*$/iu;
/** What a number that stands alone counts: "the number of visitors to the museum was", "the attendance was". */
const NUMBERED =
  /\b(?:number|total|count) of (?:the |its |their )?(?:\p{L}+ )??(\p{L}+)(?= (?:to|of|in|at|on|from|for|with|who|that|is|was|has|had|reached|stood|fell|rose|grew)\b|\s*$)/iu;
const COLLECTIVE = /\b(population|attendance|circulation|headcount|workforce|membership|capacity|staff|crew)\b/iu;
/** Words after a number that end what it counts. */
const NOT_NOUN =
  /^(?:today|now|altogether|annually|daily|yearly|ago|later|earlier|old|long|high|tall|wide|deep|thick|away|per|each|apiece|and|or|in|on|at|of|the|a|an|to|from|by|for|with|is|are|was|were|has|have|had|that|which|who|as|than|but|not|into|after|before|since|until|during|between|times)$/iu;
const HEADS = /^(?:people|men|women|children|staff|fish|sheep|deer|cattle|mice|geese|personnel|species|aircraft|salmon|trout|series)$/iu;

/**
 * Quantities of a clause. Bare years and days of dates are left to `dates.ts`: pass them as `taken` spans. A number that can be
 * read in two ways gives none.
 *
 * @param locale of the clause's numbers, as `readNumbers` takes it
 */
export function quantitiesIn(
  clause: string,
  taken: readonly { from: number; to: number }[],
  locale: string | undefined = "en",
): Quantity[] {
  const found: Quantity[] = [];
  const numbers = readNumbers(clause, locale).filter((one): one is ReadNumber => "value" in one);
  for (let i = 0; i < numbers.length; i++) {
    const first = numbers[i];
    if (first === undefined) continue;
    const next = numbers[i + 1];
    const joint = next === undefined ? undefined : jointOf(clause, first, next);
    const before = clause.slice(0, first.start);
    const second = joint === undefined || (joint === "and" && !/\b(?:between|from)\s*$/iu.test(withoutSign(before))) ? undefined : next;
    const from = withoutSign(before).length;
    const end = (second ?? first).end;
    if (taken.some((span) => first.start < span.to && end > span.from)) continue;
    if (second !== undefined) i++;
    const currency = /[€$£]\s?$/u.exec(before)?.[0].trim();
    const tail = clause.slice(end).replace(/^[\s-]+/u, "");
    const unit =
      currency === undefined
        ? unitAt(tail)
        : { dimension: { "€": "money:euro", $: "money:dollar", "£": "money:pound" }[currency] ?? "money:other", factor: 1, length: 0 };
    const named = unit === undefined ? nounAt(tail, withoutSign(before)) : undefined;
    if (unit === undefined && named === undefined) continue;
    const factor = unit?.factor ?? 1;
    // "2 to 3 million" are millions both.
    const shared = second !== undefined && first.scale === 1 ? second.scale : 1;
    const low = first.value * shared * factor;
    const high = second === undefined ? low : second.value * factor;
    const rate = rateAt(tail.slice(unit?.length ?? 0));
    found.push({
      dimension: `${unit?.dimension ?? `count:${named?.head ?? ""}`}${rate}`,
      low: Math.min(low, high),
      high: Math.max(low, high),
      slack: (first.place / 2) * shared * factor,
      about: aboutOf(withoutSign(before), tail.slice(unit?.length ?? 0)),
      range: second !== undefined,
      noun: named?.noun ?? [],
      from,
      to: end + (clause.length - end - tail.length) + (unit?.length ?? 0),
    });
  }
  return compounded(clause, found);
}

/** "4 hours and 20 minutes", "5 feet 4 inches" are one quantity: the smaller unit adds to the larger. */
function compounded(clause: string, found: readonly Quantity[]): Quantity[] {
  const made: Quantity[] = [];
  for (const one of found) {
    const last = made.at(-1);
    const adds =
      last !== undefined &&
      /^(?:time|length|mass)$/u.test(one.dimension) &&
      last.dimension === one.dimension &&
      !last.range &&
      !one.range &&
      one.about === "exact" &&
      one.high < last.slack * 2 &&
      /^(?:,? and |,? )$/u.test(clause.slice(last.to, one.from));
    if (adds) made[made.length - 1] = { ...last, low: last.low + one.low, high: last.high + one.high, slack: one.slack, to: one.to };
    else made.push(one);
  }
  return made;
}

function withoutSign(before: string): string {
  return before.replace(/[€$£]\s?$/u, "");
}

/** How two numbers side by side belong together: `9–12`, `2 to 3 million`, `between 5 and 7`. */
function jointOf(clause: string, first: ReadNumber, second: ReadNumber): "to" | "and" | undefined {
  const between = clause.slice(first.end, second.start);
  if (/^\s?(?:–|—|-)\s?[€$£]?\s?$|^\s(?:to|or)\s[€$£]?\s?$/iu.test(between)) return "to";
  return /^\sand\s[€$£]?\s?$/iu.test(between) ? "and" : undefined;
}

function aboutOf(before: string, after: string): Quantity["about"] {
  if (MORE.test(before)) return "more";
  if (LESS.test(before)) return "less";
  return ABOUT.test(before) || /^\s*(?:or so|or thereabouts)\b/iu.test(after) ? "about" : "exact";
}

/** `per night`, `a year`, `an hour`, `each`: a rate is another dimension. */
function rateAt(tail: string): string {
  const match = /^\s*(?:per|an?|each|every|\/)\s+((?:square |cubic )?\p{L}+)/iu.exec(tail)?.[1]?.toLowerCase();
  return match === undefined ? "" : `/${match.replace(/s$/u, "")}`;
}

function nounAt(tail: string, before: string): { head: string; noun: string[] } | undefined {
  const noun: string[] = [];
  for (const word of tail.split(/\s+/u)) {
    const bare = word.replace(/[^\p{L}\p{N}’'-]+$/u, "");
    if (bare === "" || NOT_NOUN.test(bare) || !/^\p{L}/u.test(bare)) break;
    noun.push(bare);
    if (isHead(bare) || noun.length === 3 || bare !== word) break;
  }
  const head = noun.find(isHead) ?? noun[0];
  if (head !== undefined && (isHead(head) || noun.length > 0)) return { head: head.toLowerCase(), noun };
  const word = NUMBERED.exec(before)?.[1] ?? COLLECTIVE.exec(before)?.[1];
  return word === undefined ? undefined : { head: word.toLowerCase(), noun: [word] };
}

function isHead(word: string): boolean {
  return HEADS.test(word) || /[^su]s$/u.test(word);
}
