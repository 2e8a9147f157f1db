import type { Boundary } from "../prompt-cache/breakpoints.ts";
import type { BatchItem } from "../providers/batches.ts";

/**
 * Writing a beginning for an hour costs twice as much as reading it uncached, and each read a tenth: three uses pay. In a batch all
 * of it costs half. Source: platform.claude.com/docs/en/build-with-claude/prompt-caching, 2026-11, which also names the order here
 * as the cheapest: one request with the shared prefix, and when it has ended the rest.
 */
const PAYS = 3;

/** Items by the longest beginning that enough of them share; `boundaries` are the item's, from the shortest on. */
export function wavesOf(items: readonly { readonly item: BatchItem; readonly boundaries: readonly Boundary[] }[]): {
  first: BatchItem[];
  rest: BatchItem[];
} {
  const counts = new Map<string, number>();
  for (const { boundaries } of items) for (const { digest } of boundaries) counts.set(digest, (counts.get(digest) ?? 0) + 1);
  const written = new Set<string>();
  const waves: { first: BatchItem[]; rest: BatchItem[] } = { first: [], rest: [] };
  for (const { item, boundaries } of items) {
    const shared = boundaries.findLast(({ digest }) => (counts.get(digest) ?? 0) >= PAYS);
    if (shared === undefined) waves.first.push(item);
    else {
      waves[written.has(shared.digest) ? "rest" : "first"].push({ ...item, cacheAt: shared.at });
      written.add(shared.digest);
    }
  }
  return waves;
}
