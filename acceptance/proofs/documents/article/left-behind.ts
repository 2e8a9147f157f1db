import { readFileSync } from "node:fs";

const leftBehind: { words: string[]; phrases: string[] } = JSON.parse(
  readFileSync(new URL("left-behind-words.json", import.meta.url), "utf8"),
);

/** Whether a sentence opens on a word for something said before it. The list is the judge's own. */
export function opensLeftBehind(sentence: string): boolean {
  const opening = sentence.toLowerCase().replace(/^[^\p{L}\p{N}]+/u, "");
  const first = /^\p{L}+/u.exec(opening)?.[0] ?? "";
  return leftBehind.words.includes(first) || leftBehind.phrases.some((phrase) => new RegExp(`^${phrase}(?!\\p{L})`, "u").test(opening));
}
