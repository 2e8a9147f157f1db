import { contentStems, jaccard, withoutOtherNames } from "@armada/text";
import { type Candidate, candidatesOf } from "../candidates.ts";
import { onSubject } from "../on-subject.ts";
import { makeParts } from "../parts.ts";
import { rank } from "../ranking.ts";
import { ALIKE, makeSections, type Picked } from "../sections.ts";
import { numberParam, type Task, textParam } from "./task.ts";

/** Most words that are taken of the sentences that can stand alone: what says a thing again is in it, and is not printed. */
const SHARE = 0.95;
/** Words of sentences that lean on nothing, enough for an article. */
const ENOUGH = 900;

/**
 * `draft_article`: params `topic`, `words`; material: the documents' plain text.
 * Answers `{ title, standfirst, sections: [{ heading, sentences }] }`, each sentence `{ text, file, quote, also }`.
 */
export const draftArticle: Task = ({ material, params, tagger }) => {
  const topic = textParam(params, "topic");
  const candidates = standing(onSubject(candidatesOf(material, tagger), topic));
  const scores = rank(candidates, topic);
  const taken: Picked[] = leads(candidates, scores, topic).map((sentence) => ({ sentence, also: [] }));
  const standfirst = taken.map(claim);
  const supply = candidates.reduce((sum, one) => sum + one.length, 0);
  const target = Math.min(numberParam(params, "words", 760), supply * SHARE);
  const several = new Set(candidates.map(({ doc }) => doc)).size > 1;
  const shared = several ? makeSections(candidates, scores, topic, target, [...taken]) : [];
  // One section for all is no order: then the documents' own does better.
  const sections = shared.length > 1 ? shared : makeParts(candidates, scores, topic, target, taken);
  return {
    title: capital(topic),
    standfirst,
    sections: sections.map(({ heading, picked }) => ({ heading: capital(heading), sentences: picked.map(claim) })),
  };
};

/** Without sentences that lean on what was said before them, where the others are enough. */
function standing(candidates: readonly Candidate[]): readonly Candidate[] {
  const alone = candidates.filter(({ leans }) => !leans);
  return alone.reduce((sum, { length }) => sum + length, 0) >= ENOUGH ? alone : candidates;
}

/** One or two sentences that say what the topic is. */
function leads(candidates: readonly Candidate[], scores: ReadonlyMap<Candidate, number>, topic: string): Candidate[] {
  const topicStems = new Set(contentStems(topic));
  const fit = (one: Candidate) => {
    const head = one.text.split(/\s+/u).slice(0, 6).join(" ");
    const own = withoutOtherNames(head, topicStems);
    const opening = contentStems(own);
    const about = 0.3 * Math.min(2, opening.filter((stem) => topicStems.has(stem)).length);
    const says = /^\S+(?:\s\S+){0,4}\s(?:is|are|was|were)\s(?:a|an|the|one|called|made|built)\b/u.test(one.text) ? 0.35 : 0;
    return (
      0.6 * (scores.get(one) ?? 0) +
      about +
      says +
      (own === head && one.block === 0 && one.inBlock === 0 ? 0.5 : 0) -
      (own === head ? 0 : 0.6) -
      (one.length > 24 ? 0.35 : 0)
    );
  };
  const sorted = candidates
    .filter((one) => one.length >= 9 && one.stems.some((stem) => topicStems.has(stem)))
    .map((one) => ({ one, fit: fit(one) }))
    .sort((a, b) => b.fit - a.fit || a.one.doc - b.one.doc || a.one.index - b.one.index)
    .map(({ one }) => one);
  const [first] = sorted;
  if (first === undefined) return [];
  const second = sorted.find(
    (one) => one.doc !== first.doc && jaccard(one.words, first.words) <= ALIKE / 2 && one.length + first.length <= 55,
  );
  return second === undefined || candidates.length < 20 ? [first] : [first, second];
}

function claim({ sentence, also }: Picked) {
  const cite = (one: Candidate) => ({ file: one.file, quote: one.text });
  return { text: sentence.text, ...cite(sentence), also: also.map(cite) };
}

export function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
