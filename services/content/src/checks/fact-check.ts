import { contentStems, firstUnsupported } from "armada-mesh/text";
import type { Citation } from "../contract.ts";
import type { Checked, Claim } from "../page/draft.ts";
import type { Source } from "../sources/source.ts";
import { denies, statesTheSame } from "./same-statement.ts";

/** A quote of fewer words than this, of a longer statement, proves nothing. */
const LEAST_QUOTE_WORDS = 4;

/**
 * The rule of the page, in plain code and for every model: a statement is carried by a citation when the quote stands in the
 * file's text, every number, date and capitalised name of the statement stands in the quote, the two share words of substance,
 * and the statement does not deny what the quote affirms. A further citation has to state the same, too.
 */
export function checkClaim(claim: Claim, sources: ReadonlyMap<string, Source>, isOrdinary: (lower: string) => boolean): Checked {
  const text = oneLine(claim.text);
  const also = (claim.also ?? []).filter(({ quote }) => statesTheSame(text, quote));
  const cited = [{ file: claim.file, quote: claim.quote }, ...also].flatMap(
    (citation) => carried(text, citation, sources, isOrdinary) ?? [],
  );
  const files = new Set<string>();
  return { text, sources: cited.filter(({ file }) => !files.has(file) && files.add(file)) };
}

function carried(
  text: string,
  citation: Citation,
  sources: ReadonlyMap<string, Source>,
  isOrdinary: (lower: string) => boolean,
): Citation | undefined {
  const source = sources.get(citation.file);
  const quote = source === undefined ? undefined : verbatim(citation.quote, source.text);
  if (quote === undefined) return undefined;
  if (quote.split(/\s+/u).length < Math.min(LEAST_QUOTE_WORDS, text.split(/\s+/u).length)) return undefined;
  if (firstUnsupported(text, quote, isOrdinary) !== undefined) return undefined;
  if (denies(text) && !denies(quote)) return undefined;
  return sharesSubstance(text, quote) ? { file: citation.file, quote } : undefined;
}

/** The quote as it stands in the text, white space apart; undefined when it does not. */
export function verbatim(quote: string, text: string): string | undefined {
  const wanted = quote.trim();
  if (wanted === "") return undefined;
  if (text.includes(wanted)) return wanted;
  const pattern = wanted
    .split(/\s+/u)
    .map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/gu, "\\$&"))
    .join("\\s+");
  return new RegExp(pattern, "u").exec(text)?.[0];
}

function sharesSubstance(text: string, quote: string): boolean {
  const mine = new Set(contentStems(text));
  const theirs = new Set(contentStems(quote));
  const shared = [...mine].filter((one) => theirs.has(one)).length;
  return shared >= Math.max(1, Math.ceil(mine.size * 0.25));
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/gu, " ").trim();
}
