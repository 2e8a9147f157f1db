import { readNumbers, splitSentences, words } from "armada-mesh/text";
import type { Skipped, Source } from "./source.ts";

/** So much of a document that stands word for word in another makes it a copy. */
const COPIED = 0.9;
/** Words of a sentence that nobody writes twice by chance. */
const LEAST_WORDS = 5;

/**
 * Documents without those that repeat another: a page and its mirror are one witness, not two that agree. Of two the one that says more stays, else
 * that whose name is the first. What differs in a figure is no copy.
 */
export function withoutCopies(sources: readonly Source[]): { sources: Source[]; skipped: Skipped[] } {
  const read = sources.map((source) => ({ source, sentences: sentencesOf(source.text) }));
  const kept: typeof read = [];
  const skipped: Skipped[] = [];
  for (const one of [...read].sort((a, b) => b.sentences.size - a.sentences.size || byName(a.source.name, b.source.name))) {
    const original = kept.find((other) => isCopy(one.sentences, other.sentences));
    if (original === undefined) kept.push(one);
    else skipped.push({ file: one.source.name, why: `it repeats ${original.source.name} word for word` });
  }
  const left = new Set(skipped.map(({ file }) => file));
  return { sources: sources.filter(({ name }) => !left.has(name)), skipped };
}

/** In the order of the alphabet, the ending aside: `council.md` before `council-again.md`. */
function byName(a: string, b: string): number {
  const [one, other] = [a, b].map((name) => name.replace(/\.[^.]*$/u, ""));
  if (one === other || one === undefined || other === undefined) return a < b ? -1 : 1;
  return one < other ? -1 : 1;
}

function isCopy(one: ReadonlySet<string>, other: ReadonlySet<string>): boolean {
  const own = [...one].filter((sentence) => !other.has(sentence));
  return one.size > 0 && own.length <= one.size * (1 - COPIED) && !own.some((sentence) => readNumbers(sentence).length > 0);
}

function sentencesOf(text: string): ReadonlySet<string> {
  const lines = text.split("\n").filter((line) => !/^(?:#{1,6}|`) /u.test(line));
  return new Set(
    lines
      .flatMap((line) => splitSentences(line.replace(/^[-|] /u, "")))
      .map((sentence) => words(sentence))
      .filter(({ length }) => length >= LEAST_WORDS)
      .map((all) => all.join(" ")),
  );
}
