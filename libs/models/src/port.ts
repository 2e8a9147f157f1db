import type { z } from "zod";

/** What an agent asks for by difficulty; configuration maps it to a model. */
export type Tier = "worker" | "specialist" | "orchestrator";

/** A named text that the answer must rest on. */
export type Passage = { readonly name: string; readonly text: string };

/** One request. `task`, `material` and `schema` alone must be enough: the local model reads nothing else. */
export type ModelRequest<T = unknown> = {
  readonly tier: Tier;
  /** The kind of work, e.g. `classify`; a name of `[a-z][a-z0-9_]{0,47}`. */
  readonly task: string;
  /** The text that a language model gets beside material and schema. */
  readonly prompt?: string;
  readonly system?: string;
  readonly material: readonly Passage[];
  /** Small structured parameters of the task, e.g. `{ topic: "…" }`. */
  readonly params?: Readonly<Record<string, unknown>>;
  readonly schema: z.ZodType<T>;
  readonly maxTokens?: number;
  /** `<run>-<n>`, the same over attempts and redeliveries. */
  readonly idempotencyKey?: string;
};

/** Tokens as the provider counted them. */
export type Usage = {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cacheReadTokens?: number;
  readonly cacheWriteTokens?: number;
};

export type ModelAnswer<T = unknown> = {
  readonly value: T;
  readonly model: string;
  readonly usage: Usage;
  /** Integer micro-dollars. */
  readonly costMicros: number;
};

/**
 * The models port. One call is one attempt: adapters never try again by themselves.
 * Throws `ModelError`; an aborted signal rejects with the signal's reason.
 */
export interface Models {
  call<T>(request: ModelRequest<T>, signal: AbortSignal): Promise<ModelAnswer<T>>;
}
