import type { Placed } from "./blocks.ts";
import { opensLeftBehind } from "./openers.ts";
import { nounPhrases, type Phrase } from "./phrases.ts";
import type { Tagged, Tagger } from "./tagger.ts";
import { contentStems, countWords, words } from "./words.ts";

/** A sentence that can stand by itself on a page. */
export type Candidate = Placed & {
  readonly words: ReadonlySet<string>;
  readonly stems: readonly string[];
  readonly phrases: readonly Phrase[];
  readonly length: number;
};

/** Points at something on the page it was taken from, speaks to its reader, or is no prose. */
const OF_ITS_PAGE =
  /\b(?:below|above|following|aforementioned|see also|click|this (?:page|section|article|document|guide|chapter|table|figure|note|example)|here we|we'll|we’ll|shown|as follows|et al)\b|^see\b|\bsee (?:the|our|\[)|https?:|www\.|\{[%{]|[{}<>|]|^\W*note\b|:$|\.\.\./iu;
const TO_ITS_READER = /\b(?:you|your|yours|we|our|ours|us|i|my|let's|let’s|please)\b/iu;

export function candidate(placed: Placed, tagger: Tagger): Candidate | undefined {
  const { text } = placed;
  const length = countWords(text);
  if (length < 7 || length > 42) return undefined;
  if (!/^["“‘'(]?[\p{Lu}\p{N}]/u.test(text) || !/[.!]["”’')\]]*$/u.test(text)) return undefined;
  if (OF_ITS_PAGE.test(text) || TO_ITS_READER.test(text) || opensLeftBehind(text) || !balanced(text)) return undefined;
  const tagged = tagger(text);
  if (!hasFiniteVerb(tagged) || opensAsCommand(tagged) || leadsWithPronoun(tagged)) return undefined;
  return { ...placed, words: new Set(words(text)), stems: [...new Set(contentStems(text))], phrases: nounPhrases(tagged), length };
}

function hasFiniteVerb(tagged: readonly Tagged[]): boolean {
  return tagged.some((token) => token.pos === "AUX" || (token.pos === "VERB" && !token.lower.endsWith("ing")));
}

function opensAsCommand(tagged: readonly Tagged[]): boolean {
  const first = tagged[0];
  const next = tagged[1];
  return first?.pos === "VERB" && !/(?:ing|ed|en)$/u.test(first.lower) && /^(?:DET|PRON|ADP|ADV|ADJ|PART)$/u.test(next?.pos ?? "");
}

const PRONOUNS = new Set("it its they them their he him his she her this these those such".split(" "));

/** A pronoun before any noun it could stand for: "In 1847 he sold the mill." */
function leadsWithPronoun(tagged: readonly Tagged[]): boolean {
  for (const token of tagged) {
    if (PRONOUNS.has(token.lower)) return true;
    if (/^(?:NOUN|PROPN)$/u.test(token.pos) && !/^(?:year|years|day|days|time|times|end|case|cases)$/u.test(token.lower)) return false;
  }
  return false;
}

function balanced(text: string): boolean {
  const count = (pattern: RegExp) => text.match(pattern)?.length ?? 0;
  return count(/\(/gu) === count(/\)/gu) && count(/\[/gu) === count(/\]/gu) && count(/["“”]/gu) % 2 === 0;
}
