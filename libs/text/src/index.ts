/**
 * Documents as people read them, and their words, sentences and numbers. Nothing here reads a clock, chance or the environment:
 * the same bytes give the same result. What is heavy (parsers, the language model of the tagger) is loaded at its first use.
 *
 * ```
 * readDocument({ path, bytes, type? }) -> { title, language?, blocks, text }
 * readDocuments([{ path, bytes, type? }]) -> the same of each, without what repeats over the pages of a site; or { unreadable: why }
 * splitSentences(text) -> ["One sentence.", "Another."]
 * readNumbers(text, locale?) -> [{ value, unit?, start, end } | { refused, start, end }]
 * ```
 */
export {
  DOCUMENT_ENDINGS,
  type Document,
  type DocumentBlock,
  type DocumentFile,
  readDocument,
  readDocuments,
  type UnreadableDocument,
} from "./documents/document.ts";
export { type Table, tablesIn } from "./documents/tables.ts";
export { titleOf } from "./documents/text-extraction.ts";
export { firstUnsupported, numbersIn, ordinaryWords } from "./grounding.ts";
export { type DateMention, datesIn, differ, periodOf } from "./numbers/dates.ts";
export { numberLocale } from "./numbers/number-locale.ts";
export { type ReadNumber, type RefusedNumber, readNumbers } from "./numbers/numbers.ts";
export { quantitiesIn } from "./numbers/quantities.ts";
export type { Quantity } from "./numbers/quantity.ts";
export { opensLeftBehind } from "./openers.ts";
export { otherNamesIn, withoutOtherNames } from "./other-names.ts";
export { nounPhrases, type Phrase } from "./phrases.ts";
export { inOrder, type Placed, placeSentences } from "./placed-sentences.ts";
export { splitSentences } from "./sentences.ts";
export { loadTagger, type Tagged, type Tagger } from "./tagger.ts";
export { contentStems, countWords, FUNCTION_WORDS, jaccard, stem, words } from "./words.ts";
