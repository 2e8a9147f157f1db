import fc from "fast-check";
import { expect, test } from "vitest";
import type { CacheLife } from "../pricing/ceiling.ts";
import { prefixUse } from "./prefix-use.ts";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const LIFE: Readonly<Record<CacheLife, number>> = { none: 0, "5m": 5 * MINUTE, "1h": HOUR };
const WRITE: Readonly<Record<CacheLife, number>> = { none: 1, "5m": 1.25, "1h": 2 };

/** What uses at these times cost at a provider, in prices of the plain prefix. */
function bill(times: readonly number[], decide: (now: number) => CacheLife): number {
  let until = Number.NEGATIVE_INFINITY;
  let held: CacheLife = "none";
  let cost = 0;
  for (const now of times) {
    const life = decide(now);
    const hit = life !== "none" && now <= until;
    cost += hit ? 0.1 : WRITE[life];
    if (life === "none") continue;
    held = hit ? held : life;
    until = now + LIFE[held];
  }
  return cost;
}
const never = (times: readonly number[]): number => bill(times, () => "none");
const always = (times: readonly number[], life: CacheLife): number => bill(times, () => life);
function chosen(times: readonly number[]): number {
  const use = prefixUse();
  return bill(times, (now) => {
    const { life } = use.decide(now, "p", "kind");
    use.sent(now, "p", life);
    use.began("p");
    return life;
  });
}
const every = (gap: number, count: number): number[] => Array.from({ length: count }, (_, i) => i * gap);

test("a prefix that comes once is not written; one that comes again within five minutes is", () => {
  const use = prefixUse();
  expect(use.decide(0, "a", "kind")).toEqual({ life: "none", uses: 1 });
  expect(use.decide(MINUTE, "a", "kind")).toEqual({ life: "5m", uses: 2 });
  expect(use.decide(MINUTE, "b", "kind")).toEqual({ life: "none", uses: 1 });
});

test.each([
  ["each minute", every(MINUTE, 60), 1 + 1.25 + 58 * 0.1],
  ["each 20 minutes: an hour, from the third use on", every(20 * MINUTE, 30), 1 + 1 + 2 + 27 * 0.1],
  ["each day: never", every(24 * HOUR, 30), 30],
])("%s", (_how, times, cost) => {
  expect(chosen(times)).toBeCloseTo(cost);
});

test("a week of prefixes of all kinds costs less than without a cache and than with everything cached", () => {
  // Ten that come each minute of a working hour, ten each 15 minutes of a day, 300 that come once, 30 each few hours.
  const sequences = [
    ...Array.from({ length: 10 }, () => every(MINUTE, 60)),
    ...Array.from({ length: 10 }, () => every(15 * MINUTE, 32)),
    ...Array.from({ length: 300 }, () => every(1, 1)),
    ...Array.from({ length: 30 }, () => every(5 * HOUR, 10)),
  ];
  const sum = (cost: (times: number[]) => number): number => sequences.reduce((total, times) => total + cost(times), 0);
  const ours = sum(chosen);
  expect(ours).toBeLessThan(sum(never) * 0.6);
  expect(ours).toBeLessThan(sum((times) => always(times, "5m")) * 0.75);
  expect(ours).toBeLessThan(sum((times) => always(times, "1h")) * 0.75);
});

test("at its worst it costs little more than no cache", () => {
  const gaps = fc.array(fc.oneof(fc.nat({ max: 5 * MINUTE }), fc.nat({ max: HOUR }), fc.nat({ max: 5 * HOUR })), { maxLength: 60 });
  fc.assert(
    fc.property(gaps, (list) => {
      const times = [0];
      for (const gap of list) times.push((times.at(-1) ?? 0) + gap);
      expect(chosen(times)).toBeLessThanOrEqual(never(times) * 1.25 + 3);
    }),
    // Found once, at 2.25 over: intervals that end just after the life that those before them had asked for.
    { numRuns: 2_000, examples: [[[0, 300_001, 3_600_001, 300_001, 3_600_001, 300_001, 3_600_001, 0]]] },
  );
});

test("while one request writes, others beside it do not pay for writing the same", () => {
  const use = prefixUse();
  use.decide(0, "p", "kind");
  expect(use.decide(1, "p", "kind").life).toBe("5m");
  use.sent(1, "p", "5m");
  expect(use.decide(2, "p", "kind").life).toBe("none");
  use.began("p");
  expect(use.decide(901, "p", "kind").life).toBe("5m");
  // One that never began has written nothing.
  use.sent(10 * MINUTE, "p", "5m");
  expect(use.decide(12 * MINUTE, "p", "kind").life).not.toBe("none");
});

test("what came longest ago is forgotten", () => {
  const use = prefixUse();
  for (let i = 0; i < 10_001; i++) use.decide(i, `p${i}`, "kind");
  expect(use.decide(20_000, "p10000", "kind").uses).toBe(2);
  expect(use.decide(20_000, "p0", "kind").uses).toBe(1);
});

test("what became of others of its kind tells of a prefix that is new", () => {
  const use = prefixUse();
  const send = (now: number, digest: string, kind: string): CacheLife => {
    const { life } = use.decide(now, digest, kind);
    use.sent(now, digest, life);
    use.began(digest);
    return life;
  };
  const lives = (kind: string, gaps: readonly number[]): CacheLife[][] =>
    Array.from({ length: 4 }, (_, i) => {
      const began = i * 3 * HOUR;
      return gaps.map((gap) => send(began + gap, `${kind}${i}`, kind));
    });
  // Twice, two minutes apart: without its kind the second one would be written, for nobody.
  expect(lives("pair", [0, 2 * MINUTE]).at(-1)).toEqual(["5m", "5m"]);
  expect(lives("once", [0]).at(-1)).toEqual(["none"]);
  expect(lives("slow", [0, 20 * MINUTE, 40 * MINUTE]).at(-1)).toEqual(["1h", "1h", "1h"]);
  expect(lives("rare", [0, 2 * HOUR]).at(-1)).toEqual(["none", "none"]);
});

test("renewing pays for what comes again after an hour or a night, and not for what comes each minute, or each week", () => {
  const renewed = (gaps: readonly number[], renewing = true): number => {
    const use = prefixUse(() => renewing);
    let now = 0;
    for (const gap of [0, ...gaps]) {
      now += gap;
      use.decide(now, "p", "kind");
    }
    return use.renewFor("p");
  };
  const day = [20 * MINUTE, 30 * MINUTE, 80 * MINUTE, 20 * MINUTE, 14 * HOUR];
  expect(renewed(day)).toBeGreaterThan(14 * HOUR);
  expect(renewed(day, false)).toBe(0);
  expect(renewed(day.slice(0, 3))).toBe(0);
  expect(renewed(every(MINUTE, 20).map(() => MINUTE))).toBe(0);
  expect(renewed([0, 0, 0, 0, 0].map(() => 7 * 24 * HOUR))).toBe(0);
  expect(prefixUse(() => true).renewFor("unknown")).toBe(0);
});
