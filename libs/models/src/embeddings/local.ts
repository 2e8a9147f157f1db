import type { Embeddings } from "./port.ts";

const DIMENSIONS = 256;
/** Letters of a piece of a word: "vector" shares most of its pieces with "vectors". */
const PIECE = 4;

/**
 * Vectors without a model: words and pieces of words, hashed into 256 dimensions with a sign, the commoner in a text the
 * heavier by the root of their number, at unit length. Near are texts that share words, not those that mean the same.
 * Deterministic; a text without a letter or digit is the zero vector. Costs nothing.
 */
export const localEmbeddings: Embeddings = {
  model: "local-ngrams-256",
  embed(texts, signal) {
    if (signal.aborted) return Promise.reject(signal.reason);
    const vectors = texts.map(vectorOf);
    return Promise.resolve({ vectors, model: localEmbeddings.model, usage: { inputTokens: 0, outputTokens: 0 }, costMicros: 0 });
  },
};

function vectorOf(text: string): readonly number[] {
  const counts = new Map<string, number>();
  for (const feature of featuresOf(text)) counts.set(feature, (counts.get(feature) ?? 0) + 1);
  const vector = Array.from({ length: DIMENSIONS }, () => 0);
  for (const [feature, count] of counts) {
    const hashed = fnv1a(feature);
    const at = hashed % DIMENSIONS;
    // A whole word says more than a piece of one.
    const weight = Math.sqrt(count) * (feature.startsWith(WORD) ? 1 : 0.4);
    vector[at] = (vector[at] ?? 0) + (hashed >>> 31 === 0 ? weight : -weight);
  }
  const length = Math.hypot(...vector);
  return length === 0 ? vector : vector.map((value) => value / length);
}

const WORD = "w ";

function* featuresOf(text: string): Generator<string> {
  for (const [word] of text
    .normalize("NFKC")
    .toLowerCase()
    .matchAll(/[\p{L}\p{N}]+/gu)) {
    yield `${WORD}${word}`;
    const letters = Array.from(`<${word}>`);
    for (let i = 0; i + PIECE <= letters.length; i++) yield letters.slice(i, i + PIECE).join("");
  }
}

/** FNV-1a, 32 bits, over UTF-16 units, its bits mixed once more. Source: RFC draft-eastlake-fnv; the finisher is MurmurHash3's. */
function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
