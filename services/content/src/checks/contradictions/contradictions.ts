import { contentStems, type DateMention, differ, stem } from "armada-mesh/text";
import type { Contradiction } from "../../contract.ts";
import type { Source } from "../../sources/source.ts";
import { type ClauseClaim, claimsOf } from "./contradiction-claims.ts";
import { deathTolls } from "./death-tolls.ts";
import { hasOrHasNone, namedAttribute, sameAttribute } from "./named-attribute.ts";
import { agree, comparable, ratio, several, stemOfDimension } from "./quantity-agreement.ts";
import type { Role } from "./roles.ts";
import { excluded, GENERIC, sameThing, weights } from "./same-thing.ts";
import { canonicalStem } from "./synonyms.ts";
import {
  eachAndAll,
  onceMore,
  oneChange,
  oneOfMany,
  onePlace,
  onlySome,
  otherDeed,
  otherHead,
  otherKind,
  otherMeans,
  otherPartOfTime,
  otherRestriction,
  otherShare,
  otherSideOfTime,
  otherStatistic,
  roomAndHeld,
  someOfThem,
  thenAndNow,
  twoNames,
} from "./two-things.ts";

/** Figures further apart than this measure different things. */
const FARTHEST = 8;
/** How much of the smaller claim's weight the two must share to be about one thing. */
const SAME_THING = 0.62;
const SAME_NAMED = 0.45;
const SAME_EVENT = 0.66;
type Found = { readonly a: ClauseClaim; readonly b: ClauseClaim; readonly about: string };

/**
 * Pairs of sentences from different documents that cannot both be true: another number for the same thing, unit and period,
 * another date for the same event, another name for the same role. Rounded figures, converted units and ranges that hold the
 * other's figure agree; another period, plan or entity is another thing.
 */
export function findContradictions(sources: readonly Source[]): Contradiction[] {
  // In an order that neither names nor the brief's order change.
  const ordered = [...sources].sort((a, b) => (a.text < b.text ? -1 : a.text > b.text ? 1 : 0));
  const claims = claimsOf(ordered);
  const weight = weights(claims);
  const tolls = deathTolls(claims);
  const found: Found[] = [];
  const buckets = bucketsOf(claims);
  const met = new Set<string>();
  for (const bucket of buckets)
    for (const [i, a] of bucket.entries())
      for (const b of bucket.slice(i + 1)) {
        const pair = `${a.id} ${b.id}`;
        if (a.file === b.file || a.quote === b.quote || met.has(pair)) continue;
        met.add(pair);
        const about = disagreement(a, b, weight, (one) => tolls.has(one));
        if (about !== undefined) found.push({ a, b, about });
      }
  found.sort((x, y) => x.a.id - y.a.id || x.b.id - y.b.id);
  return merge(found).slice(0, LISTED_MOST);
}

/** Claims of one bucket are compared each with each: more than this would take minutes, and is no folder of documents. */
const BUCKET_MOST = 600;

/** Nobody reads a longer list, and the page has to hold it. */
const LISTED_MOST = 60;

/** Only claims with a figure of one dimension, a date each, or one role can disagree. */
function bucketsOf(claims: readonly ClauseClaim[]): ClauseClaim[][] {
  const buckets = new Map<string, ClauseClaim[]>();
  const put = (key: string, claim: ClauseClaim) => {
    const bucket = buckets.get(key) ?? [];
    if (bucket.length < BUCKET_MOST && bucket.at(-1) !== claim) bucket.push(claim);
    buckets.set(key, bucket);
  };
  for (const claim of claims) {
    for (const one of claim.quantities)
      put(one.dimension.startsWith("count:") ? `count ${stemOfDimension(one.dimension)}` : one.dimension, claim);
    for (const { head } of claim.roles) put(`role ${head}`, claim);
    if (claim.dates.length === 1) put("date", claim);
    if (isSpan(claim)) put("span", claim);
    if (hasOrHasNone(claim.clause) !== undefined) put("has", claim);
  }
  return [...buckets.values()];
}

function disagreement(
  a: ClauseClaim,
  b: ClauseClaim,
  weight: (one: string) => number,
  isToll: (claim: ClauseClaim) => boolean,
): string | undefined {
  const role = a.roles.flatMap((one) => b.roles.filter((other) => otherName(one, other, a, b)).map(() => one))[0];
  if (role !== undefined) return label(a, [...role.role]);
  if (a.intended !== b.intended || excluded(a.about, b.about) || twoNames(a, b) || (a.tells && b.tells)) return undefined;
  const pairs = a.quantities.flatMap((one) => b.quantities.filter((other) => comparable(one, other)).map((other) => [one, other] as const));
  const heads = new Set(pairs.map(([one]) => stemOfDimension(one.dimension)));
  const shared = [...a.about].filter((one) => b.about.has(one) && !heads.has(one));
  if (pairs.length > 0) {
    if (several(a.quantities) || several(b.quantities)) return undefined;
    const pair = pairs.find(([one, other]) => !agree(one, other));
    // The same two brothers, but another year.
    if (pair === undefined) return otherDate(a, b, weight);
    if (
      disjoint(a, b) ||
      pairs.some(([one, other]) => agree(one, other)) ||
      (pair.every(({ high }) => high !== 0) && ratio(...pair) > FARTHEST)
    )
      return undefined;
    // The sentences agree on it elsewhere.
    if (
      a.values.some((one) =>
        b.values.some((other) => comparable(one, pair[0]) && comparable(one, other) && one.low === other.low && one.high === other.high),
      )
    )
      return undefined;
    if (
      otherPartOfTime(a, b) ||
      otherRestriction(a, b) ||
      otherHead(a, b) ||
      otherKind(a, b) ||
      thenAndNow(a, b) ||
      oneOfMany(a, b) ||
      otherStatistic(a, b) ||
      otherShare(a, b, pair) ||
      onePlace(a, b, pair) ||
      someOfThem(a, b, pair) ||
      otherSideOfTime(a, b) ||
      otherMeans(a, b) ||
      roomAndHeld(a, b) ||
      eachAndAll(a, b) ||
      oneChange(a, b, pair) ||
      onlySome(a, b) ||
      onlySome(b, a)
    )
      return undefined;
    const head = pair[0].dimension.startsWith("count:") ? [stemOfDimension(pair[0].dimension)] : [];
    // A count of one named thing needs less in common besides.
    const named = head.length > 0 && shared.some((part) => a.names.has(part) && b.names.has(part));
    const same =
      sameThing(a, b, shared, head, weight, named ? SAME_NAMED : SAME_THING, named ? 0.25 : undefined) ||
      sameAttribute(namedAttribute(a.clause), namedAttribute(b.clause)) ||
      (isToll(a) && isToll(b));
    return same ? label(a, [...shared, ...head]) : undefined;
  }
  return otherDate(a, b, weight) ?? otherSpan(a, b, weight) ?? oneHasNone(a, b, weight);
}

/** "Closed from 1940 to 1945": a time with two ends, of a thing that had it once. */
function isSpan({ clause, dates, quantities }: ClauseClaim): boolean {
  const [from, to] = dates;
  if (from === undefined || to === undefined || dates.length > 2 || quantities.length > 0) return false;
  return /\b(?:from|between) $/iu.test(clause.slice(0, from.from)) && /^ (?:to|until|till|and) $/iu.test(clause.slice(from.to, to.from));
}

/** One end is the same, the other is not. */
function otherSpan(a: ClauseClaim, b: ClauseClaim, weight: (one: string) => number): string | undefined {
  const [from, to] = a.dates;
  const [since, until] = b.dates;
  if (!isSpan(a) || !isSpan(b) || from === undefined || to === undefined || since === undefined || until === undefined) return undefined;
  if (differ(from, since) === differ(to, until)) return undefined;
  const shared = [...a.core].filter((part) => b.core.has(part));
  const same = sameThing({ ...a, about: a.core }, { ...b, about: b.core }, shared, [], weight, SAME_EVENT, 0.6);
  return shared.length >= 2 && same ? label(a, shared) : undefined;
}

/** One has what the other has none of, now or then. */
function oneHasNone(a: ClauseClaim, b: ClauseClaim, weight: (one: string) => number): string | undefined {
  const [one, other] = [hasOrHasNone(a.clause), hasOrHasNone(b.clause)];
  if (one === undefined || other === undefined || one.none === other.none || one.verb !== other.verb || one.noun !== other.noun)
    return undefined;
  if (disjoint(a, b) || a.period !== undefined || b.period !== undefined) return undefined;
  const shared = [...a.about].filter((part) => b.about.has(part));
  return shared.length >= 2 && sameThing(a, b, shared, [], weight, SAME_THING, 0.6) ? label(a, shared) : undefined;
}

/** When the narrator came to a thing is not when it came to be. */
const NARRATED = /^(?:[^,]{1,30}, )?(?:I|We|we)\s/u;

function otherDate(a: ClauseClaim, b: ClauseClaim, weight: (one: string) => number): string | undefined {
  const [one] = a.dates;
  const [other] = b.dates;
  if (
    one === undefined ||
    other === undefined ||
    a.dates.length > 1 ||
    b.dates.length > 1 ||
    !apart(a, one, b, other) ||
    !happens(a, one) ||
    !happens(b, other) ||
    NARRATED.test(a.clause) !== NARRATED.test(b.clause)
  )
    return undefined;
  const [mine, theirs] = isBornOrDies(a) && isBornOrDies(b) ? [whoAndWhat(a), whoAndWhat(b)] : [a.core, b.core];
  const event = [...mine].filter((part) => theirs.has(part));
  if (otherDeed(a, b) || otherHead(a, b) || onceMore(a, b)) return undefined;
  return event.length >= 2 &&
    event.some((part) => !GENERIC.has(part)) &&
    sameThing({ ...a, about: mine }, { ...b, about: theirs }, event, [], weight, SAME_EVENT, 0.45)
    ? label(a, event)
    : undefined;
}

const BORN_OR_DIES = /\b(?:was|were) born\b|\bdied\b/u;

/** Nobody does either twice, wherever. */
function isBornOrDies({ clause }: ClauseClaim): boolean {
  return BORN_OR_DIES.test(clause) && /^\P{Ll}*\p{Lu}/u.test(clause);
}

function whoAndWhat({ clause, core }: ClauseClaim): ReadonlySet<string> {
  const to = BORN_OR_DIES.exec(clause);
  const said = new Set(contentStems(clause.slice(0, to === null ? clause.length : to.index + to[0].length)).map(canonicalStem));
  return new Set([...core].filter((one) => said.has(one)));
}

/** "The 1960s" are ten years, and 1968 is one of them. */
function apart(a: ClauseClaim, one: DateMention, b: ClauseClaim, other: DateMention): boolean {
  const isDecade = ({ clause }: ClauseClaim, { to, year }: DateMention) =>
    year !== undefined && year % 10 === 0 && /^[’']?s\b/u.test(clause.slice(to));
  const decade = ({ year = 0 }: DateMention) => Math.floor(year / 10);
  return isDecade(a, one) || isDecade(b, other) ? decade(one) !== decade(other) : differ(one, other);
}

function disjoint(a: ClauseClaim, b: ClauseClaim): boolean {
  if (a.period !== undefined && b.period !== undefined && (ends(a.period, b.period) || ends(b.period, a.period))) return true;
  if (a.months.size > 0 && b.months.size > 0 && [...a.months].every((month) => !b.months.has(month))) return true;
  return false;
}

/** One is over when the other begins; of two spans the last year of one may be the first of the other. */
function ends(one: { from: number; to: number }, other: { from: number; to: number }): boolean {
  return one.to < other.from || (one.to === other.from && one.from < one.to && other.from < other.to);
}

/** One held it until the year in which the other began. */
function followsOn({ period: a }: ClauseClaim, { period: b }: ClauseClaim): boolean {
  if (a === undefined || b === undefined || (a.from === a.to && b.from === b.to)) return false;
  return (a.to === b.from && a.from < a.to) || (b.to === a.from && b.from < b.to);
}

/** A date of something that happened, not the year of a figure or the span of a state. */
function happens(claim: ClauseClaim, date: DateMention): boolean {
  if (date.day === undefined && claim.quantities.some(({ from }) => from < claim.coreEnd && /^\P{L}/u.test(claim.clause.slice(from))))
    return false;
  if (/\bthere (?:is|are|was|were)\b/iu.test(claim.clause)) return false;
  return !/\b(?:since|until|between|during|by|after|before|than|than in|about|around|circa|c\.|roughly)\s*$|^(?:since|until|between|during|after|before)\b/iu.test(
    claim.clause.slice(0, date.from),
  );
}

function otherName(one: Role, other: Role, a: ClauseClaim, b: ClauseClaim): boolean {
  if (rankOf(one) !== rankOf(other)) return false;
  if (one.head !== other.head || disjoint(a, b) || followsOn(a, b) || thenAndNow(a, b) || excluded(one.role, other.role)) return false;
  if (twoNames(a, b, [one.name.toLowerCase(), other.name.toLowerCase()])) return false;
  const smaller = one.role.size <= other.role.size ? one.role : other.role;
  const larger = smaller === one.role ? other.role : one.role;
  const missing = [...smaller].filter((part) => !larger.has(part));
  // The altar of the chapel has its own maker.
  const [part, whole] = larger === one.role ? [a, smaller] : [b, smaller];
  if (one.head.startsWith("deed:") && [...part.parts].some((noun) => larger.has(noun) && !whole.has(noun))) return false;
  if (missing.length > 0 || (one.head.startsWith("deed:") && smaller.size === 0)) return false;
  return !sameName(one.name, other.name);
}

/** A deputy mayor is no mayor. */
function rankOf({ role }: Role): string {
  return ["deputy", "assistant", "vice", "acting", "former"]
    .map(stem)
    .filter((one) => role.has(one))
    .join(" ");
}

/** `Hartwell` and `Leonie Hartwell` are one; so are `L. Hartwell` and `Leonie Hartwell`. */
function sameName(one: string, other: string): boolean {
  const parts = (name: string) =>
    name
      .toLowerCase()
      .split(/[\s.]+/u)
      .filter((part) => part !== "" && part !== "the");
  const [x, y] = [parts(one), parts(other)].sort((p, q) => p.length - q.length);
  return (
    x === undefined ||
    y === undefined ||
    x.every((part) => y.includes(part) || (part.length === 1 && y.some((full) => full.startsWith(part))))
  );
}

/** The words of the first claim that both share, as they stand there. */
function label(claim: ClauseClaim, stems: readonly string[]): string {
  const wanted = new Set(stems.map(canonicalStem));
  const seen = new Set<string>();
  const shown: string[] = [];
  for (const [word] of claim.quote.matchAll(/[\p{L}][\p{L}’'-]*/gu)) {
    const key = canonicalStem(stem(word.toLowerCase()));
    if (wanted.has(key) && !seen.has(key)) {
      seen.add(key);
      shown.push(word);
    }
  }
  return shown.slice(0, 7).join(" ") || claim.clause;
}

/** Claims that all disagree with one another become one entry with all their places. */
function merge(found: readonly Found[]): Contradiction[] {
  const joined = new Set(found.flatMap(({ a, b }) => [`${a.id} ${b.id}`, `${b.id} ${a.id}`]));
  const entries: { about: string; claims: ClauseClaim[] }[] = [];
  for (const { a, b, about } of found) {
    const fits = (one: ClauseClaim, claims: readonly ClauseClaim[]) =>
      claims.every((other) => other === one || joined.has(`${one.id} ${other.id}`));
    const entry = entries.find(({ claims }) => (claims.includes(a) || claims.includes(b)) && fits(a, claims) && fits(b, claims));
    if (entry === undefined) entries.push({ about, claims: [a, b] });
    else for (const one of [a, b]) if (!entry.claims.includes(one)) entry.claims.push(one);
  }
  const made = entries.map(({ about, claims }) => ({ about, places: distinct(claims.map(({ file, quote }) => ({ file, quote }))) }));
  return made.filter((entry, i) => made.findIndex((other) => key(other) === key(entry)) === i);
}

const key = ({ places }: Contradiction) => JSON.stringify(places);

function distinct(places: Contradiction["places"]): Contradiction["places"] {
  return places.filter((one, i) => places.findIndex((other) => other.file === one.file && other.quote === one.quote) === i);
}
