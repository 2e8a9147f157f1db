import { contentStems, jaccard } from "@armada/text";
import type { Candidate } from "./candidates.ts";
import { headingOf } from "./heading-words.ts";
import { ALIKE, type Picked, type Section } from "./sections.ts";

/** Sentences of a part without a heading of its author's. */
const PART = 5;
const LEAST = 2;

/**
 * The article of one document, or of too little for sections that two documents share: its sentences in its own order, the best as far
 * as there is room, in parts under its author's headings or under what they speak of.
 */
export function makeParts(
  candidates: readonly Candidate[],
  scores: ReadonlyMap<Candidate, number>,
  topic: string,
  target: number,
  taken: Picked[],
): Section[] {
  const picked: Picked[] = [];
  let left = target;
  for (const one of [...candidates].sort((a, b) => (scores.get(b) ?? 0) - (scores.get(a) ?? 0) || a.doc - b.doc || a.index - b.index)) {
    const twin = [...taken, ...picked].find(({ sentence }) => sentence === one || jaccard(sentence.words, one.words) > ALIKE);
    if (twin !== undefined && twin.sentence.doc !== one.doc) twin.also.push(one);
    if (twin !== undefined || one.length > left) continue;
    picked.push({ sentence: one, also: [] });
    left -= one.length;
  }
  taken.push(...picked);
  picked.sort((a, b) => a.sentence.doc - b.sentence.doc || a.sentence.index - b.sentence.index);
  const used = new Set<string>();
  const topicStems = new Set(contentStems(topic));
  return runsOf(picked).flatMap((run) => {
    const own = ownHeading(run) ?? titled(run, topicStems, used);
    const phrase = commonest(run, topicStems, used) ?? commonest(run, new Set(), used);
    if (phrase !== undefined) used.add(phrase.key);
    const heading =
      own ??
      (phrase === undefined
        ? topic
        : headingOf(
            phrase.surface,
            phrase.key,
            run.map(({ sentence }) => sentence),
          ));
    return [{ heading, key: phrase?.key ?? "", picked: run }];
  });
}

/** The document's title, where no two sentences of a part speak of one thing. */
function titled(run: readonly Picked[], topic: ReadonlySet<string>, used: Set<string>): string | undefined {
  const title = run[0]?.sentence.headings[0];
  const keys = run.flatMap(({ sentence }) => [
    ...new Set(sentence.phrases.map(({ key }) => key).filter((key) => !key.split(" ").every((part) => topic.has(part)))),
  ]);
  if (title === undefined || used.has(title) || keys.some((key, i) => keys.indexOf(key) !== i)) return undefined;
  used.add(title);
  return title;
}

/** "Panel 2: The work", "3. The work": a number of another page. */
const NUMBERED = /^(?:(?:panel|part|chapter|section|slide|step|lesson|exhibit)\s+)?(?:\d{1,3}|[IVX]{1,5})(?:\s*[.:)–-])+\s+(?=\p{L})/iu;

/** The author's heading that most of a part stands under. */
function ownHeading(run: readonly Picked[]): string | undefined {
  const above = run.flatMap(({ sentence }) => headingAbove(sentence) ?? []);
  const count = (heading: string): number => above.filter((one) => one === heading).length;
  return [...above].sort((a, b) => count(b) - count(a))[0]?.replace(NUMBERED, "");
}

/** Neighbours under one heading; a part that is too short joins its neighbour of the same document, the one before it first. */
function runsOf(picked: readonly Picked[]): Picked[][] {
  const runs: Picked[][] = [];
  const place = ({ sentence }: Picked): string => `${sentence.doc} ${headingAbove(sentence) ?? ""}`;
  for (const [i, one] of picked.entries()) {
    const last = runs.at(-1);
    const first = last?.[0];
    const left = picked.length - i;
    const headed = headingAbove(one.sentence) !== undefined;
    if (first !== undefined && place(first) === place(one) && (headed || (last?.length ?? 0) < PART || left < LEAST)) last?.push(one);
    else runs.push([one]);
  }
  for (let at = 0; at < runs.length && runs.length > 1; ) {
    const run = runs[at] ?? [];
    const same = (other: Picked[] | undefined): boolean => other?.[0]?.sentence.doc === run[0]?.sentence.doc;
    if (run.length >= LEAST) at++;
    else if (at > 0 && (same(runs[at - 1]) || !same(runs[at + 1]))) {
      runs[at - 1]?.push(...run);
      runs.splice(at, 1);
    } else {
      runs[at + 1]?.unshift(...run);
      runs.splice(at, 1);
    }
  }
  return runs;
}

/** The author's heading of a part: the nearest, but not the title of the whole. */
function headingAbove({ headings }: Candidate): string | undefined {
  return headings.slice(1).at(-1);
}

/** The phrase that most of the sentences have. */
function commonest(
  picked: readonly Picked[],
  topic: ReadonlySet<string>,
  used: ReadonlySet<string>,
): { key: string; surface: string } | undefined {
  const counts = new Map<string, { surface: string; count: number }>();
  for (const { sentence } of picked)
    for (const { key, surface, length } of sentence.phrases)
      if (!used.has(key) && !key.split(" ").every((part) => topic.has(part)))
        counts.set(key, { surface: counts.get(key)?.surface ?? surface, count: (counts.get(key)?.count ?? 0) + 1 + length * 0.2 });
  const [first] = [...counts].sort((a, b) => b[1].count - a[1].count || (a[0] < b[0] ? -1 : 1));
  return first === undefined ? undefined : { key: first[0], surface: first[1].surface };
}
