import { Refusal } from "armada-mesh/contracts";
import { contentStems, opensLeftBehind, ordinaryWords, titleOf, withoutOtherNames, words } from "armada-mesh/text";
import type { Citation, Contradiction } from "../contract.ts";
import type { Checked, CheckedArticle, Draft } from "../page/draft.ts";
import type { Skipped, Source } from "../sources/source.ts";
import { atTheirWord } from "../sources/taken-back.ts";
import { findContradictions } from "./contradictions/contradictions.ts";
import { checkClaim } from "./fact-check.ts";
import { figuresOf } from "./figures.ts";
import { leftOut } from "./left-out.ts";
import { unanswered } from "./questions.ts";
import { statesTheSame } from "./same-statement.ts";
import { sourceTables } from "./source-tables.ts";
import { type Ground, groundOf, isGrounded } from "./surface-check.ts";

/**
 * A draft as it may be published: claims with the sources that carry them, the others marked, and nothing unsourced up front.
 * @throws Refusal `NOTHING_TO_SAY`: no document carries any of it
 */
export function checkArticle(
  draft: Draft,
  topic: string,
  questions: readonly string[],
  sources: readonly Source[],
  skipped: readonly Skipped[],
): CheckedArticle {
  const byName = new Map(sources.map((source) => [source.name, source]));
  const isOrdinary = ordinaryWords(sources.map(({ text }) => text));
  const check = (claim: Draft["standfirst"][number]) => checkClaim(claim, byName, isOrdinary);
  const contradictions = findContradictions(atTheirWord(sources));
  const lead = undisputed(draft.standfirst.map(check), contradictions);
  const checked = draft.sections
    .map(({ heading, sentences }) => ({ heading, sentences: sentences.map(check) }))
    .map((section) => pruned(section, sources.length, (sentences) => undisputed(sentences, contradictions)))
    .map((section) => pruned(section, sources.length, (sentences) => sentences.filter(({ text }) => !opensLeftBehind(text))));
  // A lead that no source carries is still shown, marked, but not up front.
  const stray = lead.filter(({ sources: carriers }) => carriers.length === 0);
  const first = checked[0];
  const sections =
    first === undefined
      ? stray.length === 0
        ? []
        : [{ heading: "Claims without a source", sentences: stray }]
      : [{ ...first, sentences: [...stray, ...first.sentences] }, ...checked.slice(1)];
  const all = [...lead, ...checked.flatMap(({ sentences }) => sentences)];
  const carried = all.filter((one) => one.sources.length > 0);
  if (carried.length === 0)
    throw new Refusal("NOTHING_TO_SAY", `no sentence of the draft on ${JSON.stringify(topic)} is carried by a document`, {
      hint: "give documents that say something about the topic in whole sentences",
      details: { documents: sources.map(({ name }) => name), unsourced: all.map(({ text }) => text) },
    });
  const unsourced = all.filter((one) => one.sources.length === 0).map(({ text }) => text);
  const ground = groundOf(
    carried.flatMap((one) => [one.text, ...one.sources.map(({ quote }) => quote)]),
    "",
    unsourced,
  );
  const tables = sourceTables(topic, sources);
  const left = leftOut(topic, sources, [
    ...carried.flatMap(said),
    ...contradictions.flatMap(({ places }) => places),
    ...tables.flatMap(({ file, rows = [] }) => rows.flat().map((quote) => ({ file, quote }))),
  ]);
  const headings = sources.flatMap(({ text }) =>
    [...text.matchAll(/^#{1,6} (.+)$/gmu)].map(([, heading = ""]) => ` ${heading.toLowerCase()}`),
  );
  // A heading of a source, without its number there ("Panel 2: The work").
  const isTheirs = (heading: string) => headings.some((one) => one.endsWith(` ${heading.toLowerCase()}`));
  const taken = new Set(
    [...carried.flatMap((one) => one.sources), ...contradictions.flatMap(({ places }) => places), ...left, ...tables].map(
      ({ file }) => file,
    ),
  );
  return {
    title: titleOfArticle(
      draft,
      topic,
      ground,
      groundOf(
        sources.map(({ text }) => text),
        "",
        unsourced,
      ),
    ),
    standfirst: standfirst(lead, sections, topic),
    sections: sections.map(({ heading, sentences }, i) => ({
      heading: isGrounded(heading, ground) || isTheirs(heading) ? heading : (mostSaid(sentences) ?? `Part ${i + 1}`),
      sentences,
    })),
    unsourced,
    contradictions,
    figures: figuresOf(carried),
    tables,
    unanswered: unanswered(questions, sources),
    sources: sources.map(({ name, text }) => ({ file: name, title: titleOf(name, text) })),
    skipped: [
      ...skipped,
      ...sources
        .filter(({ name }) => !taken.has(name))
        .map(({ name }) => ({ file: name, why: "no statement on the topic was found in it" })),
    ],
    leftOut: left,
    extractive: all.every(({ text, sources: [source] }) => source !== undefined && isOwnWords(text, source.quote)),
  };
}

/** Of the quotes that carry a sentence the first, and those that say no more than it. */
function said({ text, sources: [first, ...others] }: Checked): Citation[] {
  return first === undefined ? [] : [first, ...others.filter(({ quote }) => statesTheSame(quote, text))];
}

/** The draft's title, else the topic as the brief has it, else a heading, else a source's title: the first that says nothing unsourced. */
function titleOfArticle(draft: Draft, topic: string, carried: Ground, documents: Ground): string {
  if (isGrounded(draft.title, carried)) return draft.title;
  if (isGrounded(topic, documents)) return topic;
  return draft.sections.map(({ heading }) => heading).find((heading) => isGrounded(heading, carried)) ?? "Article";
}

/**
 * What the sources disagree on stands in its own table, and a sentence that opens on something left behind says little: a
 * section gives them up as long as it stays whole without.
 */
function pruned({ heading, sentences }: Section, documents: number, keep: (sentences: readonly Checked[]) => Checked[]): Section {
  const kept = keep(sentences);
  const files = new Set(kept.flatMap(({ sources }) => sources.map(({ file }) => file)));
  return { heading, sentences: kept.length >= 3 && files.size >= Math.min(2, documents) ? kept : sentences };
}

function undisputed(sentences: readonly Checked[], contradictions: readonly Contradiction[]): Checked[] {
  const disputed = new Set(contradictions.flatMap(({ places }) => places.map(({ quote }) => quote)));
  return sentences.filter(
    ({ sources }) => !sources.some(({ quote }) => [...disputed].some((one) => one.includes(quote) || quote.includes(one))),
  );
}

/** What most of a section's sourced sentences speak of, for a heading that no source carries. */
function mostSaid(sentences: readonly Checked[]): string | undefined {
  const counts = new Map<string, { readonly word: string; count: number }>();
  for (const { text, sources } of sentences) {
    if (sources.length === 0) continue;
    const seen = new Set<string>();
    for (const word of words(text)) {
      const [one] = contentStems(word);
      if (one === undefined || !/^\p{Ll}{4,}$/u.test(word) || seen.has(one)) continue;
      seen.add(one);
      counts.set(one, { word: counts.get(one)?.word ?? word, count: (counts.get(one)?.count ?? 0) + 1 });
    }
  }
  const [first] = [...counts.values()].sort((a, b) => b.count - a.count || (a.word < b.word ? -1 : 1));
  return first === undefined || first.count < 2 ? undefined : first.word.slice(0, 1).toUpperCase() + first.word.slice(1);
}

type Section = { heading: string; sentences: Checked[] };

/** Carried leads; where there are none, the first carried sentence that opens on the topic moves up from its section, else the first. */
function standfirst(lead: readonly Checked[], sections: readonly Section[], topic: string): Checked[] {
  const carried = lead.filter(({ sources }) => sources.length > 0);
  if (carried.length > 0) return carried;
  const wanted = new Set(contentStems(topic));
  const opens = ({ text }: Checked) =>
    contentStems(withoutOtherNames(text.split(/\s+/u).slice(0, 6).join(" "), wanted)).some((one) => wanted.has(one));
  for (const fits of [opens, () => true])
    for (const section of sections) {
      const index = section.sentences.findIndex((one) => one.sources.length > 0 && fits(one));
      if (index >= 0 && section.sentences.length > 1) return section.sentences.splice(index, 1);
    }
  return [];
}

/** All words of the text stand in the quote in that order. */
function isOwnWords(text: string, quote: string): boolean {
  const theirs: string[] = quote.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  let at = 0;
  for (const word of text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []) {
    at = theirs.indexOf(word, at) + 1;
    if (at === 0) return false;
  }
  return true;
}
