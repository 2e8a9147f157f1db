import type { About, Figure } from "../harness/proof.ts";
import { joined } from "./batch-joined.ts";
import { collected } from "./batch-restarts.ts";
import { offPeak } from "./batch-window.ts";

/** Joint requests, the provider's batches over restarts, and hours in which work may begin: each on a mesh of its own, side by side. */
export async function* run({ short, seed, say }: About): AsyncGenerator<Figure> {
  const parts = [joined(say), collected({ rounds: short ? 1 : 6, seed, say }), offPeak(say)];
  for (const figures of await Promise.all(parts)) yield* figures;
}
