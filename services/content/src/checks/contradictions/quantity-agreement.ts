import type { Quantity } from "armada-mesh/text";
import { stem } from "armada-mesh/text";
import { canonicalStem } from "./synonyms.ts";

/** Whether two quantities measure in one unit, or count one thing. */
export function comparable(one: Quantity, other: Quantity): boolean {
  if (one.dimension === other.dimension) return true;
  const count = /^count:/u;
  return (
    count.test(one.dimension) &&
    count.test(other.dimension) &&
    stemOfDimension(one.dimension) === stemOfDimension(other.dimension) &&
    // "Each year 58,000 people" says the rate elsewhere.
    (rateOf(one) === rateOf(other) || rateOf(one) === "" || rateOf(other) === "")
  );
}

/** The larger over the smaller. */
export function ratio(one: Quantity, other: Quantity): number {
  const [small, large] = [Math.abs(one.high), Math.abs(other.high)].sort((x, y) => x - y);
  return small === undefined || large === undefined || small === 0 ? Number.POSITIVE_INFINITY : large / small;
}

const rateOf = ({ dimension }: Quantity) => /\/.*$/u.exec(dimension)?.[0] ?? "";
/** What is counted, as a stem that words of the same meaning share. */
export const stemOfDimension = (dimension: string) => canonicalStem(stem(dimension.replace(/^count:/u, "").replace(/\/.*$/u, "")));

/** A clause with two figures of one kind compares them itself: which one the other text means cannot be told. */
export function several(quantities: readonly Quantity[]): boolean {
  return new Set(quantities.map(({ dimension }) => dimension)).size < quantities.length;
}

/** "About 2 million" may be 2.3 million, but "about 100" is not 150, though one digit tells in both. */
const ROUNDED_MOST = 0.15;

/** Whether both can be true: within a range, a bound, or what rounding explains. */
export function agree(one: Quantity, other: Quantity): boolean {
  if (one.low <= other.high && other.low <= one.high) return true;
  const [small, large] = one.high < other.low ? [one, other] : [other, one];
  // "At least 40" holds with 57, and "up to 300" with 210.
  if (small.about === "more" || large.about === "less") return true;
  const gap = large.low - small.high;
  // On the far side of a bound, only what rounding of the other explains.
  if (large.about === "more") return gap <= small.slack * 1.0001;
  if (small.about === "less") return gap <= large.slack * 1.0001;
  const relative = gap / Math.max(Math.abs(large.low), Number.EPSILON);
  const loose = [one, other].filter(({ about }) => about !== "exact");
  if (loose.length > 0) return relative <= 0.05 || (relative <= ROUNDED_MOST && loose.some(({ slack }) => gap <= slack * 1.0001));
  // Converted units and shorter decimals round by themselves.
  return relative <= 0.02 && gap <= Math.max(one.slack, other.slack) * 1.0001;
}
