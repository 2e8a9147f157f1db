import { createHash } from "node:crypto";
import { type Clock, orAborted, type Registers } from "@armada/event-sourcing";
import type { Embeddings } from "./port.ts";
import { embeddingShelf, type Shelf } from "./shelf.ts";

/** Texts that are computed, and stored, together: what fails later loses nothing of what was paid before. */
const TOGETHER = 256;
/** How often it is looked whether another has computed what is wanted. */
const LOOK_MS = 50;

/**
 * Embeddings kept in `registers` by the digest of model and text, as 32-bit floats: a text is computed once, whoever asks and
 * however often, at the same time or after a restart. Where who computes it fails, one of those that wait for it does; where
 * it dies, a minute later. Usage and cost are of what was computed here.
 * Throws also what the registers throw on reading: what may be there is not paid again.
 */
export function storedEmbeddings(
  embeddings: Embeddings,
  { registers, clock }: { readonly registers: Pick<Registers, "get" | "put">; readonly clock: Pick<Clock, "now" | "sleep"> },
): Embeddings {
  const { model } = embeddings;
  const shelf = embeddingShelf(registers, clock);

  const embed: Embeddings["embed"] = async (texts, signal, options) => {
    const keys = texts.map((text) => keyOf(model, text));
    const vectors = new Map<string, readonly number[]>();
    const left = new Map(keys.map((key, i) => [key, texts[i] ?? ""]));
    const paid = { inputTokens: 0, costMicros: 0 };
    const learn = (key: string, vector: readonly number[]): void => {
      vectors.set(key, vector);
      left.delete(key);
    };
    while (left.size > 0) {
      signal.throwIfAborted();
      const mine = await taken(shelf, [...left.keys()], signal, learn);
      if (mine.size === 0 && left.size > 0) await clock.sleep(LOOK_MS, signal);
      try {
        for (const some of inParts([...mine.keys()], TOGETHER)) {
          const wanted = some.map((key) => left.get(key) ?? "");
          const made = await embeddings.embed(wanted, signal, options);
          paid.inputTokens += made.usage.inputTokens;
          paid.costMicros += made.costMicros;
          await Promise.all(
            some.map(async (key, i) => {
              const vector = made.vectors[i] ?? [];
              // What is paid is not lost when the registers are.
              learn(key, await shelf.keep(key, mine.get(key) ?? 0, vector).catch(() => vector));
              mine.delete(key);
            }),
          );
        }
      } finally {
        await releaseAll(shelf, mine);
      }
    }
    const { costMicros, inputTokens } = paid;
    return { vectors: keys.map((key) => vectors.get(key) ?? []), model, usage: { inputTokens, outputTokens: 0 }, costMicros };
  };
  return { model, embed };
}

/** Learns what is stored. @returns the revisions of the places that are ours to compute */
async function taken(
  shelf: Shelf,
  keys: readonly string[],
  signal: AbortSignal,
  learn: (key: string, vector: readonly number[]) => void,
): Promise<Map<string, number>> {
  const mine = new Map<string, number>();
  const looking = Promise.allSettled(
    keys.map(async (key) => {
      const place = await shelf.take(key);
      if (place.kind === "stored") learn(key, place.vector);
      if (place.kind === "mine") mine.set(key, place.revision);
    }),
  );
  try {
    const looked = await orAborted(looking, signal);
    for (const one of looked) if (one.status === "rejected") throw one.reason;
    return mine;
  } catch (error) {
    void looking.then(() => releaseAll(shelf, mine));
    throw error;
  }
}

/** A place that is not given back is free when its lease ends. */
async function releaseAll(shelf: Shelf, places: ReadonlyMap<string, number>): Promise<void> {
  await Promise.allSettled([...places].map(([key, revision]) => shelf.release(key, revision)));
}

function* inParts<T>(all: readonly T[], size: number): Generator<readonly T[]> {
  for (let at = 0; at < all.length; at += size) yield all.slice(at, at + size);
}

function keyOf(model: string, text: string): string {
  const digest = createHash("sha256")
    .update(JSON.stringify([model, text]))
    .digest("base64url");
  return `embedding-${digest}`;
}
