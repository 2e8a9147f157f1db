import type { ApiRequest } from "../index.ts";

/** A sentence of a document, word for word as it stands there. */
export type Found = { readonly file: string; readonly text: string; readonly words: ReadonlySet<string> };

/** Openings that point at a sentence before them. */
const LEFT_BEHIND =
  /^(?:it|its|this|that|these|those|they|their|them|he|she|his|her|we|our|i|you|such|so|then|thus|therefore|hence|however|but|and|or|yet|nor|still|also|too|instead|another|other|others|both|either|neither|here|there|later|earlier|meanwhile|moreover|furthermore|nevertheless|nonetheless|otherwise|afterwards|consequently|conversely|similarly|likewise|finally|again|one|some|most|many|all|each|even|only|because|e\.g\.|for example|for instance|in contrast|in addition|as a result|by contrast|on the other hand|as such|at that|at this|at the same)\b/i;

/** Sentences of running text that can stand alone, in the order of files and lines. */
export function sentencesOf({ material }: ApiRequest): Found[] {
  return material.flatMap(({ name, text }) =>
    text
      .split(/\n+/)
      .filter((line) => /^\p{L}/u.test(line.trim()))
      .flatMap((line) => line.split(/(?<=[a-z0-9)%][.])\s+(?=\p{Lu})/u))
      .map((sentence) => sentence.trim())
      .filter(standsAlone)
      .map((sentence) => ({ file: name, text: sentence, words: wordsOf(sentence) })),
  );
}

function standsAlone(sentence: string): boolean {
  const length = sentence.split(/\s+/).length;
  if (length < 9 || length > 34 || !/^\p{Lu}.*\.$/u.test(sentence)) return false;
  return !LEFT_BEHIND.test(sentence) && !/["“”?|*_`[\]{}<>]|https?:/.test(sentence);
}

export function wordsOf(text: string): Set<string> {
  return new Set(text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []);
}

/** Jaccard of two sets of words. */
export function alike(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  const shared = [...a].filter((word) => b.has(word)).length;
  return shared / Math.max(1, a.size + b.size - shared);
}

/** Lower-case words of substance that the most documents use, the topic's own left out. */
export function themes(found: readonly Found[], topic: string, most: number): string[] {
  const files = new Map<string, Set<string>>();
  const counts = new Map<string, number>();
  for (const { file, text } of found)
    for (const [word] of text.matchAll(/(?<![\p{L}\p{N}-])\p{Ll}{5,}(?![\p{L}\p{N}-])/gu)) {
      if (COMMON.has(word) || /(?:ed|ing|ly)$/.test(word) || topic.toLowerCase().includes(word.replace(/s$/, ""))) continue;
      files.set(word, (files.get(word) ?? new Set()).add(file));
      counts.set(word, (counts.get(word) ?? 0) + 1);
    }
  return [...files]
    .filter(([, where]) => where.size >= 2)
    .sort(([a, x], [b, y]) => y.size - x.size || (counts.get(b) ?? 0) - (counts.get(a) ?? 0) || (a < b ? -1 : 1))
    .slice(0, most)
    .map(([word]) => word);
}

const COMMON = new Set(
  "about above after again against almost along already among around because become before being below between beyond could during either every first found great having large later least little longer makes might never often other others people rather right since small still their there these things think those three through today under until using usually water where which while whole within without would years about single several second third number enough whether across cannot should itself themselves".split(
    " ",
  ),
);
