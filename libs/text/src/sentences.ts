import { FUNCTION_WORDS } from "./words.ts";

/** Titles, first names cut short and the like: a name follows, never a new sentence. */
const BEFORE_NAMES = new Set(
  `mr mrs ms dr prof st mt ft sr jr gov sen rep hon pres rev gen col capt sgt lt lieut maj adm cmdr cdr cpl pvt brig fr msgr supt insp mme mlle
  messrs cllr ald wm geo chas thos jas robt bros univ dept est vol ed eds fig figs e.g i.e vs ca cf approx viz op cit al`.split(/\s+/u),
);
/** They stand before a number as well as at a sentence's end; single letters: page, circa, born, died, line, reigned. */
const BEFORE_NUMBERS = new Set(
  `no nos nr p pp c b d l r fl ch sec fig figs art para vol fol app eq pt bk max min avg av tel ext ref op ed circa
  jan feb mar apr jun jul aug sep sept oct nov dec`.split(/\s+/u),
);
/** They may end a sentence: what follows tells. */
const EITHER = new Set("inc ltd co corp plc llc gmbh ag bros etc al ave blvd rd".split(" "));
/** A letter behind them is what they are called by, and no first name: "vitamin C. Oranges have it." */
const LETTERED =
  /\b(?:vitamin|hepatitis|influenza|plan|group|team|type|class|grade|part|phase|option|model|route|line|zone|tier|band|area|block|building|gate|platform|track|hall|wing|room|level|category|schedule|section|appendix|annex|exhibit|figure|table|column|row|point|site|unit|side|step|question|answer|variant|version|letter)s?\s+$/iu;
/** Of one measure in two units the smaller follows: "£3 10s. 6d.", "6 ft. 4 in. tall". */
const LARGER_UNIT = /\p{N}\s?(?:s|lbs?|ft|st|cwt|yds?|hrs?|h|deg)$/u;
const SMALLER_UNIT = /^\p{N}+[½¼¾]?\s?(?:d|oz|ins?|lbs?|qrs?|ft|mins?|m)\b\.?(?!\s\p{Lu})/u;

/** The standard sees no boundary before a figure that a small letter follows: "… in 2020. 425 trees were planted". */
const BEFORE_FIGURES = /(?<=[.!?…]["'”’)\]]*\s+)(?=["'“‘([]*[\p{N}`])/u;

let segmenter: Intl.Segmenter | undefined;

/**
 * Sentences of one line of text, each a verbatim slice of it without surrounding space: the boundaries of the Unicode standard, but
 * none behind an abbreviation that does not end a sentence (`The U.S. Geological Survey`, `Gov. Martin Vale`).
 */
export function splitSentences(line: string): string[] {
  segmenter ??= new Intl.Segmenter("en", { granularity: "sentence" });
  const found: string[] = [];
  let open = "";
  for (const segment of [...segmenter.segment(line)].flatMap(({ segment: one }) => one.split(BEFORE_FIGURES))) {
    if (open !== "" && !goesOn(open, segment)) {
      found.push(open.trim());
      open = "";
    }
    open += segment;
  }
  found.push(open.trim());
  return found.filter((sentence) => sentence !== "");
}

/** Whether what follows belongs to the sentence before the boundary. */
function goesOn(before: string, after: string): boolean {
  if (!/\s$/u.test(before)) return true;
  if (!/^["'“‘([]*[\p{Lu}\p{N}`]/u.test(after)) return true;
  const text = before.trimEnd();
  // A paragraph's own mark: "1987. The mill burned down."
  if (/^\s*(?:\p{N}{1,4}|\p{Lu})\.$/u.test(text)) return true;
  if (!/[.!?…]["'”’)\]]*$/u.test(text)) return true;
  return text.endsWith(".") && endsOnAbbreviation(text.slice(0, -1), after);
}

function endsOnAbbreviation(before: string, after: string): boolean {
  const last = /(\S+)$/u.exec(before)?.[1] ?? "";
  const lead = before.slice(0, -last.length);
  const word = last.replace(/^["'“‘([]+/u, "").toLowerCase();
  const next = /^["'“‘([]*([\p{L}\p{N}’']+)/u.exec(after)?.[1] ?? "";
  const opens = FUNCTION_WORDS.has(next.toLowerCase()) && next !== "I";
  if (LARGER_UNIT.test(before) && SMALLER_UNIT.test(after)) return true;
  if (word === "deg") return /^(?:north|south|east|west|[nsewcf]|celsius|fahrenheit)$/iu.test(next);
  // "12 p. 44 people": what is counted ends there, unless it is a day.
  if (
    BEFORE_NUMBERS.has(word) &&
    /^\p{N}/u.test(after) &&
    !(/^\p{Lu}$/u.test(last) || (/\p{N}\s$/u.test(lead) && /^(?:\p{L}|min|pt|sec)$/u.test(word)))
  )
    return true;
  if (/^\p{L}$/u.test(word)) return /^["'“‘([]*\p{Lu}$/u.test(last) && isInitial(word, lead, after, opens);
  if (/^(?:a\.m|p\.m)$/u.test(word)) return false;
  if (/^(?:e\.g|i\.e)$/u.test(word)) return true;
  if (/^(?:\p{L}\.)+\p{L}$/u.test(word)) return !opens;
  if (EITHER.has(word)) return word !== "etc" && !opens;
  return BEFORE_NAMES.has(word);
}

/** Of a name ("by J. M. W. Turner"), not a unit, nor a letter that something is called by and that closes a sentence. */
function isInitial(letter: string, lead: string, after: string, opens: boolean): boolean {
  if (!/^\p{Lu}(?:\p{Ll}|\.|[’']\p{Lu})/u.test(after)) return false;
  if (/^\p{Lu}\.(?:\s|$)/u.test(after)) return true;
  if (opens && !/^(?:May|Will|Down|Still|Close)\b/u.test(after)) return false;
  if (/(?:^|\p{Lu}\S*|\.)\s*$/u.test(lead)) return !LETTERED.test(lead);
  if (letter === "i" && /\b(?:and|than|as|or|but)\s+$/u.test(lead)) return false;
  // "from A to B. Trains run": two of them are places or parts.
  return (
    !LETTERED.test(lead) &&
    !/[\p{N}°]\s*$/u.test(lead) &&
    !/(?<![\p{L}\p{N}.])[B-HJ-Z](?![\p{L}\p{N}.’'])|\bA (?:to|and|or)\s+$/u.test(lead)
  );
}
