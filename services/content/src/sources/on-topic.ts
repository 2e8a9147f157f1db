import { contentStems, titleOf, withoutOtherNames } from "armada-mesh/text";
import { tellingStems } from "./coverage.ts";
import type { Skipped, Source } from "./source.ts";

/**
 * Where no paragraph has a topic's telling words together: the share of them that a document must have, and how many of a hundred of its words they
 * must be. The fewer, the oftener.
 */
const SPEAKS_OF: readonly { readonly share: number; readonly inHundred: number }[] = [
  { share: 0.3, inHundred: 0.9 },
  { share: 0.2, inHundred: 3 },
];

/**
 * The documents that say something on a topic: a paragraph (or the title) has half of its telling words, two where it has two; or the document as
 * a whole speaks of them often. The others are left out and named. Where none is alone on a topic that they cover
 * together, all are.
 */
export function onTopic(topic: string, sources: readonly Source[]): { sources: readonly Source[]; skipped: Skipped[] } {
  const wanted = tellingStems(topic);
  const kept =
    wanted.length === 0
      ? sources
      : sources.filter((source) => saysOf(wanted, source) && !isOfAnotherMake(topic, source) && !isOfItsPlace(topic, source));
  if (kept.length === 0) return { sources, skipped: [] };
  const skipped = sources
    .filter((source) => !kept.includes(source))
    .map(({ name, text, called }) => ({
      file: name,
      why: `next to nothing in it is on the topic: it is ${JSON.stringify(called ?? titleOf(name, text))}`,
    }));
  return { sources: kept, skipped };
}

function saysOf(wanted: readonly string[], { text, called }: Source): boolean {
  const blocks = [called ?? "", ...text.split("\n\n")].map((block) => contentStems(block));
  const together = Math.max(...blocks.map((block) => wanted.filter((one) => block.includes(one)).length));
  if (together >= Math.max(Math.min(2, wanted.length), Math.ceil(wanted.length / 2))) return true;
  // Orran Fell says nothing of Lake Orran.
  const all = contentStems(withoutOtherNames([called ?? "", text].join("\n\n"), new Set(wanted)));
  const share = wanted.filter((one) => all.includes(one)).length / wanted.length;
  const density = (100 * all.filter((one) => wanted.includes(one)).length) / Math.max(1, all.length);
  return SPEAKS_OF.some((least) => share >= least.share && density >= least.inHundred);
}

/** What a topic is, and where or of whom: "the oyster nursery" and "Saltby Creek". */
const PLACED = /^(?<thing>.+?\p{Ll}) (?:at|in|near|on|of|to|from|by|beside|outside) (?:the )?(?<place>\p{Lu}[^,:]*)$/u;

/** Of the place only: the bowls club of Saltby has none of the words of its oyster nursery. Of a thing called by one word others may say another. */
function isOfItsPlace(topic: string, { text, called }: Source): boolean {
  const { thing = "", place = "" } = PLACED.exec(topic.trim())?.groups ?? {};
  const there = new Set(contentStems(place));
  const thingStems = tellingStems(thing).filter((one) => !there.has(one));
  const all = new Set(contentStems([called ?? "", text].join("\n\n")));
  return thingStems.length > 1 && [...there].some((one) => all.has(one)) && !thingStems.some((one) => all.has(one));
}

/** "HP-7", "A320", "Voyager 1": a name with a number. */
const NUMBERED = /(?<![\p{L}\p{N}-])(\p{Lu}{1,5}-?|\p{Lu}\p{Ll}+ )(\d{1,4}\p{Ll}?)(?![\p{L}\p{N}.,])/gu;

/** Of HP-9 only, where the topic is HP-7. */
function isOfAnotherMake(topic: string, { text, called }: Source): boolean {
  const named = (from: string) =>
    [...from.matchAll(NUMBERED)].map(([, name = "", number = ""]) => ({ name: name.trim().toLowerCase(), number }));
  const theirs = named([called ?? "", text].join("\n"));
  return named(topic).some(({ name, number }) => {
    const same = theirs.filter((one) => one.name === name);
    return same.length > 0 && same.every((one) => one.number !== number);
  });
}
