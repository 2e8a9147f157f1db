import { contentStems, type Quantity, readNumbers, stem, words } from "armada-mesh/text";
import type { ClauseClaim } from "./contradiction-claims.ts";
import { ATTRIBUTES, GENERIC } from "./same-thing.ts";
import { canonicalStem } from "./synonyms.ts";

// What makes of two claims in the same words claims about two things: a rule a function.

/** Proper names that share a word and of which neither holds the other, or one name with two numbers: two museums, two probes. */
export function twoNames(a: ClauseClaim, b: ClauseClaim, but: readonly string[] = []): boolean {
  for (const [name, number] of a.numbered) if (b.numbered.has(name) && b.numbered.get(name) !== number) return true;
  const own = (claim: ClauseClaim) => claim.called.map((name) => name.join(" ")).filter((name) => !but.some((one) => name.includes(one)));
  const [mine, theirs] = [own(a), own(b)];
  if (isNamedAfter(a, mine, b, theirs) || isNamedAfter(b, theirs, a, mine)) return true;
  if (lacksHead(mine, b) || lacksHead(theirs, a)) return true;
  return mine.some((one) =>
    theirs.some(
      (other) =>
        one.split(" ").some((word) => other.split(" ").includes(word)) &&
        !mine.some((name) => name.includes(other) || other.includes(name)) &&
        !theirs.some((name) => name.includes(one) || one.includes(name)),
    ),
  );
}

/** Which one of several of a name: "Merle II". */
const NUMERALLED = /(?<![\p{L}])(\p{Lu}[\p{L}-]+) ([IVX]{1,4}|[A-H])(?![\p{L}-])/gu;

/** The other's name goes on where this one ends: North Tarn Farm is not North Tarn, Merle II not Merle. */
function isNamedAfter(a: ClauseClaim, mine: readonly string[], b: ClauseClaim, theirs: readonly string[]): boolean {
  const alone = (name: string, { clause }: ClauseClaim) => new RegExp(`(?<!\\p{L})${name}(?! \\p{Lu})(?![\\p{L}-])`, "u").test(clause);
  if (mine.some((name) => theirs.some((other) => other.startsWith(`${name} `)) && !theirs.includes(name))) return true;
  return [...b.clause.matchAll(NUMERALLED)].some(([all, name = ""]) => alone(name, a) && !a.clause.includes(all) && !alone(name, b));
}

/** Holm Quarry Park is not the quarry at Holm: two words of a name are there, and what it is of is not. */
function lacksHead(names: readonly string[], { quote }: ClauseClaim): boolean {
  const said = new Set(contentStems(quote));
  return names.some((name) => {
    const parts = name.split(" ").flatMap((word) => contentStems(word));
    const head = parts.at(-1);
    return head !== undefined && parts.length > 2 && !said.has(head) && parts.slice(0, -1).every((part) => said.has(part));
  });
}

const PART_OF_TIME =
  /\b(?:first|second|third|fourth|last|early|late) (?:half|quarter|third|weeks?|months?|days?|hours?|years?|decades?)\b|\bmid-\d{4}\b|\bin an? \p{L}+ (?:year|month|week|day|summer|winter|season)\b/giu;

/** The first half of 2021 is not 2021, a normal year none of them, and ten years of a change not twenty. */
export function otherPartOfTime(a: ClauseClaim, b: ClauseClaim): boolean {
  const parts = ({ quote }: ClauseClaim) => (quote.toLowerCase().match(PART_OF_TIME) ?? []).sort().join();
  const span = ({ period }: ClauseClaim) =>
    period !== undefined && period.from < period.to && Number.isFinite(period.to - period.from) ? `${period.from} ${period.to}` : undefined;
  const [mine, theirs] = [span(a), span(b)];
  return parts(a) !== parts(b) || (mine !== undefined && theirs !== undefined && mine !== theirs);
}

const RESTRICTION = /\b(?:among|amongst|without|excluding|including|not counting|apart from|except|alone)\b/giu;

/** Unemployment among the young is not that of all; without its clapper a bell weighs less. */
export function otherRestriction(a: ClauseClaim, b: ClauseClaim): boolean {
  const words = ({ clause }: ClauseClaim) => (clause.toLowerCase().match(RESTRICTION) ?? []).sort().join();
  return words(a) !== words(b);
}

/** A verb is next: the noun before it is the head of its phrase. */
const VERB = "(?=\\s(?:is|are|was|were|has|have|had|will|can|\\p{Ll}{2,}(?:ed|[^s]s))(?![\\p{L}-]))";
/** No noun goes on here: a verb, a preposition, the end. */
const END = `(?:${VERB}|(?=[.,;:!]|$|\\s(?:of|in|on|at|to|by|for|from|with|and|or|\\d)(?![\\p{L}-])))`;
const NO_HEAD = /(?:ed|ing|ly|s)$|^(?:is|are|was|were|has|have|had|will|can|of|in|on|at|to|by|for|from|with|and|or|but|that|than|as)$/u;

/** The hotel's annex stands right behind its name, as the head of it: "the Tarn Hotel annex", "the choir school". */
export function otherHead(a: ClauseClaim, b: ClauseClaim): boolean {
  const goesOn = (whole: ClauseClaim, part: ClauseClaim) =>
    [...part.clause.matchAll(new RegExp(`(?<=(?<![\\p{L}])([\\p{L}-]{3,}) )(\\p{Ll}[\\p{L}-]{2,})${VERB}`, "gu"))].some(
      ([, noun = "", head = ""]) => {
        const [one, other] = [noun, head].map((word) => canonicalStem(stem(word.toLowerCase())));
        if (one === undefined || other === undefined || NO_HEAD.test(head) || GENERIC.has(other) || ATTRIBUTES.has(other)) return false;
        const isOwn = part.about.has(one) && part.about.has(other) && whole.about.has(one) && !whole.about.has(other);
        return isOwn && new RegExp(`(?<![\\p{L}])${noun}${END}`, "iu").test(whole.clause);
      },
    );
  return goesOn(a, b) || goesOn(b, a);
}

/** Shares of one whole that did different things: 60 percent of the voters said no, 71 percent went to the polls. */
export function otherShare(a: ClauseClaim, b: ClauseClaim, [one, other]: readonly [Quantity, Quantity]): boolean {
  if (one.dimension !== "percent") return false;
  const after = ({ clause }: ClauseClaim, { to }: Quantity) => new Set(contentStems(clause.slice(to)).map(canonicalStem));
  const [mine, theirs] = [after(a, one), after(b, other)];
  const all = (claim: ClauseClaim) => new Set(contentStems(claim.clause).map(canonicalStem));
  const [inA, inB] = [all(a), all(b)];
  return [...mine].some((part) => !inB.has(part)) && [...theirs].some((part) => !inA.has(part));
}

/** "Warms it from 45 to 80 degrees" is a change, and neither of its ends what another text has measured. */
export function oneChange(a: ClauseClaim, b: ClauseClaim, [one, other]: readonly [Quantity, Quantity]): boolean {
  const changes = ({ clause }: ClauseClaim, { range, from }: Quantity) => range && /\bfrom\s*$/iu.test(clause.slice(0, from));
  return changes(a, one) !== changes(b, other);
}

const PLACE =
  /(?<!\p{L})[Ii]n (?:the \p{Ll}+ of )?(?!(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec|Mon|Tue|Wed|Thu|Fri|Sat|Sun)\p{L}*)\p{Lu}\p{Ll}/u;

/** The smaller count is of one place, the larger of all: 12 dead in Vale, 31 in the storm. */
export function onePlace(a: ClauseClaim, b: ClauseClaim, [one, other]: readonly [Quantity, Quantity]): boolean {
  if (!one.dimension.startsWith("count:")) return false;
  const [less, more] = one.low < other.low ? [a, b] : [b, a];
  return PLACE.test(less.quote) && !PLACE.test(more.quote);
}

/** "Only 21 riders finished": some of those that the other counts. */
export function onlySome(a: ClauseClaim, b: ClauseClaim): boolean {
  return /\b(?:only|just) \S+ \p{Ll}/iu.test(a.clause) && [...a.about].some((one) => !b.about.has(one));
}

/** A figure of a past year, and one that is true today: what is counted and measured changes. */
export function thenAndNow(a: ClauseClaim, b: ClauseClaim): boolean {
  const dated = (claim: ClauseClaim) =>
    (claim.period !== undefined || CIRCUMSTANCE.test(claim.clause) || (PAST.test(claim.clause) && THEN.test(claim.quote))) &&
    !PRESENT.test(claim.clause);
  const present = (claim: ClauseClaim) => claim.period === undefined && PRESENT.test(claim.clause) && !PAST.test(claim.clause);
  const [has, had] = [({ clause }: ClauseClaim) => /\bhas\b/u.test(clause), ({ clause }: ClauseClaim) => /\bhad\b/u.test(clause)];
  // What it had and what it has, with no year at all.
  const changed = (then: ClauseClaim, now: ClauseClaim) => then.period === undefined && had(then) && !has(then) && present(now) && has(now);
  return (dated(a) && present(b)) || (dated(b) && present(a)) || changed(a, b) || changed(b, a);
}

const HABIT = /\b(?:each|every|per|an?) (?:year|month|week|day)\b|\bannually\b/iu;

/** What comes each year, and what came in one: 2022 need not be like the others. */
export function oneOfMany(a: ClauseClaim, b: ClauseClaim): boolean {
  const habit = ({ clause, period }: ClauseClaim) => period === undefined && HABIT.test(clause) && !PAST.test(clause);
  const once = ({ clause, period }: ClauseClaim) => period !== undefined && period.from === period.to && !HABIT.test(clause);
  return (habit(a) && once(b)) || (habit(b) && once(a));
}

const STATISTIC = /\b(?:mean|average|median|typical|maximum|minimum|peak)\b|\bon average\b/iu;

/** A lake is deeper than its mean depth. */
export function otherStatistic(a: ClauseClaim, b: ClauseClaim): boolean {
  return STATISTIC.test(a.quote) !== STATISTIC.test(b.quote);
}

/** "After the dry summer": a time without a year. */
const CIRCUMSTANCE = /^(?:after|before|during|until|by|at the end of|on (?:its|the) (?:first|last))\s/iu;
const THEN =
  /\s(?:when|until|before|after|as soon as) (?:it|they|he|she|the|its|their)\s|\b(?:at first|originally|initially|at the time|in those days|used to)\b/iu;
const PRESENT = /\b(?:is|are|has|have|covers?|counts?|keeps?|holds?|lives?|costs?|employs?|today|now|currently)\b/iu;
const PAST = /\b(?:was|were|had|did|(?!hundred)\p{Ll}{2,}(?<!e)ed|came|went|took|gave|lost|found|sold|bought|paid|left|held|kept)\b/iu;

/** Both have a noun with a word of its own before it (`main hall`, `small hall`): two of a kind. */
export function otherKind(a: ClauseClaim, b: ClauseClaim): boolean {
  const before = ({ clause, about }: ClauseClaim): [string, string][] =>
    [...clause.matchAll(/(?<=(?<![\p{L}])(\p{Ll}+)[ -])(\p{Ll}+)/gu)].flatMap(([, kind = "", noun = ""]): [string, string][] => {
      const [one, of] = [canonicalStem(stem(kind)), canonicalStem(stem(noun))];
      return (about.has(one) || CLASSIFYING.has(one)) && about.has(of) ? [[of, one]] : [];
    });
  const theirs = new Map(before(b));
  return before(a).some(([noun, kind]) => {
    const other = theirs.get(noun);
    return other !== undefined && other !== kind && !b.about.has(kind) && !a.about.has(other);
  });
}

/** Nouns of time that say nothing of a thing, but tell tickets, trains and shifts apart. */
const CLASSIFYING = new Set(["hour", "day", "week", "month", "year"].map(stem));

const DEED =
  /\b(?:(?!hundred)\p{Ll}{2,}(?<!e)ed|began|built|sank|fell|broke|rose|grew|left|met|won|lost|ran|held|wrote|sent|found|laid|cut|shut|bought|sold|stolen|born|died|flew|shot|struck|led|taught|sung|sang)\b/gu;

/** Of a thing that was founded it says what happened; of what was found, nothing. */
const FOUND = canonicalStem(stem("founded"));

/** One says what happened, and the other does not say it: built and fallen, launched and repaired, opened and "pays on 1 April". */
export function otherDeed(a: ClauseClaim, b: ClauseClaim): boolean {
  const all = ({ clause }: ClauseClaim) =>
    [...(clause.slice(0, 1).toLowerCase() + clause.slice(1)).matchAll(DEED)].map(([word]) => canonicalStem(stem(word)));
  const deeds = (claim: ClauseClaim) => all(claim).filter((one) => claim.core.has(one) || one === FOUND);
  const [mine, theirs] = [deeds(a), deeds(b)];
  const isOther = (deed: string, core: ReadonlySet<string>, deeds: readonly string[]) => !core.has(deed) && !deeds.includes(deed);
  return (
    (mine.length > 0 || all(a).length === 0) &&
    (theirs.length > 0 || all(b).length === 0) &&
    mine.length + theirs.length > 0 &&
    mine.every((one) => isOther(one, b.core, theirs)) &&
    theirs.every((one) => isOther(one, a.core, mine))
  );
}

/** "Before the war", "after the war": two times without a year. */
const AROUND = /\b(before|after|during|since|until) (?:the|its|their) (?!\p{Ll}+ (?:of|in) \d)(\p{Ll}{3,})/giu;

export function otherSideOfTime(a: ClauseClaim, b: ClauseClaim): boolean {
  const sides = ({ clause }: ClauseClaim) =>
    new Map([...clause.matchAll(AROUND)].map(([, side = "", of = ""]) => [of.toLowerCase(), side.toLowerCase()]));
  const theirs = sides(b);
  return [...sides(a)].some(([of, side]) => theirs.has(of) && theirs.get(of) !== side);
}

/** Six part-time employees are some of the fourteen: the smaller count is of a kind that the larger does not speak of. */
export function someOfThem(a: ClauseClaim, b: ClauseClaim, [one, other]: readonly [Quantity, Quantity]): boolean {
  if (!one.dimension.startsWith("count:")) return false;
  const kinds = ({ noun }: Quantity) =>
    noun
      .slice(0, -1)
      .flatMap((word) => contentStems(word))
      .map(canonicalStem);
  const [less, more, whole] = one.high < other.low ? [one, other, b] : [other, one, a];
  // "20 machines, twelve of them new" has both.
  if (
    /\bof (?:them|these|which|whom)\b/iu.test(whole.quote) &&
    readNumbers(whole.quote).some((said) => "value" in said && said.value === less.low)
  )
    return true;
  return kinds(more).length === 0 && kinds(less).some((kind) => !whole.about.has(kind));
}

/** "By using cold water", "by using its own well": two ways, each with its figure. */
export function otherMeans(a: ClauseClaim, b: ClauseClaim): boolean {
  const means = ({ clause }: ClauseClaim) =>
    new Set(words(/(?<=\b(?:by|through) (?:\p{Ll}+ly )?\p{Ll}{2,}ing ).*$/u.exec(clause)?.[0] ?? ""));
  const [mine, theirs] = [means(a), means(b)];
  return mine.size > 0 && theirs.size > 0 && ![...mine].every((one) => theirs.has(one)) && ![...theirs].every((one) => mine.has(one));
}

const ROOM = /\b(?:room|space|places|berths?|beds|seats) for\b/iu;

/** What a place has room for, and what is there. */
export function roomAndHeld(a: ClauseClaim, b: ClauseClaim): boolean {
  const holds = ({ clause }: ClauseClaim) => /\b(?:has|have|had|keeps?|kept)\b/u.test(clause) && !ROOM.test(clause);
  return (ROOM.test(a.clause) && holds(b)) || (ROOM.test(b.clause) && holds(a));
}

const EACH =
  /\b(?:each|every) (?:one )?(?!(?:hour|day|night|week|month|year|time|second|minute)s?\b|\d|other\b|few\b)\p{L}|\beach(?=[.,]?$)/iu;

/** Each of the vans, and all of them. */
export function eachAndAll(a: ClauseClaim, b: ClauseClaim): boolean {
  return EACH.test(a.clause) !== EACH.test(b.clause);
}

const AGAIN = /\bagain\b|\b(?:second|third|last) time\b|\bonce more\b|\banew\b/iu;

/** Rebuilt, and rebuilt again. */
export function onceMore(a: ClauseClaim, b: ClauseClaim): boolean {
  return AGAIN.test(a.clause) !== AGAIN.test(b.clause);
}
