import { contentStems, jaccard, opensLeftBehind, splitSentences, words } from "@armada/text";
import type { Citation } from "../page/draft.ts";
import type { Source } from "../sources/documents.ts";

/** More alike than this, the page says it already. */
const ALIKE = 0.5;

/**
 * The statements of the sources on the topic that the page does not make: whole sentences that can stand alone, with a word of the
 * topic in them or in a heading above them.
 */
export function leftOut(topic: string, sources: readonly Source[], used: readonly Citation[]): Citation[] {
  const wanted = new Set(contentStems(topic));
  const said = used.map(({ quote }) => ({ quote, words: new Set(words(quote)) }));
  const found: Citation[] = [];
  for (const { name, text } of sources) {
    let headings: string[] = [];
    for (const line of text.split("\n")) {
      const heading = /^(#{1,6}) (.+)$/u.exec(line);
      if (heading?.[1] !== undefined) headings = [...headings.slice(0, heading[1].length - 1), heading[2] ?? ""];
      if (line === "" || /^(?:#{1,6}|[|`]) /u.test(line)) continue;
      const headed = contentStems(headings.join(" ")).some((one) => wanted.has(one));
      for (const quote of splitSentences(line.replace(/^- /u, ""))) {
        const own = new Set(words(quote));
        if (own.size < 6 || !/^["“‘'(]?[\p{Lu}\p{N}].*[.!]["”’)\]]*$/u.test(quote) || opensLeftBehind(quote)) continue;
        if (!headed && !contentStems(quote).some((one) => wanted.has(one))) continue;
        if (said.some((one) => one.quote.includes(quote) || quote.includes(one.quote) || jaccard(one.words, own) > ALIKE)) continue;
        found.push({ file: name, quote });
      }
    }
  }
  return found;
}
