import { stem } from "armada-mesh/text";
import type { ClauseClaim } from "./contradiction-claims.ts";
import { canonicalStem } from "./synonyms.ts";

/** Words of which a thing has one at a time: two of a line in two claims make two things. */
const EXCLUSIVE = [
  "north south east west northern southern eastern western",
  "upper lower",
  "left right",
  "inner outer",
  "winter summer spring autumn",
  "day night",
  "morning afternoon evening",
  "men women",
  "boys girls",
  "adults children",
  "weekday weekend",
  "minimum maximum average median mean record deepest highest longest widest steepest peak",
  "indoor outdoor",
  "gross net",
  "first second third fourth fifth last",
  "old new former",
  "length long height high tall width wide depth deep diameter thickness thick circumference",
  "arrival departure arrive depart",
  "import export",
  "male female",
  "monday tuesday wednesday thursday friday saturday sunday",
  "weekday saturday sunday",
  "front back rear",
  "single return double",
  "public private",
  "reopen open close",
  "start end begin finish",
  "young adult",
  "deputy assistant vice",
  "main side",
  "save cause emit",
  "gain lose",
  "rise fall",
  "increase decrease",
  "add remove",
  "buy sell",
  "youngest oldest",
  "largest smallest biggest",
  "highest lowest",
  "longest shortest",
  "best worst",
  "busiest quietest",
  "most least",
  "home abroad",
  "plan budget forecast",
  "train bus car boat ferry plane tram foot bicycle",
].map((line) => line.split(" ").map((word) => canonicalStem(stem(word))));

/** Attributes that everything has: they join a thing to its figure, and tell little about which thing. */
export const GENERIC = new Set(
  "cost average total start end produce consume open build high long wide deep heavy old new fast capacity earn employ"
    .split(" ")
    .map((word) => canonicalStem(stem(word))),
);

export const ATTRIBUTES = new Set(
  "temperature capacity weight area size volume depth output number share duration staff team crew total rate level visitor inhabitant employ"
    .split(" ")
    .map((word) => canonicalStem(stem(word))),
);
/** Rare words tell things apart; words of every claim do not. */
export function weights(claims: readonly ClauseClaim[]): (one: string) => number {
  const counts = new Map<string, number>();
  for (const { about } of claims) for (const one of about) counts.set(one, (counts.get(one) ?? 0) + 1);
  return (one) => Math.log(1 + claims.length / (counts.get(one) ?? 1)) * (GENERIC.has(one) ? 0.4 : 1);
}

/** Two of a kind of which a thing has one at a time. */
export function excluded(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  return EXCLUSIVE.some((line) => {
    const mine = line.filter((one) => a.has(one));
    const theirs = line.filter((one) => b.has(one));
    return mine.length > 0 && theirs.length > 0 && mine.every((one) => !theirs.includes(one));
  });
}

/** Whether two claims are about one thing: they share most of what the shorter says, and neither names what the other lacks. */
export function sameThing(
  a: ClauseClaim,
  b: ClauseClaim,
  shared: readonly string[],
  head: readonly string[],
  weight: (one: string) => number,
  threshold: number,
  least = 0.34,
): boolean {
  const sum = (list: Iterable<string>) => [...list].reduce((total, one) => total + weight(one), 0);
  const onlyA = [...a.about].filter((one) => !b.about.has(one));
  const onlyB = [...b.about].filter((one) => !a.about.has(one));
  if (
    shared.length === 0 ||
    (shared.length + head.length < 2 && (onlyA.length + onlyB.length > 1 || shared.some((one) => GENERIC.has(one))))
  )
    return false;
  if (isPart(a, onlyA) || isPart(b, onlyB)) return false;
  // Two proper names that the other lacks: two places, ships, people.
  if (onlyA.some((one) => a.names.has(one)) && onlyB.some((one) => b.names.has(one))) return false;
  const common = sum(shared) + 0.5 * sum(head);
  const apart = Math.min(sum(onlyA), sum(onlyB));
  const whole = common / (common + (sum(onlyA) + sum(onlyB)) / 2);
  return common / (common + apart) >= threshold && whole >= least;
}

/** A part of the thing has its own figures. An attribute ("the length of the bridge") is no part. */
function isPart(claim: ClauseClaim, only: readonly string[]): boolean {
  return only.some((one) => claim.parts.has(one) && !GENERIC.has(one) && !ATTRIBUTES.has(one));
}
