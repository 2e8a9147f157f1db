import { contentStems, datesIn, numberLocale, numbersIn, type Quantity, quantitiesIn } from "armada-mesh/text";
import { INTENDED, LIGHT } from "./contradictions/contradiction-claims.ts";
import { comparable } from "./contradictions/quantity-agreement.ts";
import { canonicalStem } from "./contradictions/synonyms.ts";

const NEGATION = /\b(?:not|no|never|none|nor|neither|cannot|without|nobody|nothing|hardly|rarely)\b|n[’']t\b/iu;

/** Whether one denies and the other does not. */
export function denies(text: string): boolean {
  return NEGATION.test(text);
}

/**
 * Whether a quote states all that a text does, and not merely the like of it: each of its figures of the same thing in the same unit and as
 * exact, the same times, and of whatever else it speaks. The quote may say more.
 */
export function statesTheSame(text: string, quote: string): boolean {
  if (!sameFigures(text, quote) || INTENDED.test(text) !== INTENDED.test(quote)) return false;
  const theirs = stemsOf(quote);
  return [...stemsOf(text)].every((one) => theirs.has(one) || LIGHT.has(one)) && !isPart(quote, text);
}

function sameFigures(text: string, quote: string): boolean {
  if (denies(text) !== denies(quote) || timesOf(text) !== timesOf(quote)) return false;
  const digits = new Set(numbersIn(quote));
  if (!numbersIn(text).every((one) => digits.has(one))) return false;
  const theirs = quantitiesOf(quote);
  return quantitiesOf(text).every((one) => theirs.some((other) => equal(one, other)));
}

function equal(one: Quantity, other: Quantity): boolean {
  const near = (a: number, b: number) => Math.abs(a - b) <= Math.abs(b) * 1e-9;
  return comparable(one, other) && near(one.low, other.low) && near(one.high, other.high) && one.about === other.about;
}

function quantitiesOf(text: string): Quantity[] {
  return quantitiesIn(text, datesIn(text), numberLocale(text));
}

/** Years, months and days in order of the calendar. */
function timesOf(text: string): string {
  return [...new Set(datesIn(text).map(({ year, month, day }) => [year, month, day].join("-")))].sort().join(" ");
}

function stemsOf(text: string): ReadonlySet<string> {
  return new Set(
    contentStems(text)
      .filter((one) => !/^\d/u.test(one))
      .map(canonicalStem),
  );
}

/** "The model of the bridge" is not the bridge. */
function isPart(quote: string, text: string): boolean {
  const own = stemsOf(text);
  return [...quote.matchAll(/(?<![\p{L}])(\p{Ll}{3,}) of (?:the|a|an|its|\p{Lu})/gu)].some(
    ([, word = ""]) => !GENERIC_OF.test(word) && contentStems(word).some((one) => !own.has(canonicalStem(one)) && !LIGHT.has(one)),
  );
}

const GENERIC_OF =
  /^(?:length|height|width|depth|area|weight|size|volume|capacity|price|cost|total|most|some|many|all|one|city|town|village|island|end|start|part|much)$/u;
