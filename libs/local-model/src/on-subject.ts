import { contentStems, otherNamesIn, withoutOtherNames } from "@armada/text";
import type { Candidate } from "./candidates.ts";

/** A document of which fewer sentences have a word of the topic, and whose title has none, speaks of it here and there. */
const SPEAKS = 0.5;

/**
 * Sentences that have to do with a topic: all of a document about it. Of one that speaks of it here and there (minutes, a diary), those with a
 * word of it or one that stands in what is said of it elsewhere; none on
 * another thing with a like name that the others do not know.
 */
export function onSubject(candidates: readonly Candidate[], topic: string): readonly Candidate[] {
  const wanted = new Set(contentStems(topic));
  const has = (text: string): boolean => contentStems(text).some((one) => wanted.has(one));
  const speaks = new Set(candidates.filter(({ text }) => has(withoutOtherNames(text, wanted))));
  const byDoc = new Map<number, Candidate[]>();
  for (const one of candidates) byDoc.set(one.doc, [...(byDoc.get(one.doc) ?? []), one]);
  const about = new Set(
    [...byDoc]
      .filter(
        ([, all]) =>
          has(withoutOtherNames(all[0]?.headings[0] ?? "", wanted)) || all.filter((one) => speaks.has(one)).length >= all.length * SPEAKS,
      )
      .map(([doc]) => doc),
  );
  if (about.size === 0) return candidates;
  const said = new Set(candidates.filter((one) => about.has(one.doc) || speaks.has(one)).flatMap(({ stems }) => stems));
  const known = candidates.filter((one) => about.has(one.doc)).flatMap(({ text }) => otherNamesIn(text, wanted));
  const isOfOther = ({ text }: Candidate): boolean => otherNamesIn(text, wanted).some((name) => !known.includes(name));
  const isHeaded = ({ headings }: Candidate): boolean => has(withoutOtherNames(headings.join(" / "), wanted));
  const joins = ({ stems }: Candidate): boolean => stems.some((one) => said.has(one) && !/^\d/u.test(one));
  return candidates.filter((one) => about.has(one.doc) || speaks.has(one) || (!isOfOther(one) && (isHeaded(one) || joins(one))));
}
