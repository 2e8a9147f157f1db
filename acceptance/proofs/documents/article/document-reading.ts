import { readDocument, splitSentences } from "@armada/text";
import { type Figure, none } from "../../harness/proof.ts";

/** A document's text as the product reads it, and the sentences of its paragraphs and items. */
export async function reading(path: string, raw: string): Promise<{ readonly text: string; readonly sentences: readonly string[] }> {
  const { text, blocks } = await readDocument({ path, bytes: new TextEncoder().encode(raw) });
  const sentences = blocks.flatMap((block) => (block.kind === "paragraph" || block.kind === "item" ? splitSentences(block.text) : []));
  return { text, sentences };
}

/** Each of `wanted` is among the sentences, as it stands. */
export function sentencesRead(sentences: readonly string[], wanted: readonly string[]): Figure {
  const missing = wanted.filter((sentence) => !sentences.includes(sentence));
  return none("sentences that were not read", missing.length === 0 ? [] : [...missing, `read: ${sentences.join(" / ")}`]);
}

export function notRead(text: string, unwanted: readonly string[]): Figure {
  return none(
    "read, and not the document's matter",
    unwanted.filter((words) => text.includes(words)),
  );
}
