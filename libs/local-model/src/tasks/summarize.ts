import { inOrder, jaccard, placeSentences } from "@armada/text";
import { candidatesOf } from "../candidates.ts";
import { rank } from "../ranking.ts";
import { numberParam, type Task, textParam } from "./task.ts";

/**
 * `summarize`: params `topic?`, `sentences` (3 unless said); material: plain text.
 * Answers `{ text, sentences: [{ text, file, quote }] }`: the sources' own sentences in their order. Of a text none of whose
 * sentences could stand alone, as a letter, the first ones.
 */
export const summarize: Task = ({ material, params, tagger }) => {
  const candidates = candidatesOf(material, tagger);
  const topic = textParam(params, "topic");
  const most = numberParam(params, "sentences", 3);
  if (candidates.length === 0) return answered(inOrder(material).flatMap(placeSentences).slice(0, most));
  const scores = rank(candidates, topic);
  const chosen: typeof candidates = [];
  for (const one of [...candidates].sort((a, b) => (scores.get(b) ?? 0) - (scores.get(a) ?? 0) || a.doc - b.doc || a.index - b.index)) {
    if (chosen.length >= most) break;
    if (chosen.every((other) => jaccard(other.words, one.words) <= 0.5)) chosen.push(one);
  }
  return answered(chosen.sort((a, b) => a.doc - b.doc || a.index - b.index));
};

function answered(chosen: readonly { readonly text: string; readonly file: string }[]): object | undefined {
  const sentences = chosen.map(({ text, file }) => ({ text, file, quote: text }));
  return sentences.length === 0 ? undefined : { text: sentences.map(({ text }) => text).join(" "), sentences };
}
