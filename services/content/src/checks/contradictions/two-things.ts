import { contentStems, type Quantity, stem } from "@armada/text";
import type { ClauseClaim } from "./contradiction-claims.ts";
import { canonicalStem } from "./synonyms.ts";

// What makes of two claims in the same words claims about two things: a rule a function.

/** Proper names that share a word and of which neither holds the other, or one name with two numbers: two museums, two probes. */
export function twoNames(a: ClauseClaim, b: ClauseClaim, but: readonly string[] = []): boolean {
  for (const [name, number] of a.numbered) if (b.numbered.has(name) && b.numbered.get(name) !== number) return true;
  const own = (claim: ClauseClaim) => claim.called.map((name) => name.join(" ")).filter((name) => !but.some((one) => name.includes(one)));
  const [mine, theirs] = [own(a), own(b)];
  return mine.some((one) =>
    theirs.some(
      (other) =>
        one.split(" ").some((word) => other.split(" ").includes(word)) &&
        !mine.some((name) => name.includes(other) || other.includes(name)) &&
        !theirs.some((name) => name.includes(one) || one.includes(name)),
    ),
  );
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

/** "Only 21 riders finished": some of those that the other counts. */
export function onlySome(a: ClauseClaim, b: ClauseClaim): boolean {
  return /\b(?:only|just) \S+ \p{Ll}/iu.test(a.clause) && [...a.about].some((one) => !b.about.has(one));
}

/** A figure of a past year, and one that is true today: what is counted and measured changes. */
export function thenAndNow(a: ClauseClaim, b: ClauseClaim): boolean {
  const dated = (claim: ClauseClaim) => (claim.period !== undefined || CIRCUMSTANCE.test(claim.clause)) && !PRESENT.test(claim.clause);
  const present = (claim: ClauseClaim) => claim.period === undefined && PRESENT.test(claim.clause) && !PAST.test(claim.clause);
  return (dated(a) && present(b)) || (dated(b) && present(a));
}

/** "After the dry summer": a time without a year. */
const CIRCUMSTANCE = /^(?:after|before|during|until|by|at the end of|on (?:its|the) (?:first|last))\s/iu;
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
const CLASSIFYING = new Set(["day", "month", "year"].map(stem));

const DEED =
  /\b(?:(?!hundred)\p{Ll}{2,}(?<!e)ed|began|built|sank|fell|broke|rose|grew|left|met|won|lost|ran|held|wrote|sent|found|laid|cut|shut|bought|sold|stolen|born|died|flew|shot|struck|led|taught|sung|sang)\b/gu;

/** Each says what happened, and neither says what the other does: built and fallen, launched and repaired. */
export function otherDeed(a: ClauseClaim, b: ClauseClaim): boolean {
  const deeds = ({ clause, core }: ClauseClaim) =>
    [...clause.matchAll(DEED)].map(([word]) => canonicalStem(stem(word))).filter((one) => core.has(one));
  const [mine, theirs] = [deeds(a), deeds(b)];
  return mine.length > 0 && theirs.length > 0 && !mine.some((one) => b.core.has(one)) && !theirs.some((one) => a.core.has(one));
}
