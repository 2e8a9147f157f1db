import type { Clock, Registers } from "@armada/event-sourcing";

type Vector = readonly number[];

/** A text's place: its vector, the right to compute it (until the lease ends), or another's right. */
export type Place =
  | { readonly kind: "stored"; readonly vector: Vector }
  | { readonly kind: "mine"; readonly revision: number }
  | { readonly kind: "others" };

/** Where vectors are kept, over all replicas. Throws what the registers throw. */
export type Shelf = {
  take(key: string): Promise<Place>;
  /** @returns the vector that stands there: ours, or that of who took the place when our lease had ended */
  keep(key: string, revision: number, vector: Vector): Promise<Vector>;
  /** Another may take the place at once. */
  release(key: string, revision: number): Promise<void>;
};

/** How long a place is held for who computes it; a process that dies keeps others waiting as long. */
const LEASE_MS = 60_000;
const CLAIM = /^until (\d+)$/;

/** A register holds a vector as 32-bit floats in base64, or `until TIME` while one computes it. */
export function embeddingShelf(registers: Pick<Registers, "get" | "put">, clock: Pick<Clock, "now">): Shelf {
  return {
    async take(key) {
      const there = await registers.get(key);
      const until = Number(CLAIM.exec(there?.value ?? "until 0")?.[1] ?? Number.NaN);
      if (there !== undefined && Number.isNaN(until)) return { kind: "stored", vector: decoded(there.value) };
      if (until > clock.now()) return { kind: "others" };
      const revision = await registers.put(key, `until ${clock.now() + LEASE_MS}`, there?.revision ?? 0);
      return revision === undefined ? { kind: "others" } : { kind: "mine", revision };
    },
    async keep(key, revision, vector) {
      const value = encoded(vector);
      if ((await registers.put(key, value, revision)) !== undefined) return decoded(value);
      const there = await registers.get(key);
      return decoded(there === undefined || CLAIM.test(there.value) ? value : there.value);
    },
    async release(key, revision) {
      await registers.put(key, "until 0", revision);
    },
  };
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
