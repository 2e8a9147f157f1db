import type { Meter, Usage } from "../port.ts";

/** Texts as vectors, and what that cost. */
export type Embedded = {
  /** One for each text, in its order; all of one length. */
  readonly vectors: readonly (readonly number[])[];
  readonly model: string;
  /** Of the calls that were made; zero for what was stored or made here. */
  readonly usage: Usage;
  /** Integer micro-dollars. */
  readonly costMicros: number;
};

/** Texts as points whose nearness is likeness of meaning. Throws `ModelError`; an aborted signal rejects with its reason. */
export interface Embeddings {
  /** Vectors of different models are never compared. */
  readonly model: string;
  embed(texts: readonly string[], signal: AbortSignal, options?: { readonly meter?: Meter }): Promise<Embedded>;
}
