import type { ApiRequest, ApiScript } from "../index.ts";
import { paraphrase } from "./paraphrase.ts";
import { alike, type Found, sentencesOf, themes, wordsOf } from "./passages.ts";

export type Claim = { text: string; file: string; quote: string };
export type Draft = { title: string; standfirst: Claim[]; sections: { heading: string; sentences: Claim[] }[] };

const WORDS = 720;
const ALIKE = 0.5;
const SECTIONS = 4;
/** Words of a section of what is left. */
const ROOM = 130;

/** Answers the tasks of the content and marketing teams as a model would that puts into other words what the material says. */
export const script: ApiScript = (task, request) => {
  switch (task) {
    case "draft_article":
      return draftArticle(request);
    case "edit_article":
      return JSON.parse(request.material[0]?.text ?? "{}");
    case "seo_metadata":
      return metadata(request);
    case "write_post":
      return { text: post(request) };
    case "summarize":
      return summary(request);
    default:
      throw new Error(`this script has no answer for the task ${JSON.stringify(task)}`);
  }
};

export function draftArticle(request: ApiRequest): Draft {
  const topic = textOf(request.params.topic);
  const about = wordsOf(topic);
  const found = sentencesOf(request);
  const taken: Found[] = [];
  const take = (one: Found): Claim => {
    taken.push(one);
    return { text: paraphrase(one.text), file: one.file, quote: one.text };
  };
  const fresh = (one: Found): boolean => taken.every((other) => alike(other.words, one.words) <= ALIKE);
  const lead = found.find((one) => [...about].some((word) => one.words.has(word))) ?? found[0];
  const standfirst = lead === undefined ? [] : [take(lead)];

  const budget = Math.min(WORDS, found.reduce((sum, one) => sum + one.words.size, 0) * 0.6);
  const count = Math.min(SECTIONS, Math.max(1, Math.floor(budget / 120)));
  const room = budget / count;
  const sections = themes(found, topic, 12).flatMap((theme) => {
    const sentences: Claim[] = [];
    let words = 0;
    for (const one of inTurn(found.filter((one) => one.words.has(theme)))) {
      if (words >= room || !fresh(one)) continue;
      sentences.push(take(one));
      words += one.text.split(/\s+/).length;
    }
    if (new Set(sentences.map(({ file }) => file)).size >= 2 && sentences.length >= 3) return [{ heading: capital(theme), sentences }];
    taken.splice(taken.length - sentences.length);
    return [];
  });
  const chosen = sections.slice(0, count + 1);
  const words = (one: Draft["sections"][number]): number => one.sentences.reduce((sum, { text }) => sum + text.split(/\s+/).length, 0);
  // Few documents share few words: what is left of them is told as well, a file's sentence after another's, up to the length asked for.
  let left = Math.min(WORDS, enough(found)) - chosen.reduce((sum, one) => sum + words(one), 0);
  const rest = inTurn(found).filter(fresh);
  while (left > 0 && rest.length >= 3) {
    const sentences: Claim[] = [];
    for (let room = ROOM; room > 0 && rest.length > 0; ) {
      const one = rest.shift();
      if (one === undefined || !fresh(one)) continue;
      sentences.push(take(one));
      room -= one.text.split(/\s+/).length;
    }
    if (new Set(sentences.map(({ file }) => file)).size < 2 || sentences.length < 3) break;
    const own = found.filter(({ text }) => sentences.some(({ quote }) => quote === text));
    const free = (theme: string): boolean => chosen.every(({ heading }) => heading !== capital(theme));
    const more = { heading: capital(themes(own, topic, 12).find(free) ?? `more of it ${chosen.length}`), sentences };
    chosen.push(more);
    left -= words(more);
  }
  return { title: capital(topic), standfirst, sections: chosen };
}

/** Words of an article that leaves a fifth of what there is unsaid. */
function enough(found: readonly Found[]): number {
  return found.reduce((sum, { text }) => sum + text.split(/\s+/).length, 0) * 0.8;
}

/** One sentence of each file, then the next of each. */
function inTurn(found: readonly Found[]): Found[] {
  const queues = [...Map.groupBy(found, ({ file }) => file).values()];
  const longest = Math.max(0, ...queues.map((queue) => queue.length));
  return Array.from({ length: longest }, (_, i) => queues.flatMap((queue) => queue[i] ?? [])).flat();
}

function metadata(request: ApiRequest): { title: string; description: string; keywords: string[] } {
  const found = sentencesOf(request);
  const topic = textOf(request.params.topic);
  const description = found.find(({ text }) => text.length <= 155)?.text ?? capital(topic);
  const counts = new Map<string, number>();
  for (const { text } of found) for (const [word] of text.matchAll(/\b\p{Ll}{6,}\b/gu)) counts.set(word, (counts.get(word) ?? 0) + 1);
  const keywords = [...counts].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1)).slice(0, 6);
  return { title: capital(topic).slice(0, 60), description, keywords: keywords.map(([word]) => word) };
}

function post({ material, params }: ApiRequest): string {
  const most = typeof params.most === "number" ? params.most : 280;
  const title = textOf(params.title);
  const head = params.channel === "email" ? `Subject: ${title}\n\n` : `${title}\n`;
  const lines = material.flatMap(({ text }) => text.split("\n")).filter((line) => line.trim() !== "");
  const body = lines.map(paraphrase).find((line) => head.length + line.length <= most);
  return `${head}${body ?? ""}`.slice(0, most);
}

function summary(request: ApiRequest): { text: string; sentences: Claim[] } {
  const sentences = sentencesOf(request).slice(0, 3);
  const claims = sentences.map(({ file, text }) => ({ text: paraphrase(text), file, quote: text }));
  return { text: claims.map(({ text }) => text).join(" "), sentences: claims };
}

const textOf = (value: unknown): string => (typeof value === "string" ? value : "");
const capital = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1);
