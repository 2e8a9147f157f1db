import { FUNCTION_WORDS } from "./words.ts";

/** Titles and the like: a name follows, never a new sentence. */
const BEFORE_NAMES = new Set(
  `mr mrs ms dr prof st mt ft sr jr gov sen rep hon pres rev gen col capt sgt lt maj adm cmdr cpl pvt brig fr msgr supt insp mme mlle messrs
  bros univ dept est vol ed eds fig figs e.g i.e vs ca cf approx viz op cit al`.split(/\s+/u),
);
/** They stand before a number as well as at a sentence's end. */
const BEFORE_NUMBERS = new Set("no nos p pp ch sec fig figs art para vol jan feb mar apr jun jul aug sep sept oct nov dec".split(" "));
/** They may end a sentence: what follows tells. */
const EITHER = new Set("inc ltd co corp plc llc gmbh ag bros etc al ave blvd rd".split(" "));

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
  if (!/[.!?…]["'”’)\]]*$/u.test(text)) return true;
  return text.endsWith(".") && endsOnAbbreviation(text.slice(0, -1), after);
}

function endsOnAbbreviation(before: string, after: string): boolean {
  const last = /(\S+)$/u.exec(before)?.[1] ?? "";
  const word = last.replace(/^["'“‘([]+/u, "").toLowerCase();
  const next = /^["'“‘([]*([\p{L}\p{N}’']+)/u.exec(after)?.[1] ?? "";
  const opens = FUNCTION_WORDS.has(next.toLowerCase()) && next !== "I";
  // An initial ("J. Smith"), but not a unit or a letter that closes a sentence ("vitamin C. It").
  if (/^\p{L}$/u.test(word))
    return (
      !opens && /^\p{Lu}/u.test(last) && /(?:^|\p{Lu}\S*|\.)\s*$/u.test(before.slice(0, -last.length)) && /^\p{Lu}[\p{Ll}.]/u.test(after)
    );
  if (/^(?:a\.m|p\.m)$/u.test(word)) return false;
  if (/^(?:e\.g|i\.e)$/u.test(word)) return true;
  if (/^(?:\p{L}\.)+\p{L}$/u.test(word)) return !opens;
  if (BEFORE_NUMBERS.has(word) && /^\p{N}/u.test(after)) return true;
  if (EITHER.has(word)) return word !== "etc" && !opens;
  return BEFORE_NAMES.has(word);
}
