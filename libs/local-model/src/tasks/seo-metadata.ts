import type { Tagger } from "@armada/text";
import { contentStems, FUNCTION_WORDS, nounPhrases, placeSentences, stem } from "@armada/text";
import { capital } from "./draft-article.ts";
import { type Task, textParam } from "./task.ts";

const TITLE = 60;
const DESCRIPTION = 155;

/**
 * `seo_metadata`: params `topic`; material: the article's plain text, its headings as `## ` lines.
 * Answers `{ title, description, keywords }`; the description is one of the article's sentences, whole or cut at a word.
 */
export const seoMetadata: Task = ({ material, params, tagger }) => {
  const topic = textParam(params, "topic").trim();
  const headings = material.flatMap(({ text }) => [...text.matchAll(/^## (.+)$/gmu)].flatMap((match) => match[1] ?? []));
  const sentences = material.flatMap((passage, doc) => placeSentences(passage, doc)).map(({ text }) => text);
  return {
    title: title(topic, headings, sentences.join(" ")),
    description: description(sentences, topic),
    keywords: keywords(sentences, topic, tagger),
  };
};

function title(topic: string, headings: readonly string[], text: string): string {
  const base = capital(topic);
  const said = new Set(contentStems(topic));
  // A heading that has all of the topic, or nothing else, says nothing beside it.
  const says = (heading: string): boolean => {
    const stems = contentStems(heading);
    return stems.some((one) => !said.has(one)) && ![...said].every((one) => stems.includes(one)) && !/[?:]/u.test(heading);
  };
  const [first, second] = headings.filter(says).map((heading) => inSentence(heading, text));
  // A short topic says too little by itself; a long one is a title already.
  const long =
    first === undefined || second === undefined || base.length > 30 || base.includes(":") ? base : `${base}: ${first} and ${second}`;
  return long.length <= TITLE ? long : cut(base, TITLE);
}

/** A heading as it stands inside a line: small, unless it begins with a name, which the text never writes small. */
function inSentence(heading: string, text: string): string {
  const small = heading.slice(0, 1).toLowerCase() + heading.slice(1);
  const first = /^\p{L}+/u.exec(small)?.[0] ?? "";
  if (FUNCTION_WORDS.has(first)) return small;
  return /^\p{Lu}\p{Ll}/u.test(heading) && new RegExp(`(?<!\\p{L})${first}(?!\\p{L})`, "u").test(text) ? small : heading;
}

function description(sentences: readonly string[], topic: string): string {
  const topicStems = new Set(contentStems(topic));
  const fits = sentences.filter((one) => one.length <= DESCRIPTION && one.length >= 50);
  const about = fits.find((one) => contentStems(one).some((part) => topicStems.has(part)));
  return about ?? fits[0] ?? cut(sentences[0] ?? "", DESCRIPTION);
}

/** Cut at a word, with the mark that says so. */
export function cut(text: string, most: number): string {
  if (text.length <= most) return text;
  return `${text.slice(0, most - 1).replace(/[\s,;:.–-]*\s\S*$/u, "")}…`;
}

function keywords(sentences: readonly string[], topic: string, tagger: Tagger): string[] {
  const counts = new Map<string, { surface: string; count: number }>();
  for (const sentence of sentences)
    for (const { key, surface, length } of nounPhrases(tagger(sentence))) {
      const entry = counts.get(key) ?? { surface: surface.toLowerCase(), count: 0 };
      entry.count += length > 1 ? 1.6 : 1;
      counts.set(key, entry);
    }
  const topicStems = new Set(topic.toLowerCase().split(/\s+/u).map(stem));
  const sorted = [...counts].map(([key, entry]) => ({ key, ...entry, own: key.split(" ").some((part) => topicStems.has(part)) }));
  sorted.sort((a, b) => b.count + (b.own ? 1 : 0) - a.count - (a.own ? 1 : 0) || (a.key < b.key ? -1 : 1));
  const chosen: typeof sorted = [];
  for (const one of sorted) {
    const parts = one.key.split(" ");
    if (chosen.every((other) => !other.key.split(" ").some((part) => parts.includes(part)))) chosen.push(one);
    if (chosen.length === 7) break;
  }
  return chosen.map(({ surface }) => surface);
}
