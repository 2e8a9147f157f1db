import type { ModelError } from "../errors.ts";
import type { CallCost, Drawing, ModelAnswer, ModelRequest } from "../port.ts";

/**
 * A request to be answered within a day; `call` is the id that its draw gave. `cacheAt`, as `inWaves` gave it: where the beginning
 * ends that the provider's cache keeps for an hour.
 */
export type BatchItem = { readonly call: string; readonly request: ModelRequest; readonly cacheAt?: "system" | number };

/**
 * `refused`: nothing was accepted, nothing is billed. `unanswered`: it may have been accepted; `recent` finds it then, and
 * its items stay drawn until that is known.
 */
export type Submitted =
  | { readonly kind: "submitted"; readonly batch: string }
  | { readonly kind: "refused"; readonly error: ModelError }
  | { readonly kind: "unanswered"; readonly error: ModelError };

/** One item's end: a bad one fails alone. `cost` is at the price of a batch; what got no answer is free. */
export type BatchOutcome = { readonly call: string; readonly cost: CallCost } & (
  | { readonly answer: ModelAnswer }
  | { readonly error: ModelError }
);

/** A batch as its provider lists it: whether it has ended, and of how many requests it is. */
export type RecentBatch = {
  readonly batch: string;
  /** Milliseconds since 1970, by the provider's clock. */
  readonly createdAt: number;
  readonly ended: boolean;
  readonly items: number;
};

/**
 * A provider's batches: half the price, an answer within 24 hours. Nothing is kept here: who submits writes down the batch,
 * and may poll and read results from any process, as often as wanted, for 29 days. But for `submit`, methods throw `ModelError`;
 * an aborted signal rejects with its reason.
 */
export interface ProviderBatches {
  /** What to draw for a request before it is submitted: its ceiling at the price of a batch. */
  drawing(request: ModelRequest): Promise<Drawing>;
  /**
   * In which order to submit what begins alike: of each beginning that comes three times or more one item `first`, which writes it
   * into the provider's cache, and once that batch has ended the others, `rest`, which read it for a tenth. Requests of a batch do
   * not wait for one another, so that in one each would write it. What has nothing to share is in `first`.
   * Absent where a provider has no such cache.
   */
  inWaves?(items: readonly BatchItem[]): Promise<{ readonly first: readonly BatchItem[]; readonly rest: readonly BatchItem[] }>;
  submit(items: readonly BatchItem[], signal: AbortSignal): Promise<Submitted>;
  poll(batch: string, signal: AbortSignal): Promise<"in_progress" | "ended" | "missing">;
  /** Of an ended batch, in any order; items that `requestOf` does not know are another's and left out. */
  results(batch: string, requestOf: (call: string) => ModelRequest | undefined, signal: AbortSignal): AsyncIterable<BatchOutcome>;
  /** Those created at `since` (milliseconds since 1970) or later, newest first. */
  recent(since: number, signal: AbortSignal): Promise<readonly RecentBatch[]>;
}
