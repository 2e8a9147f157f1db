import { nonesIn } from "./nones.ts";
import { type ReadNumber, readNumbers } from "./numbers.ts";
import type { Quantity } from "./quantity.ts";
import { sharesIn } from "./shares.ts";
import { unitAt } from "./units.ts";

const ABOUT =
  /(?:\b(?:about|around|roughly|approximately|some|circa|ca\.?|nearly|almost|close to|just under|just over|estimated|approx\.?|an estimated|in the region of|or so|more or less)|~|≈)\s*(?:a\s|the\s)?$/iu;
const MORE =
  /(?:\b(?:more than|over|at least|above|upwards of|exceeding|in excess of|(?:no|not) (?:fewer|less) than|a minimum of|a good|well over)|[>≥])\s*$/iu;
const LESS = /(?:\b(?:less than|fewer than|under|below|at (?:the )?most|up to|no more than|not more than|a maximum of)|[<≤])\s*$/iu;
/** Behind a number or its unit. */
const OR_MORE = /^\s*(?:\+|(?:or|and) (?:more|over|above|upwards?)\b|at (?:the )?least\b|upwards\b|minimum\b)/iu;
const OR_LESS = /^\s*(?:(?:or|and) (?:less|fewer|under|below)\b|at (?:the )?most\b|maximum\b)/iu;
const OR_SO = /^\s*(?:or so|or thereabouts|give or take)\b/iu;
/** A number behind one of them names and counts nothing: "step 5 takes". */
const LABEL =
  /(?<!\p{L})(?:rule|step|section|chapter|figure|fig\.|table|part|article|line|phase|version|level|class|type|number|no\.|nos\.|page|pages|item|option|question|grade|room|platform|terminal|stage|volume|theorem|lemma|code|status|node|shard|index|slot|port|channel|gate|route|highway|clause|paragraph|act|episode|lesson|panel|lot|appendix|annex)\s$/iu;
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
  const found: Quantity[] = [...sharesIn(clause), ...nonesIn(clause)];
  const inWords = found.map(({ from, to }) => ({ from, to }));
  const numbers = readNumbers(clause, locale).filter((one): one is ReadNumber => "value" in one);
  for (let i = 0; i < numbers.length; i++) {
    const first = numbers[i];
    if (first === undefined) continue;
    const next = numbers[i + 1];
    const joint = next === undefined ? undefined : jointOf(clause, first, next);
    const before = clause.slice(0, first.start);
    const second = joint === undefined || (joint === "and" && !/\b(?:between|from)\s*$/iu.test(withoutSign(before))) ? undefined : next;
    const from = withoutSign(before).length;
    // "12 ± 3 km" has its margin before the unit.
    const near = second === undefined ? MARGIN.exec(clause.slice(first.end)) : null;
    const end = (second ?? first).end + (near?.[0].length ?? 0);
    if ([...taken, ...inWords].some((span) => first.start < span.to && end > span.from)) continue;
    if (second !== undefined) i++;
    if (LABEL.test(before)) continue;
    const currency = /^[€$£]/u.test(clause.slice(first.end).trimStart()) ? undefined : /^[€$£]$/u.exec(first.unit ?? "")?.[0];
    const bound = OR_MORE.exec(clause.slice(end)) ?? OR_LESS.exec(clause.slice(end));
    const tail = clause.slice(end + (bound?.[0].length ?? 0)).replace(/^[\s-]+/u, "");
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
    const unitEnd = clause.length - tail.length + (unit?.length ?? wordsLength(tail, named?.noun ?? []));
    const rate = unit === undefined ? timesAt(clause.slice(unitEnd)) : rateAt(tail.slice(unit.length));
    const far = near === null && unit !== undefined ? marginAt(clause.slice(unitEnd), unit.dimension) : undefined;
    const off = near === null ? (far?.isShare === true ? (Math.abs(low) * far.value) / 100 : (far?.value ?? 0)) : Number(near[1]) * factor;
    found.push({
      dimension: `${unit?.dimension ?? `count:${named?.head ?? ""}`}${rate}`,
      low: Math.min(low, high) - off,
      high: Math.max(low, high) + off,
      slack: (first.place / 2) * shared * factor,
      ...aboutOf(clause, from, end, unitEnd),
      range: second !== undefined,
      noun: named?.noun ?? [],
      from,
      to: clause.length - tail.length + (unit?.length ?? 0) + (far?.length ?? 0),
      until: end,
    });
  }
  return compounded(
    clause,
    found.sort((a, b) => a.from - b.from),
  );
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

const MARGIN = /^\s?(?:±|\+\s?\/\s?[-−])\s?(\d+(?:\.\d+)?)/u;

/** "48 dB ± 2 dB", "48 dB ± 5 %": how far a measure may be off, in base units of its dimension or as a percentage of it. */
function marginAt(tail: string, dimension: string): { value: number; isShare: boolean; length: number } | undefined {
  const match = MARGIN.exec(tail);
  if (match === null) return undefined;
  const rest = tail.slice(match[0].length);
  const gap = /^\s?/u.exec(rest)?.[0].length ?? 0;
  const unit = unitAt(rest.slice(gap));
  const length = match[0].length + gap + (unit?.length ?? 0);
  if (unit?.dimension === dimension) return { value: Number(match[1]) * unit.factor, isShare: false, length };
  return unit?.dimension === "percent" ? { value: Number(match[1]), isShare: true, length } : undefined;
}

/** Of the words at a text's head. */
function wordsLength(text: string, words: readonly string[]): number {
  return words.reduce((at, word) => text.indexOf(word, at) + word.length, 0);
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

/** How a number from `from` to `until`, its unit or what it counts to `unitEnd`, is bounded. */
function aboutOf(clause: string, from: number, until: number, unitEnd: number): Pick<Quantity, "about" | "bound"> {
  const before = clause.slice(0, from);
  for (const [about, pattern] of [
    ["more", MORE],
    ["less", LESS],
  ] as const) {
    const match = pattern.exec(before);
    if (match !== null) return { about, bound: { from: match.index, to: from } };
  }
  for (const [about, pattern] of [
    ["more", OR_MORE],
    ["less", OR_LESS],
    ["about", OR_SO],
  ] as const)
    for (const at of [until, unitEnd]) {
      const match = pattern.exec(clause.slice(at));
      if (match !== null) return { about, bound: { from: at, to: at + match[0].length } };
    }
  const match = ABOUT.exec(before);
  return match === null ? { about: "exact" } : { about: "about", bound: { from: match.index, to: from } };
}

/** `per night`, `a year`, `an hour`, `each`: a rate is another dimension. */
function rateAt(tail: string): string {
  const adverb = adverbAt(tail);
  if (adverb !== "") return adverb;
  const match =
    /^(?:\s+of\s+\p{Ll}+(?=\s+(?:per|an?|each|every)\s+(?:second|minute|hour|day|night|week|month|year)\b))?\s*(?:(?:per|an?|each|every)\s+|[/·⋅]\s?)((?:square |cubic )?\p{L}+[²³]?)/iu
      .exec(tail)?.[1]
      ?.toLowerCase();
  return match === undefined ? "" : `/${match.replace(/s$/u, "")}`;
}

const ADVERBS: Readonly<Record<string, string>> = {
  annually: "year",
  yearly: "year",
  monthly: "month",
  weekly: "week",
  daily: "day",
  hourly: "hour",
};

/** "900 megawatt hours of electricity annually". */
function adverbAt(tail: string): string {
  const word = /^(?:\s+of\s+\p{Ll}+)?\s+(annually|yearly|monthly|weekly|daily|hourly)\b/iu.exec(tail)?.[1]?.toLowerCase();
  return word === undefined ? "" : `/${ADVERBS[word]}`;
}

/** "9,000 passengers a day": what is counted goes on with much that is no rate, so only times are. */
function timesAt(tail: string): string {
  const adverb = adverbAt(tail);
  if (adverb !== "") return adverb;
  const match = /^\s+(?:per|an?|each|every)\s+(second|minute|hour|day|night|week|month|year)\b/iu.exec(tail)?.[1]?.toLowerCase();
  return match === undefined ? "" : `/${match}`;
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
