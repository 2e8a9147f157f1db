import { contentStems } from "@armada/text";
import type { Candidate } from "./candidates.ts";

/** Rarity of stems over the sentences, for cosine and topic weight. */
function rarity(candidates: readonly Candidate[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { stems } of candidates) for (const stem of stems) counts.set(stem, (counts.get(stem) ?? 0) + 1);
  return new Map([...counts].map(([stem, count]) => [stem, Math.log(1 + candidates.length / count)]));
}

/**
 * How much each sentence says about the topic, from its own words and from what other passages say too.
 * Scores are comparable within one call only.
 */
export function rank(candidates: readonly Candidate[], topic: string): Map<Candidate, number> {
  const weight = rarity(candidates);
  const topicStems = [...new Set(contentStems(topic))];
  const topicWeight = topicStems.reduce((sum, stem) => sum + (weight.get(stem) ?? 0), 0) || 1;
  const docsOf = spread(candidates);
  const documents = new Set(candidates.map((one) => one.doc)).size;
  const norms = new Map(candidates.map((one) => [one, norm(one.stems, weight)]));
  const scores = new Map<Candidate, number>();
  for (const one of candidates) {
    const inTopic = topicStems.reduce((sum, stem) => sum + (one.stems.includes(stem) ? (weight.get(stem) ?? 0) : 0), 0) / topicWeight;
    const underTopic = new Set(contentStems(one.headings.join(" ")));
    const headed = topicStems.some((stem) => underTopic.has(stem)) ? 0.15 : 0;
    const shared =
      one.stems.reduce((sum, stem) => sum + ((docsOf.get(stem) ?? 1) - 1), 0) / Math.max(1, one.stems.length * Math.max(1, documents - 1));
    scores.set(one, inTopic * 0.7 + headed + shared + echoed(one, candidates, weight, norms) + manner(one));
  }
  return scores;
}

function manner(one: Candidate): number {
  let score = one.inBlock === 0 ? 0.12 : 0;
  if (one.length >= 11 && one.length <= 28) score += 0.12;
  if (one.list) score -= 0.25;
  if (one.leans) score -= 0.35;
  if (/\p{N}/u.test(one.text)) score += 0.12;
  if (/[()"“;:]/u.test(one.text)) score -= 0.08;
  return score;
}

/** Number of passages in which a stem occurs. */
function spread(candidates: readonly Candidate[]): Map<string, number> {
  const where = new Map<string, Set<number>>();
  for (const { stems, doc } of candidates)
    for (const stem of stems) {
      const docs = where.get(stem) ?? new Set();
      where.set(stem, docs.add(doc));
    }
  return new Map([...where].map(([stem, docs]) => [stem, docs.size]));
}

/** Mean likeness to the three nearest sentences of other passages. */
function echoed(
  one: Candidate,
  all: readonly Candidate[],
  weight: ReadonlyMap<string, number>,
  norms: ReadonlyMap<Candidate, number>,
): number {
  const mine = new Set(one.stems);
  const near: number[] = [];
  for (const other of all) {
    if (other.doc === one.doc) continue;
    let dot = 0;
    for (const stem of other.stems) if (mine.has(stem)) dot += (weight.get(stem) ?? 0) ** 2;
    if (dot > 0) near.push(dot / ((norms.get(one) ?? 1) * (norms.get(other) ?? 1)));
  }
  const best = near.sort((a, b) => b - a).slice(0, 3);
  return best.reduce((sum, value) => sum + value, 0) / 3;
}

function norm(stems: readonly string[], weight: ReadonlyMap<string, number>): number {
  return Math.sqrt(stems.reduce((sum, stem) => sum + (weight.get(stem) ?? 0) ** 2, 0)) || 1;
}
