import { contentStems, countWords, jaccard, opensLeftBehind, splitSentences, words } from "@armada/text";
import type { Citation } from "../page/draft.ts";
import type { Source } from "../sources/documents.ts";
import { aboutTheSame } from "./same-statement.ts";

/** More alike than this, the page says it already, unless another figure is given, or one of another thing. */
const ALIKE = 0.5;

/**
 * What the sources say on the topic and the page does not: whole sentences with a word of the topic in them or in a heading above
 * them. A sentence that opens on what was said before it ("It weighs …") is on what that is on, and stands in one passage
 * with it, whether the page has that or not.
 */
export function leftOut(topic: string, sources: readonly Source[], used: readonly Citation[]): Citation[] {
  const wanted = new Set(contentStems(topic));
  const onTopic = (text: string) => contentStems(text).some((one) => wanted.has(one));
  const isSaid = saidBy(used);
  const found: Citation[] = [];
  for (const { name, text } of sources) {
    let headings: string[] = [];
    for (const line of text.split("\n")) {
      const heading = /^(#{1,6}) (.+)$/u.exec(line);
      if (heading?.[1] !== undefined) headings = [...headings.slice(0, heading[1].length - 1), heading[2] ?? ""];
      if (line === "" || /^(?:#{1,6}|[|`]) /u.test(line)) continue;
      const headed = onTopic(headings.join(" "));
      for (const passage of passagesOf(line.replace(/^- /u, "")))
        if (headed || onTopic(passage.text)) {
          const last = passage.sentences.findLast((one) => isStatement(one) && !isSaid(one));
          // "It weighs 3 tonnes." says of what only with the sentence before it.
          const quote = last === undefined ? "" : passage.text.slice(0, passage.text.lastIndexOf(last) + last.length);
          if (quote !== "") found.push({ file: name, quote });
        }
    }
  }
  return found;
}

/** A sentence with those after it that open on it. */
function passagesOf(paragraph: string): { text: string; sentences: string[] }[] {
  const passages: { from: number; to: number; sentences: string[] }[] = [];
  let at = 0;
  for (const sentence of splitSentences(paragraph)) {
    const from = paragraph.indexOf(sentence, at);
    at = from + sentence.length;
    const last = passages.at(-1);
    if (last === undefined || !opensLeftBehind(sentence)) passages.push({ from, to: at, sentences: [sentence] });
    else {
      last.sentences.push(sentence);
      last.to = at;
    }
  }
  return passages.map(({ from, to, sentences }) => ({ text: paragraph.slice(from, to), sentences }));
}

/** Whole, and long enough to say something: a short sentence with a figure is. */
function isStatement(sentence: string): boolean {
  return countWords(sentence) >= (/\d/u.test(sentence) ? 5 : 6) && /^["“‘'(]?[\p{Lu}\p{N}].*[.!]["”’)\]]*$/u.test(sentence);
}

function saidBy(used: readonly Citation[]): (sentence: string) => boolean {
  const said = used.map(({ quote }) => ({ quote, words: new Set(words(quote)) }));
  return (sentence) => {
    const own = new Set(words(sentence));
    return said.some(
      (one) =>
        one.quote.includes(sentence) ||
        sentence.includes(one.quote) ||
        (jaccard(one.words, own) > ALIKE && aboutTheSame(sentence, one.quote)),
    );
  };
}
