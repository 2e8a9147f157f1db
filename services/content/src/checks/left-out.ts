import { contentStems, countWords, jaccard, opensLeftBehind, splitSentences, tablesIn, words } from "armada-mesh/text";
import type { Citation } from "../contract.ts";
import type { Passage } from "../page/draft.ts";
import type { Source } from "../sources/source.ts";
import { takesBack, withoutTakenBack } from "../sources/taken-back.ts";
import { statesTheSame } from "./same-statement.ts";

/** More alike than this, the page says it already, unless the sentence has a figure or a word of its own. */
const ALIKE = 0.5;

/**
 * What the sources say on the topic and the page does not: all of a document about it; of another, whole sentences with a word of the topic in
 * them or in a heading above them. A sentence that opens on what was said before it ("It weighs …") is on what that is on, and stands in one
 * passage with it, whether the page has that or not; so does one that denies it.
 */
export function leftOut(topic: string, sources: readonly Source[], used: readonly Citation[]): Passage[] {
  const wanted = new Set(contentStems(topic));
  const onTopic = (text: string) => contentStems(text).some((one) => wanted.has(one));
  const isSaid = saidBy(used);
  return sources.flatMap((source) => {
    const blocks = blocksOf(source);
    const isAbout = speaksOf(source, blocks, onTopic);
    const { taken } = withoutTakenBack(source.text);
    return blocks.flatMap(({ text, headings }) =>
      passagesOf(text).flatMap((passage): Passage[] => {
        if (!isAbout && !onTopic(headings.join(" ")) && !onTopic(passage.text)) return [];
        const at = passage.sentences.findLastIndex((one) => isStatement(one) && !isSaid(one));
        if (at < 0) return [];
        // "It weighs 3 tonnes." says of what only with the sentence before it, and a claim that is denied what it is with its denial.
        let end = at;
        while (takesBack(passage.sentences[end] ?? "", passage.sentences[end + 1] ?? "")) end++;
        const last = passage.sentences[end] ?? "";
        const under = taken.find(({ quote }) => quote === passage.sentences[at])?.under;
        const quote = passage.text.slice(0, passage.text.lastIndexOf(last) + last.length);
        return [{ file: source.name, quote, ...(under !== undefined && { under }) }];
      }),
    );
  });
}

type Block = { readonly text: string; readonly headings: readonly string[] };

/** Paragraphs, list items and cells of tables. */
function blocksOf({ text }: Source): Block[] {
  let headings: string[] = [];
  return text.split("\n").flatMap((line): Block[] => {
    const heading = /^(#{1,6}) (.+)$/u.exec(line);
    if (heading?.[1] !== undefined) headings = [...headings.slice(0, heading[1].length - 1), heading[2] ?? ""];
    if (line === "" || /^(?:#{1,6}|`) /u.test(line)) return [];
    const cells = tablesIn(line).flatMap(({ rows }) => rows.flatMap((row) => row.cells));
    return (line.startsWith("| ") ? cells.filter((cell) => countWords(cell) >= SENTENCE_IN_CELL) : [line.replace(/^- /u, "")]).map(
      (one) => ({
        text: one,
        headings,
      }),
    );
  });
}

/** Fewer words of a cell are a figure with its unit, or a name. */
const SENTENCE_IN_CELL = 6;
/** Of a document about the topic so many sentences have a word of it, or its title has. */
const SPEAKS = 0.3;

function speaksOf({ called }: Source, blocks: readonly Block[], onTopic: (text: string) => boolean): boolean {
  if (onTopic([called ?? "", blocks[0]?.headings[0] ?? ""].join(" "))) return true;
  const statements = blocks.flatMap(({ text }) => splitSentences(text).filter(isStatement));
  return statements.filter(onTopic).length >= statements.length * SPEAKS;
}

/** A sentence with those after it that open on it. */
function passagesOf(paragraph: string): { text: string; sentences: string[] }[] {
  const passages: { from: number; to: number; sentences: string[] }[] = [];
  let at = 0;
  for (const sentence of splitSentences(paragraph)) {
    const from = paragraph.indexOf(sentence, at);
    at = from + sentence.length;
    const last = passages.at(-1);
    if (last === undefined || (!opensLeftBehind(sentence) && !takesBack(last.sentences.at(-1) ?? "", sentence)))
      passages.push({ from, to: at, sentences: [sentence] });
    else {
      last.sentences.push(sentence);
      last.to = at;
    }
  }
  return passages.map(({ from, to, sentences }) => ({ text: paragraph.slice(from, to), sentences }));
}

/** Whole, and of three words or of two with a figure: "For: 6." */
function isStatement(sentence: string): boolean {
  return countWords(sentence) >= (/\d/u.test(sentence) ? 2 : 3) && /^["“‘'(]?[\p{Lu}\p{N}].*[.!]["”’)\]]*$/u.test(sentence);
}

function saidBy(used: readonly Citation[]): (sentence: string) => boolean {
  const said = used.map(({ quote }) => ({ quote, words: new Set(words(quote)) }));
  return (sentence) => {
    const own = new Set(words(sentence));
    return said.some(
      (one) =>
        one.quote.includes(sentence) ||
        (sentence.includes(one.quote) && one.words.size * 2 > own.size) ||
        (jaccard(one.words, own) > ALIKE && statesTheSame(sentence, one.quote)),
    );
  };
}
