import { z } from "zod";

const Share = z.number().min(0).max(1).optional();

/** What can go wrong, as shares of the requests, from 0 to 1; together at most 1. */
export const FaultRates = z.strictObject({
  seed: z.number().int().optional(),
  /** 429 with `retry-after`; not billed. */
  rateLimited: Share,
  /** 529, on the OpenAI routes 503; not billed. */
  overloaded: Share,
  /** Billed, then silence until the client goes or `holdMs` is over. */
  timeout: Share,
  /** Billed, and the connection is cut in the middle of the answer. */
  brokenStream: Share,
  /** Billed, and the answer ends in the middle of its JSON. */
  truncatedJson: Share,
  /** Of the items of Message Batches: ended with an error, not billed. Drawn apart from the requests. */
  batchErrored: Share,
  /** Of the items of Message Batches: ended unprocessed, not billed. */
  batchExpired: Share,
  /** Seconds, in the header `retry-after`; 1 unless said. */
  retryAfter: z.number().nonnegative().optional(),
  /** Milliseconds; 60,000 unless said. */
  holdMs: z.number().nonnegative().optional(),
});
export type FaultRates = Readonly<z.infer<typeof FaultRates>>;

export const faultKinds = ["rateLimited", "overloaded", "timeout", "brokenStream", "truncatedJson"] as const;
export type Fault = (typeof faultKinds)[number];
const batchFaultKinds = ["batchErrored", "batchExpired"] as const;
export type BatchFault = (typeof batchFaultKinds)[number];

export type Faults = {
  /** Draws the fate of the next request, in order of arrival. */
  next(): Fault | undefined;
  /** Draws the fate of the next item of a batch. */
  nextItem(): BatchFault | undefined;
  /** Other shares from now on; with a seed the draws begin anew, and what was given stays counted. */
  set(rates: FaultRates): void;
  readonly given: Readonly<Record<Fault | BatchFault, number>>;
  readonly retryAfter: number;
  readonly holdMs: number;
};

export function drawFaults(first: FaultRates = {}): Faults {
  let rates = first;
  let requests = mulberry32(rates.seed ?? 1);
  let items = mulberry32((rates.seed ?? 1) + 1);
  const given: Record<Fault | BatchFault, number> = {
    rateLimited: 0,
    overloaded: 0,
    timeout: 0,
    brokenStream: 0,
    truncatedJson: 0,
    batchErrored: 0,
    batchExpired: 0,
  };
  const draw = <K extends Fault | BatchFault>(kinds: readonly K[], drawn: number): K | undefined => {
    let left = drawn;
    for (const kind of kinds) {
      left -= rates[kind] ?? 0;
      if (left >= 0) continue;
      given[kind] += 1;
      return kind;
    }
    return undefined;
  };
  return {
    next: () => draw(faultKinds, requests()),
    nextItem: () => draw(batchFaultKinds, items()),
    set(next) {
      rates = next;
      if (next.seed === undefined) return;
      requests = mulberry32(next.seed);
      items = mulberry32(next.seed + 1);
    },
    given,
    get retryAfter() {
      return rates.retryAfter ?? 1;
    },
    get holdMs() {
      return rates.holdMs ?? 60_000;
    },
  };
}

/** Source: Tommy Ettinger's mulberry32, public domain. */
export function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}
