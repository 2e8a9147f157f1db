import { contentStems, jaccard } from "@armada/text";
import type { Candidate } from "./candidates.ts";

export type Picked = { readonly sentence: Candidate; readonly also: Candidate[] };
export type Section = { readonly heading: string; readonly key: string; readonly picked: readonly Picked[] };

/** Two sentences more alike than this say the same: one is printed, both are cited. */
export const ALIKE = 0.5;
const MOST_SECTIONS = 6;
const SECTION_WORDS = 170;
const LEAST_SENTENCES = 3;

type Heading = { readonly key: string; readonly surface: string; readonly holders: readonly Candidate[] };

/** Groups sentences under noun phrases that two passages or more have, best first, until about `target` words. */
export function makeSections(
  candidates: readonly Candidate[],
  scores: ReadonlyMap<Candidate, number>,
  topic: string,
  target: number,
  taken: Picked[],
): Section[] {
  const headings = findHeadings(candidates, topic);
  const sections: Section[] = [];
  let total = 0;
  while (sections.length < MOST_SECTIONS && total < target) {
    const next = best(headings, sections, taken, scores, Math.min(SECTION_WORDS, Math.max(90, target - total)));
    if (next === undefined) break;
    sections.push(next);
    taken.push(...next.picked);
    total += next.picked.reduce((sum, { sentence }) => sum + sentence.length, 0);
  }
  const place = ({ picked }: Section) => picked.reduce((sum, { sentence }) => sum + sentence.index, 0) / picked.length;
  return sections.sort((a, b) => place(a) - place(b) || (a.key < b.key ? -1 : 1));
}

function findHeadings(candidates: readonly Candidate[], topic: string): Heading[] {
  const topicStems = new Set(contentStems(topic));
  const seen = new Map<string, { surfaces: Map<string, number>; holders: Set<Candidate> }>();
  for (const one of candidates)
    for (const { key, surface } of one.phrases) {
      if (key.split(" ").every((stem) => topicStems.has(stem))) continue;
      const entry = seen.get(key) ?? { surfaces: new Map<string, number>(), holders: new Set<Candidate>() };
      entry.surfaces.set(surface, (entry.surfaces.get(surface) ?? 0) + 1);
      entry.holders.add(one);
      seen.set(key, entry);
    }
  return [...seen]
    .filter(
      ([, { holders }]) =>
        new Set([...holders].map((one) => one.doc)).size >= 2 && holders.size >= 2 && holders.size <= Math.max(6, candidates.length * 0.3),
    )
    .map(([key, { surfaces, holders }]) => ({ key, surface: mostUsed(surfaces), holders: withHead(key, [...holders], candidates) }))
    .sort((a, b) => (a.key < b.key ? -1 : 1));
}

/** A phrase of several words also draws sentences that have only its last word, after those that have it all. */
function withHead(key: string, holders: Candidate[], candidates: readonly Candidate[]): Candidate[] {
  const parts = key.split(" ");
  const head = parts.at(-1);
  if (parts.length === 1 || head === undefined) return holders;
  const has = new Set(holders);
  return [
    ...holders,
    ...candidates.filter((one) => !has.has(one) && parts.filter((part) => one.stems.includes(part)).length >= parts.length),
  ];
}

function mostUsed(surfaces: ReadonlyMap<string, number>): string {
  return [...surfaces].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))[0]?.[0] ?? "";
}

function best(
  headings: readonly Heading[],
  sections: readonly Section[],
  taken: readonly Picked[],
  scores: ReadonlyMap<Candidate, number>,
  room: number,
): Section | undefined {
  let found: Section | undefined;
  let foundWorth = 0;
  const used = new Set(sections.flatMap((section) => section.key.split(" ")));
  for (const heading of headings) {
    if (heading.key.split(" ").some((stem) => used.has(stem))) continue;
    const picked = pick(heading.holders, taken, scores, room);
    if (picked === undefined) continue;
    const value = picked.reduce((sum, { sentence }) => sum + (scores.get(sentence) ?? 0), 0);
    const documents = new Set(picked.map(({ sentence }) => sentence.doc)).size;
    const worth = value * (1 + 0.12 * documents) * (heading.key.includes(" ") ? 1.5 : 1) * headed(heading);
    if (worth > foundWorth) {
      foundWorth = worth;
      found = { heading: heading.surface, key: heading.key, picked };
    }
  }
  return found;
}

/** Authors' own headings know what a subject is. */
function headed(heading: Heading): number {
  const hits = heading.holders.filter((one) => ` ${contentStems(one.headings.join(" ")).join(" ")} `.includes(` ${heading.key} `)).length;
  return 1 + 0.4 * (hits / Math.max(1, heading.holders.length));
}

function pick(
  holders: readonly Candidate[],
  taken: readonly Picked[],
  scores: ReadonlyMap<Candidate, number>,
  room: number,
): Picked[] | undefined {
  const picked: Picked[] = [];
  const left = new Set(holders);
  let length = 0;
  while (left.size > 0 && length < room) {
    const next = highest(left, picked, scores);
    if (next === undefined) break;
    left.delete(next);
    if (length + next.length > room + 25) continue;
    const twin = [...taken, ...picked].find(({ sentence }) => sentence === next || jaccard(sentence.words, next.words) > ALIKE);
    if (twin !== undefined) {
      if (twin.sentence.doc !== next.doc && picked.includes(twin)) twin.also.push(next);
      continue;
    }
    picked.push({ sentence: next, also: [] });
    length += next.length;
  }
  if (picked.length < LEAST_SENTENCES || new Set(picked.map(({ sentence }) => sentence.doc)).size < 2) return undefined;
  return inReadingOrder(picked, scores);
}

function highest(left: ReadonlySet<Candidate>, picked: readonly Picked[], scores: ReadonlyMap<Candidate, number>): Candidate | undefined {
  let found: Candidate | undefined;
  let foundScore = Number.NEGATIVE_INFINITY;
  for (const one of left) {
    const same = picked.filter(({ sentence }) => sentence.doc === one.doc);
    const beside = same.some(({ sentence }) => sentence.block === one.block && Math.abs(sentence.inBlock - one.inBlock) === 1);
    const alike = picked.reduce((most, { sentence }) => Math.max(most, jaccard(sentence.words, one.words)), 0);
    const score = (scores.get(one) ?? 0) + (beside ? 0.35 : 0) - 0.18 * same.length - alike;
    if (score > foundScore) {
      foundScore = score;
      found = one;
    }
  }
  return found;
}

/** Passages one after the other, the one with the best sentence first; each in its own order. */
function inReadingOrder(picked: readonly Picked[], scores: ReadonlyMap<Candidate, number>): Picked[] {
  const top = new Map<number, number>();
  for (const { sentence } of picked) top.set(sentence.doc, Math.max(top.get(sentence.doc) ?? 0, scores.get(sentence) ?? 0));
  return [...picked].sort(
    (a, b) =>
      (top.get(b.sentence.doc) ?? 0) - (top.get(a.sentence.doc) ?? 0) ||
      a.sentence.doc - b.sentence.doc ||
      a.sentence.index - b.sentence.index,
  );
}
