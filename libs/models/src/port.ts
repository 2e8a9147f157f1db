import type { Amount } from "@armada/contracts";
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

/** An answer that fits the schema of its request, and what it cost. */
export type ModelAnswer<T = unknown> = {
  readonly value: T;
  readonly model: string;
  /** Of the calls that were made for this answer; zero where it came from a cache. */
  readonly usage: Usage;
  /** Integer micro-dollars. */
  readonly costMicros: number;
  /** Set where the answer came from a cache: when it was made (ISO-8601), and what it cost then. */
  readonly cached?: { readonly at: string; readonly saved: Amount };
};

/** What is known of a call's bill when it is over. */
export type CallCost =
  | {
      readonly kind: "billed";
      readonly model: string;
      readonly usage: Usage;
      readonly amount: Amount;
      /** The day (ISO) since which the price holds that it was billed at. */
      readonly priced?: string;
    }
  /** Refused before the provider charged for it. */
  | { readonly kind: "free" }
  /** It may have been billed, and nobody said how much: it stands at its ceiling until it is reconciled. */
  | { readonly kind: "unknown"; readonly reason: string };

/** What a meter is asked for before a call is made. */
export type Drawing = {
  readonly tier: Tier;
  readonly model: string;
  /** What the call can cost at most. */
  readonly ceiling: Amount;
  /** Of a call that several attempts share: each draws its part under this id. */
  readonly call?: string;
  /** Of a call in the batch lane: the digest of what it asks. Its end may be known long after its attempt's. */
  readonly asked?: string;
};

/** How one attempt pays for the calls that it makes. */
export interface Meter {
  /**
   * Before the provider is asked: reserves the ceiling and resolves with the call's id once it is durable that this call
   * may be billed. Rejects with what forbids the call, which is then not made.
   */
  draw(about: Drawing): Promise<string>;
  /** Once for each draw, when its call is over. */
  settle(call: string, cost: CallCost): void;
}

/** A call of the batch lane that was drawn by an earlier attempt and has no end on record. */
export type EarlierCall = {
  readonly call: string;
  /** Milliseconds since 1970. */
  readonly drawnAt: number;
  /** The batch that it is in, where that is on record. */
  readonly batch?: string;
};

/** What is on record of calls in the batch lane: whoever comes after a restart goes on with them. */
export interface LaneNotes {
  /** The call that asked this (a digest as in `Drawing`); each is given out once. */
  earlier(asked: string): EarlierCall | undefined;
  /** Resolves once it is durable that the call is in this batch. */
  submitted(call: string, batch: string): Promise<void>;
}

/** How a call is to be made, beside what it asks. */
export type CallOptions = {
  /** Absent where nobody keeps accounts. */
  readonly meter?: Meter;
  /** The answer's text as it comes, piece by piece; what breaks off is never part of the answer. */
  readonly onText?: (piece: string) => void;
  /** An equal request's answer may serve for `ttlMs`, within `scope` only. */
  readonly cache?: {
    readonly ttlMs: number;
    readonly scope: "team" | "fleet";
    /** What else the answer depends on: the tools of who asks, in any form that JSON can say. */
    readonly tools?: readonly unknown[];
  };
  /** The call may wait `withinMs` for others of its kind, up to `max` in one request. */
  readonly batch?: { readonly max: number; readonly withinMs: number };
  /**
   * The answer may come within a day, at half the price, by the provider's batches. Made as any other call where the
   * provider has none, or nobody keeps accounts and notes.
   */
  readonly lane?: "batch";
  /** Of the attempt in the batch lane. */
  readonly notes?: LaneNotes;
  /** When the attempt ends, ms since 1970: a call whose turn would come in its second half is refused, not sent. */
  readonly deadline?: number;
};

/**
 * The models port. One call is one attempt: adapters never try again by themselves.
 * Throws `ModelError`; an aborted signal rejects with the signal's reason.
 */
export interface Models {
  call<T>(request: ModelRequest<T>, signal: AbortSignal, options?: CallOptions): Promise<ModelAnswer<T>>;
}
