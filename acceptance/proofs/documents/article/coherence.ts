import type { Draw } from "../contradictions/contradiction-drawing.ts";
import type { Section } from "./article-page.ts";

/**
 * How well the sentences of a section follow each other, from 0 to 3: the sum of three parts, each from 0 to 1, each known from the
 * literature on ordering sentences. No part knows who wrote the section, or its documents.
 *
 * - *neighbours*: the mean overlap of content words of sentences side by side (Foltz, Kintsch and Landauer 1998; Lapata and Barzilay 2005);
 * - *general before special*: of all pairs, the share in which the earlier sentence shares at least as many words with the rest of its
 *   section as the later one does, and the opening is not the one with the most figures (topic first: Bollegala, Okazaki and Ishizuka 2010;
 *   figures as a mark of the special: Louis and Nenkova 2011);
 * - *time*: of all pairs of dated sentences, the share in which the earlier one is not later in time (Barzilay, Elhadad and McKeown 2002).
 *
 * A part that a section has no pair for is left out of it and its weight goes to the others.
 */
export function coherenceOf(sentences: readonly string[]): number {
  const bags = sentences.map(contentWords);
  const parts = [neighbours(bags), generalFirst(sentences, bags), inTime(sentences)].filter((part) => part !== undefined);
  return parts.length === 0 ? 0 : (3 * parts.reduce((sum, part) => sum + part, 0)) / parts.length;
}

/** The mean over sections of two sentences and more, weighed by their pairs of neighbours. */
export function articleCoherence(sections: readonly Pick<Section, "sentences">[]): number {
  const long = sections.map(({ sentences }) => sentences.map(({ text }) => text)).filter(({ length }) => length > 1);
  const weight = long.reduce((sum, { length }) => sum + length - 1, 0);
  return long.reduce((sum, texts) => sum + coherenceOf(texts) * (texts.length - 1), 0) / Math.max(1, weight);
}

/** The same sections, the sentences of each in drawn order. */
export function shuffledWithin<S extends { readonly sentences: readonly unknown[] }>(sections: readonly S[], draw: Draw): S[] {
  return sections.map((section) => ({ ...section, sentences: draw.some(section.sentences, section.sentences.length) }));
}

function neighbours(bags: readonly ReadonlySet<string>[]): number | undefined {
  const pairs = bags.slice(1).map((bag, at) => overlap(bags[at] ?? new Set(), bag));
  return mean(pairs);
}

function generalFirst(sentences: readonly string[], bags: readonly ReadonlySet<string>[]): number | undefined {
  const central = bags.map((bag, at) => mean(bags.flatMap((other, index) => (index === at ? [] : [overlap(bag, other)]))) ?? 0);
  const special = sentences.map((text) => (text.match(/\d+(?:[.,]\d+)*/gu) ?? []).length);
  const general = central.map((value, at) => value - 0.05 * (special[at] ?? 0));
  return shareOfPairs(general, (earlier, later) => earlier >= later);
}

function inTime(sentences: readonly string[]): number | undefined {
  const years = sentences.flatMap((text) => {
    const found = (text.match(/(?<![\d.,])(?:1[5-9]|20)\d\d(?![\d,]|\.\d)/gu) ?? []).map(Number);
    return found.length === 0 ? [] : [Math.min(...found)];
  });
  return shareOfPairs(years, (earlier, later) => earlier <= later);
}

function shareOfPairs(values: readonly number[], right: (earlier: number, later: number) => boolean): number | undefined {
  return mean(values.flatMap((earlier, at) => values.slice(at + 1).map((later) => (right(earlier, later) ? 1 : 0))));
}

/** Shared words over the words of the shorter sentence. */
function overlap(one: ReadonlySet<string>, two: ReadonlySet<string>): number {
  const shared = [...one].filter((word) => two.has(word)).length;
  return shared / Math.max(1, Math.min(one.size, two.size));
}

function mean(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0) / values.length;
}

const SMALL = new Set(
  "the a an and or but of in on at to for from by with as is are was were be been has have had it its this that these those he she they their there which who not no than into over about after before when while where all each more most one two".split(
    " ",
  ),
);

/** Words of three letters and more without endings: plural and tense make no other word. */
function contentWords(text: string): ReadonlySet<string> {
  const words = text.toLowerCase().match(/\p{L}{3,}/gu) ?? [];
  return new Set(words.filter((word) => !SMALL.has(word)).map((word) => word.replace(/(?:ies|es|ed|ing|s)$/u, "")));
}
