import { contentStems, datesIn } from "@armada/text";
import type { Candidate } from "./candidates.ts";

/** Sentences of one section that are put in order one by one; more are few and are appended in their own order. */
const SWAPS = 400;

/** More than any two sentences have in common: a year before one that was told already. */
const BACK_IN_TIME = 1.5;

/**
 * Sentences in an order that reads: first what says most of the subject (stems) in general, then each beside what it shares words with, a document's
 * neighbours beside each other, and years ascending.
 */
export function inReadingOrder<T>(
  items: readonly T[],
  sentenceOf: (item: T) => Candidate,
  scores: ReadonlyMap<Candidate, number>,
  subject: string,
): T[] {
  const sentences = items.map((item) => ({ item, sentence: sentenceOf(item) }));
  const lead = [...sentences].sort(
    (a, b) => general(b.sentence, scores, subject) - general(a.sentence, scores, subject) || before(a.sentence, b.sentence),
  )[0];
  if (lead === undefined) return [];
  const order = [lead];
  const left = new Set(sentences.filter((one) => one !== lead));
  while (left.size > 0) {
    const last = order.at(-1) ?? lead;
    const next = [...left].sort(
      (a, b) => bond(last.sentence, b.sentence) - bond(last.sentence, a.sentence) || before(a.sentence, b.sentence),
    )[0];
    if (next === undefined) break;
    left.delete(next);
    order.push(next);
  }
  return improved(order).map(({ item }) => item);
}

/** Says what something is, of no one day, without an aside. */
function general(one: Candidate, scores: ReadonlyMap<Candidate, number>, subject: string): number {
  const opening = contentStems(one.text.split(/\s+/u).slice(0, 5).join(" "));
  const about = subject.split(" ").every((part) => opening.includes(part)) ? 0.6 : 0;
  const says = /^(?:\S+\s){1,7}?(?:is|are|was|were|consists?|has|have|lies|stands?)\s/u.test(one.text) ? 0.35 : 0;
  // "A lock is a basin with gates at both ends."
  const defines =
    about > 0 &&
    /^(?:an?|the)?\s?(?:\S+\s){1,4}?(?:is|are)\s(?:an?|one|the)\s/iu.test(one.text) &&
    !/^(?:in|on|at|of|for|from)\s/iu.test(one.text)
      ? 0.5
      : 0;
  return (
    (scores.get(one) ?? 0) +
    about +
    says +
    defines -
    (yearOf(one) === undefined ? 0 : 0.3) -
    (one.leans ? 1 : 0) +
    (one.inBlock === 0 ? 0.1 : 0)
  );
}

/** How well the second follows the first. */
function bond(first: Candidate, second: Candidate): number {
  const mine = new Set(first.stems);
  const shared = second.stems.filter((stem) => mine.has(stem)).length;
  const likeness = shared / Math.sqrt(Math.max(1, first.stems.length * second.stems.length));
  const neighbour = first.doc === second.doc && second.index > first.index ? (second.index - first.index === 1 ? 0.3 : 0.1) : 0;
  const [then, now] = [yearOf(first), yearOf(second)];
  const backwards = then !== undefined && now !== undefined && now < then ? 0.25 : 0;
  return likeness + neighbour - backwards - (second.leans && second.index - first.index !== 1 ? 0.3 : 0);
}

/** Moves one sentence at a time to where the whole reads better; the lead stays. */
function improved<T extends { readonly sentence: Candidate }>(order: readonly T[]): T[] {
  let best = [...order];
  let worth = worthOf(best);
  let tries = 0;
  for (let changed = true; changed && tries < SWAPS; ) {
    changed = false;
    for (let from = 1; from < best.length; from++)
      for (let to = 1; to < best.length; to++) {
        tries++;
        const moved = [...best];
        moved.splice(to, 0, ...moved.splice(from, 1));
        const value = worthOf(moved);
        if (value <= worth + 1e-9) continue;
        best = moved;
        worth = value;
        changed = true;
      }
  }
  return best;
}

/** The lead, which says what is so at all, may be of any year. */
function worthOf(order: readonly { readonly sentence: Candidate }[]): number {
  let latest: number | undefined;
  return order.slice(1).reduce((sum, one, i) => {
    const year = yearOf(one.sentence);
    const back = year !== undefined && latest !== undefined && year < latest ? BACK_IN_TIME : 0;
    latest = year === undefined ? latest : Math.max(year, latest ?? year);
    return sum + bond((order[i] ?? one).sentence, one.sentence) - back;
  }, 0);
}

/** The year that a sentence is about: the first that it names. */
export function yearOf({ text }: Candidate): number | undefined {
  return datesIn(text).find(({ year }) => year !== undefined)?.year;
}

function before(a: Candidate, b: Candidate): number {
  return a.doc - b.doc || a.index - b.index;
}
