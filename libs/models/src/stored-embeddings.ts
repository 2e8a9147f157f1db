import { createHash } from "node:crypto";
import type { Registers } from "@armada/event-sourcing";
import type { Embeddings } from "./embeddings.ts";
import { orAborted } from "./or-aborted.ts";
import type { Usage } from "./port.ts";

type Vector = readonly number[];

/**
 * Embeddings kept in `registers` by the digest of model and text, as 32-bit floats: a text is computed once, whoever asks and
 * however often, over restarts. Asked at the same time, one process computes it once; of several processes that ask in the same
 * moment for what none has stored, each may, and the first that stores it counts. Usage and cost are of what was computed.
 * Throws also what the registers throw on reading: what may be there is not paid again.
 */
export function storedEmbeddings(embeddings: Embeddings, registers: Pick<Registers, "get" | "put">): Embeddings {
  const { model } = embeddings;
  /** What this process looks up or computes now; undefined where that failed. */
  const pending = new Map<string, Promise<Vector | undefined>>();

  const embed: Embeddings["embed"] = async (texts, signal, options) => {
    signal.throwIfAborted();
    const keys = texts.map((text) => keyOf(model, text));
    const vectors = new Map<string, Vector>();
    const paid = { inputTokens: 0, costMicros: 0 };
    let left = new Map(keys.map((key, i) => [key, texts[i] ?? ""]));
    while (left.size > 0) {
      const mine = new Map([...left].filter(([key]) => !pending.has(key)));
      const waited = [...left.keys()].flatMap((key) => {
        const other = pending.get(key);
        return other === undefined ? [] : [other.then((vector) => [key, vector] as const)];
      });
      const { found, usage, costMicros } = await ours(mine, signal, options);
      paid.inputTokens += usage.inputTokens;
      paid.costMicros += costMicros;
      for (const [key, vector] of found) vectors.set(key, vector);
      for (const [key, vector] of waited.length === 0 ? [] : await orAborted(Promise.all(waited), signal))
        if (vector !== undefined) vectors.set(key, vector);
      left = new Map([...left].filter(([key]) => !vectors.has(key)));
    }
    const { costMicros, inputTokens } = paid;
    return { vectors: keys.map((key) => vectors.get(key) ?? []), model, usage: { inputTokens, outputTokens: 0 }, costMicros };
  };

  /** Looks them up and computes what is missing; others of this process wait for it meanwhile. */
  async function ours(
    texts: ReadonlyMap<string, string>,
    signal: AbortSignal,
    options: Parameters<Embeddings["embed"]>[2],
  ): Promise<{ found: ReadonlyMap<string, Vector>; usage: Usage; costMicros: number }> {
    const { promise, resolve } = Promise.withResolvers<ReadonlyMap<string, Vector>>();
    for (const key of texts.keys())
      pending.set(
        key,
        promise.then((found) => found.get(key)),
      );
    const found = new Map<string, Vector>();
    try {
      await Promise.all(
        [...texts.keys()].map(async (key) => {
          const stored = await orAborted(registers.get(key), signal);
          if (stored !== undefined) found.set(key, decoded(stored.value));
        }),
      );
      signal.throwIfAborted();
      const missing = [...texts].filter(([key]) => !found.has(key));
      if (missing.length === 0) return { found, usage: NOTHING, costMicros: 0 };
      const made = await embeddings.embed(
        missing.map(([, text]) => text),
        signal,
        options,
      );
      await Promise.all(missing.map(async ([key], i) => found.set(key, await stored(key, made.vectors[i] ?? []))));
      return { found, usage: made.usage, costMicros: made.costMicros };
    } finally {
      for (const key of texts.keys()) pending.delete(key);
      resolve(found);
    }
  }

  /** Stores it where nobody has; what is paid is not lost when the registers are. @returns the vector that stands there */
  async function stored(key: string, vector: Vector): Promise<Vector> {
    const value = encoded(vector);
    try {
      const revision = await registers.put(key, value, 0);
      const first = revision === undefined ? await registers.get(key) : undefined;
      return decoded(first?.value ?? value);
    } catch {
      return decoded(value);
    }
  }

  return { model, embed };
}

const NOTHING: Usage = { inputTokens: 0, outputTokens: 0 };

function keyOf(model: string, text: string): string {
  const digest = createHash("sha256")
    .update(JSON.stringify([model, text]))
    .digest("base64url");
  return `embedding-${digest}`;
}

/** 32-bit floats, little-endian, in base64. */
function encoded(vector: Vector): string {
  const bytes = Buffer.alloc(vector.length * 4);
  for (const [i, value] of vector.entries()) bytes.writeFloatLE(value, i * 4);
  return bytes.toString("base64");
}

function decoded(value: string): Vector {
  const bytes = Buffer.from(value, "base64");
  return Array.from({ length: bytes.length / 4 }, (_, i) => bytes.readFloatLE(i * 4));
}
