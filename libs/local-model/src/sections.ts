import { contentStems, jaccard } from "@armada/text";
import type { Candidate } from "./candidates.ts";
import { headingOf } from "./heading-words.ts";
import { inReadingOrder, yearOf } from "./reading-order.ts";
import { oneSense } from "./senses.ts";

export type Picked = { readonly sentence: Candidate; readonly also: Candidate[] };
export type Section = { readonly heading: string; readonly key: string; readonly picked: readonly Picked[] };

/** Two sentences more alike than this say the same: one is printed, both are cited. */
export const ALIKE = 0.5;
const MOST_SECTIONS = 6;
const SECTION_WORDS = 170;
const LEAST_SENTENCES = 3;
/** Below so many sections a smaller one is made. */
const LEAST_SECTIONS = 3;
/** Words of all sections that make an article. */
const ENOUGH = 600;

type Heading = { readonly key: string; readonly surface: string; readonly holders: readonly Candidate[] };

/**
 * Groups sentences under noun phrases that two documents or more have, best first, until about `target` words; what is left and
 * speaks of a section's subject joins it.
 */
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
    const room = Math.min(SECTION_WORDS, Math.max(90, target - total));
    const next =
      best(headings, sections, taken, scores, room, LEAST_SENTENCES) ??
      (sections.length < LEAST_SECTIONS ? best(headings, sections, taken, scores, room, 2) : undefined);
    if (next === undefined) break;
    sections.push(next);
    taken.push(...next.picked);
    total += next.picked.reduce((sum, { sentence }) => sum + sentence.length, 0);
  }
  const whole = withRest(sections, candidates, scores, target - total, taken, topic);
  const made = whole.map((section) => ({
    ...section,
    picked: inReadingOrder(section.picked, ({ sentence }) => sentence, scores, section.key),
  }));
  const mean = (section: Section, of: (one: Candidate) => number): number =>
    section.picked.reduce((sum, { sentence }) => sum + of(sentence), 0) / section.picked.length;
  const dated = (section: Section): number => Math.round(2 * mean(section, (one) => (yearOf(one) === undefined ? 0 : 1)));
  const place = (section: Section): number => mean(section, ({ index }) => index);
  const main = [...made].sort(
    (a, b) => mean(b, (one) => scores.get(one) ?? 0) - mean(a, (one) => scores.get(one) ?? 0) || (a.key < b.key ? -1 : 1),
  )[0];
  // What the topic is first, then what is so before what has happened, then as the documents have it.
  return made
    .sort((a, b) => Number(b === main) - Number(a === main) || dated(a) - dated(b) || place(a) - place(b) || (a.key < b.key ? -1 : 1))
    .map((section) => ({
      ...section,
      heading: headingOf(
        section.heading,
        section.key,
        section.picked.map(({ sentence }) => sentence),
      ),
    }));
}

/** Sentences without a section: each joins the one that speaks of its subject. A rest of many subjects is no section. */
function withRest(
  sections: readonly Section[],
  candidates: readonly Candidate[],
  scores: ReadonlyMap<Candidate, number>,
  room: number,
  taken: Picked[],
  topic: string,
): Section[] {
  const grown = sections.map((section) => ({ ...section, picked: [...section.picked] }));
  const topicStems = new Set(contentStems(topic));
  let left = room;
  // Where the page is short, less in common will do.
  for (const least of [2, 1]) {
    if (least === 1 && grown.reduce((sum, section) => sum + wordsOf(section), 0) >= ENOUGH) break;
    const waiting = candidates.filter((one) => !taken.some(({ sentence, also }) => sentence === one || also.includes(one)));
    for (const one of waiting.sort((a, b) => (scores.get(b) ?? 0) - (scores.get(a) ?? 0) || a.doc - b.doc || a.index - b.index)) {
      if (left < one.length || one.leans) continue;
      const twin = taken.find(({ sentence }) => jaccard(sentence.words, one.words) > ALIKE);
      if (twin !== undefined) {
        if (twin.sentence.doc !== one.doc && !twin.also.some(({ doc }) => doc === one.doc)) twin.also.push(one);
        continue;
      }
      const home = grown
        .map((section) => ({ section, shared: nearest(one, section.picked, topicStems) }))
        .filter(({ section, shared }) => shared >= least && wordsOf(section) < SECTION_WORDS * 1.4)
        .sort((a, b) => b.shared - a.shared)[0]?.section;
      if (home === undefined) continue;
      const picked = { sentence: one, also: [] };
      home.picked.push(picked);
      taken.push(picked);
      left -= one.length;
    }
  }
  return grown;
}

/** Stems that a sentence shares with the nearest one of a section, the topic's apart. */
function nearest(one: Candidate, picked: readonly Picked[], topic: ReadonlySet<string>): number {
  const mine = one.stems.filter((stem) => !topic.has(stem) && !/^\d/u.test(stem));
  return Math.max(0, ...picked.map(({ sentence }) => mine.filter((stem) => sentence.stems.includes(stem)).length));
}

function wordsOf({ picked }: Section): number {
  return picked.reduce((sum, { sentence }) => sum + sentence.length, 0);
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
    .map(([key, { surfaces, holders }]) => ({
      key,
      surface: mostUsed(surfaces),
      holders: key.includes(" ") ? withHead(key, [...holders], candidates) : oneSense(key, [...holders], topicStems),
    }))
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
  least: number,
): Section | undefined {
  let found: Section | undefined;
  let foundWorth = 0;
  const used = new Set(sections.flatMap((section) => section.key.split(" ")));
  for (const heading of headings) {
    if (heading.key.split(" ").some((stem) => used.has(stem))) continue;
    const picked = pick(heading.holders, taken, scores, room, least);
    if (picked === undefined) continue;
    const value = picked.reduce((sum, { sentence }) => sum + (scores.get(sentence) ?? 0), 0);
    const drawnOn = new Set(picked.map(({ sentence }) => sentence.doc)).size;
    const worth = value * (1 + 0.12 * drawnOn) * (heading.key.includes(" ") ? 1.5 : 1) * headed(heading);
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
  least: number,
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
  if (picked.length < least || new Set(picked.map(({ sentence }) => sentence.doc)).size < 2) return undefined;
  return picked;
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
