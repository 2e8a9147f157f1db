import type { Candidate } from "./candidates.ts";

/**
 * A heading as a person would write it, in words of the section's own sentences: `Sleeping cars and dining car` where one noun has
 * two kinds, `The storage tank` where the sentences speak of one thing, `Passengers` where they speak of many.
 */
export function headingOf(surface: string, key: string, sentences: readonly Candidate[]): string {
  if (key.includes(" ")) return withArticle(surface, sentences);
  const kinds = new Map<string, { readonly surface: string; count: number }>();
  for (const { phrases } of sentences)
    for (const phrase of phrases) {
      if (phrase.length !== 2 || !phrase.key.endsWith(` ${key}`)) continue;
      kinds.set(phrase.key, { surface: kinds.get(phrase.key)?.surface ?? phrase.surface, count: (kinds.get(phrase.key)?.count ?? 0) + 1 });
    }
  const [first, second] = [...kinds]
    .filter(([, { count }]) => count >= 2)
    .sort((a, b) => b[1].count - a[1].count || (a[0] < b[0] ? -1 : 1));
  if (first !== undefined && second !== undefined) return `${first[1].surface} and ${second[1].surface}`;
  if (first !== undefined && first[1].count >= sentences.length / 2) return withArticle(first[1].surface, sentences);
  return withArticle(surface, sentences);
}

/** With the article where the sentences speak of it as the one that is known. */
function withArticle(surface: string, sentences: readonly Candidate[]): string {
  const pattern = (before: string): RegExp =>
    new RegExp(`\\b${before}${surface.replaceAll(/[^\p{L}\p{N} ]/gu, ".")}\\b(?! \\p{L}+s\\b)`, "iu");
  const all = sentences.filter(({ text }) => pattern("").test(text)).length;
  const known = sentences.filter(({ text }) => pattern("the ").test(text)).length;
  const many = /[^s]s$/u.test(surface);
  return !many && known > 0 && known >= all / 2 ? `the ${surface}` : surface;
}
