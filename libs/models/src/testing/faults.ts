/** What can go wrong, as shares of the requests, from 0 to 1; together at most 1. */
export type FaultRates = {
  readonly seed?: number | undefined;
  /** 429 with `retry-after`; not billed. */
  readonly rateLimited?: number | undefined;
  /** 529; not billed. */
  readonly overloaded?: number | undefined;
  /** Billed, then silence until the client goes or `holdMs` is over. */
  readonly timeout?: number | undefined;
  /** Billed, and the connection is cut in the middle of the answer. */
  readonly brokenStream?: number | undefined;
  /** Billed, and the answer ends in the middle of its JSON. */
  readonly truncatedJson?: number | undefined;
  /** Seconds, in the header `retry-after`; 1 unless said. */
  readonly retryAfter?: number | undefined;
  /** 60,000 unless said. */
  readonly holdMs?: number | undefined;
};

export const faultKinds = ["rateLimited", "overloaded", "timeout", "brokenStream", "truncatedJson"] as const;
export type Fault = (typeof faultKinds)[number];

export type Faults = {
  /** Draws the fate of the next request, in order of arrival. */
  next(): Fault | undefined;
  readonly given: Readonly<Record<Fault, number>>;
  readonly retryAfter: number;
  readonly holdMs: number;
};

export function drawFaults(rates: FaultRates = {}): Faults {
  const random = mulberry32(rates.seed ?? 1);
  const given: Record<Fault, number> = { rateLimited: 0, overloaded: 0, timeout: 0, brokenStream: 0, truncatedJson: 0 };
  return {
    next() {
      let left = random();
      for (const kind of faultKinds) {
        left -= rates[kind] ?? 0;
        if (left >= 0) continue;
        given[kind] += 1;
        return kind;
      }
      return undefined;
    },
    given,
    retryAfter: rates.retryAfter ?? 1,
    holdMs: rates.holdMs ?? 60_000,
  };
}

/** Source: Tommy Ettinger's mulberry32, public domain. */
function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}
