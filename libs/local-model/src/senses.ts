import { stem } from "@armada/text";
import type { Candidate } from "./candidates.ts";

/**
 * Of the sentences that have a noun, those that mean one thing by it. Grey seals and the seal of a gearbox are told apart by the
 * words that stand with the noun (`grey seals`, `seal of the gearbox`), and where it stands alone, by what is said around it.
 */
export function oneSense(noun: string, holders: readonly Candidate[], topic: ReadonlySet<string>): Candidate[] {
  const groups = new Map<string, Candidate[]>();
  const bare: Candidate[] = [];
  for (const one of holders) {
    const with_ = modifiersOf(noun, one).filter((word) => !topic.has(word));
    if (with_.length === 0) bare.push(one);
    for (const word of with_) groups.set(word, [...(groups.get(word) ?? []), one]);
  }
  const sorted = [...groups].sort((a, b) => b[1].length - a[1].length || (a[0] < b[0] ? -1 : 1));
  const [main] = sorted;
  if (main === undefined) return related(bare, bare, noun, topic);
  if (main[1].length >= bare.length / 2) return related(main[1], [...main[1], ...bare], noun, topic);
  return related(bare, bare, noun, topic);
}

/** The word before the noun in its phrases, or what it is of. */
function modifiersOf(noun: string, one: Candidate): string[] {
  const before = one.phrases.flatMap(({ key }) => {
    const parts = key.split(" ");
    return parts.length > 1 && parts.at(-1) === noun ? (parts.at(-2) ?? []) : [];
  });
  const of = [...one.text.matchAll(/([\p{L}-]+) of (?:the|a|an|its|each|every) (?:[\p{L}-]+ )?([\p{L}-]+)/giu)].flatMap(
    ([, head = "", whole = ""]) => (stem(head.toLowerCase()) === noun ? stem(whole.toLowerCase()) : []),
  );
  return [...new Set([...before, ...of])];
}

/** Those of `core`'s documents, and of others that say something around the noun that is said there too. */
function related(core: readonly Candidate[], all: readonly Candidate[], noun: string, topic: ReadonlySet<string>): Candidate[] {
  const [first] = core;
  if (first === undefined) return [];
  const known = new Set<string>();
  const docs = new Set<number>();
  const take = (doc: number): void => {
    docs.add(doc);
    for (const one of all) if (one.doc === doc) for (const part of contextOf(one)) known.add(part);
  };
  const contextOf = (one: Candidate): string[] => one.stems.filter((part) => part !== noun && !topic.has(part) && !/^\d/u.test(part));
  const counts = new Map<number, number>();
  for (const { doc } of core) counts.set(doc, (counts.get(doc) ?? 0) + 1);
  const [start] = [...counts].sort((a, b) => b[1] - a[1] || a[0] - b[0]);
  take(start?.[0] ?? first.doc);
  for (let grew = true; grew; ) {
    grew = false;
    for (const one of all)
      if (!docs.has(one.doc) && contextOf(one).some((part) => known.has(part))) {
        take(one.doc);
        grew = true;
      }
  }
  return all.filter(({ doc }) => docs.has(doc));
}
