import type { Passage } from "@armada/models";
import type { Tagged, Tagger } from "@armada/text";
import {
  contentStems,
  countWords,
  inOrder,
  nounPhrases,
  opensLeftBehind,
  type Phrase,
  type Placed,
  placeSentences,
  words,
} from "@armada/text";

/** A sentence that can stand by itself on a page. */
export type Candidate = Placed & {
  readonly words: ReadonlySet<string>;
  readonly stems: readonly string[];
  readonly phrases: readonly Phrase[];
  readonly length: number;
  /** Leans on what was said before it, though it does not open so: "that pipe", "then", "also". */
  readonly leans: boolean;
};

/** Points at something on the page it was taken from, speaks to its reader, or is no prose. */
const OF_ITS_PAGE =
  /\b(?:below|above|following|aforementioned|see also|click|this (?:page|section|article|document|guide|chapter|table|figure|note|example)|here we|we'll|we’ll|shown|as follows|et al)\b|^see\b|\bsee (?:the|our|\[)|https?:|www\.|\{[%{]|[{}<>|]|\bthat very\b|\bas (?:mentioned|described|explained|noted)\b|^[^.]{1,40}\s[-–—]\s[A-Z]|^\W*note\b|^conversation with\b|:$|\.\.\./iu;
const TO_ITS_READER = /\b(?:you|your|yours|we|our|ours|us|i|my|let's|let’s|please)\b/iu;

/** Sentences read of one passage, and kept of all: every sentence is compared with every other. */
const READ_MOST = 2_500;
const KEPT_MOST = 2_000;

/** The sentences of all passages that can stand alone, in an order that names do not change. */
export function candidatesOf(material: readonly Passage[], tagger: Tagger): Candidate[] {
  const each = Math.max(40, Math.floor(KEPT_MOST / Math.max(1, material.length)));
  return inOrder(material).flatMap((passage, doc) =>
    placeSentences(passage, doc)
      .slice(0, READ_MOST)
      .flatMap((placed) => candidate(placed, tagger) ?? [])
      .slice(0, each),
  );
}

function candidate(placed: Placed, tagger: Tagger): Candidate | undefined {
  const { text } = placed;
  const length = countWords(text);
  // A short sentence is worth a line where it gives a figure: "The line is 41 kilometres long."
  if (length < (/\d/u.test(text) ? 5 : 7) || length > 42) return undefined;
  if (!/^["“‘'(]?[\p{Lu}\p{N}]/u.test(text) || !/[.!]["”’')\]]*$/u.test(text)) return undefined;
  if (OF_ITS_PAGE.test(text) || TO_ITS_READER.test(text) || opensLeftBehind(text) || !balanced(text)) return undefined;
  const tagged = tagger(text);
  if (!isSentence(tagged) || opensAsCommand(tagged) || leadsWithPronoun(tagged) || speaksOfSomeone(tagged) || pointsOut(tagged))
    return undefined;
  if (placed.list && !tagged.some((token) => token.pos === "AUX")) return undefined;
  return {
    ...placed,
    words: new Set(words(text)),
    stems: [...new Set(contentStems(text))],
    phrases: nounPhrases(tagged),
    length,
    leans: leans(tagged),
  };
}

/** A finite verb outside a relative clause: "headers that are added by clients" is none. */
function isSentence(tagged: readonly Tagged[]): boolean {
  const helped = tagged.some((token) => token.pos === "AUX");
  return tagged.some((token, i) => {
    if ((token.pos !== "AUX" && token.pos !== "VERB") || token.lower.endsWith("ing")) return false;
    const before = tagged.slice(0, i).findLast((one) => one.pos !== "ADV" && one.pos !== "PUNCT");
    if (before === undefined || before.lower === "to" || before.pos === "AUX") return false;
    // "Headers used by clients" has no verb of its own; "used by clients" no subject either.
    if (!helped && PARTICIPLES.has(token.lower) && !/^(?:the|a|an|its|their|to)$/u.test(tagged[i + 1]?.lower ?? "")) return false;
    if (!helped && /(?:ed|en)$/u.test(token.lower) && /^(?:by|for|in|with|from|to|as)$/u.test(tagged[i + 1]?.lower ?? "") && i <= 1)
      return false;
    return !/^(?:that|which|who|whose|whom)$/u.test(before.lower);
  });
}

const PARTICIPLES = new Set("used based called named given added stored defined set required needed supported known designed".split(" "));

function opensAsCommand(tagged: readonly Tagged[]): boolean {
  const start = tagged.findIndex((token) => !(token.pos === "ADV" && token.lower.endsWith("ly")));
  const first = tagged[start];
  const next = tagged[start + 1];
  if (first === undefined || (first.pos !== "VERB" && !COMMANDS.has(first.lower)) || /(?:ing|ed|en)$/u.test(first.lower)) return false;
  return COMMANDS.has(first.lower) || /^(?:DET|PRON|ADP|ADV|ADJ|PART)$/u.test(next?.pos ?? "");
}

const COMMANDS = new Set(
  "use set make create configure disable enable add remove check keep take give put choose select run open see note remember ask try avoid consider ensure let do don’t don't never always".split(
    " ",
  ),
);

/** "He says" of someone named elsewhere. */
function speaksOfSomeone(tagged: readonly Tagged[]): boolean {
  const who = tagged.findIndex((token) => /^(?:he|she|him|her|his|hers|himself|herself)$/u.test(token.lower));
  return (
    who >= 0 &&
    !tagged
      .slice(0, who)
      .some((token) => token.pos === "PROPN" || /(?:er|or|man|woman|ist|boy|girl|mother|father|son|daughter)s?$/u.test(token.lower))
  );
}

function leans(tagged: readonly Tagged[]): boolean {
  if (
    /\bon the (?:other hand|contrary)\b|\bin turn\b|\bas well\b(?! as)|\bdoes more than\b/iu.test(tagged.map(({ text }) => text).join(" "))
  )
    return true;
  return tagged.some(
    (token, i) =>
      /^(?:then|also|however|therefore|instead|too|again|thus|otherwise|moreover|such|likewise|nevertheless|meanwhile|former|latter)$/u.test(
        token.lower,
      ) ||
      (/^(?:that|this|these|those|such)$/u.test(token.lower) &&
        /^(?:at|in|of|on|by|for|with|from|to|under|over)$/u.test(tagged[i - 1]?.lower ?? "") &&
        /^(?:NOUN|ADJ|PROPN)$/u.test(tagged[i + 1]?.pos ?? "")),
  );
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

/** Nouns of an amount, of which a pronoun does not speak. */
const SHARES = new Set("half third quarter fifth most part share rest percent much many all some more".split(" "));

/**
 * Speaks of "it" or "that" behind its verb where nothing but its subject stands before: "a grant paid for half of it" is of something on another
 * line, "the owner of the mill sold it" of the mill.
 */
function pointsOut(tagged: readonly Tagged[]): boolean {
  const end = tagged.findIndex(
    ({ pos, text, lower }, i) =>
      i > 0 &&
      (pos === "CCONJ" ||
        (pos === "SCONJ" && !/^[.,;!]$/u.test(tagged[i + 1]?.text ?? ".")) ||
        /^[,;:(–—]$/u.test(text) ||
        /^(?:who|which|where|when)$/u.test(lower)),
  );
  const clause = end < 0 ? tagged : tagged.slice(0, end);
  const at = clause.findIndex(({ lower }, i) => {
    const [before, after] = [clause[i - 1]?.pos ?? "", tagged[i + 1]];
    if (!/^(?:VERB|ADP)$/u.test(before)) return false;
    if (/^(?:it|them)$/u.test(lower)) return after === undefined || !/^(?:VERB|AUX|ADJ)$/u.test(after.pos);
    return /^(?:this|that|these|those)$/u.test(lower) && (after === undefined || /^[.,;!]$/u.test(after.text));
  });
  if (at < 0) return false;
  const named = clause
    .slice(0, at)
    .filter(({ pos, lower }, i) => /^(?:NOUN|PROPN)$/u.test(pos) && !SHARES.has(lower) && clause[i + 1]?.pos !== pos);
  const isThing =
    /^(?:it|them)$/u.test(clause[at]?.lower ?? "") && !(clause[at - 1]?.lower === "of" && SHARES.has(clause[at - 2]?.lower ?? ""));
  return !isThing || named.filter(({ pos }) => pos === "NOUN").length < (named[0]?.pos === "NOUN" ? 2 : 1);
}

function balanced(text: string): boolean {
  const count = (pattern: RegExp) => text.match(pattern)?.length ?? 0;
  return count(/\(/gu) === count(/\)/gu) && count(/\[/gu) === count(/\]/gu) && count(/["“”]/gu) % 2 === 0;
}
