import fc from "fast-check";
import { expect, test } from "vitest";
import { ledgerCall } from "../../testing/ledger-calls.ts";
import { allot, byHour, hoursOf } from "./by-hour.ts";
import type { HourUsage } from "./usage-report.ts";

const HOUR = 3_600_000;
const at = (text: string): number => Date.parse(`2026-11-22T${text}Z`);
const now = at("15:00:00");
const usage = (hour: string, micros: number | undefined, tokens: number, more: Partial<HourUsage> = {}): HourUsage => ({
  hour: at(hour),
  model: "claude-haiku-5-5",
  batch: false,
  micros,
  tokens,
  ...more,
});
const suspect = ledgerCall("s", { at: at("10:30:00") });
const settled = ledgerCall("known", { at: at("10:20:00"), micros: 100, tokens: 1_000 });
const verdict = (report: readonly HourUsage[], known = [settled], when = now) => byHour([suspect], known, report, when).get(suspect);

test("where the provider billed nothing beside what is settled, suspects are released", () => {
  expect(verdict([usage("10:00:00", 100, 1_000)])).toMatchObject({ became: "released" });
});

test("what is left of the hours is settled, at most the ceiling", () => {
  expect(verdict([usage("10:00:00", 119, 1_200)])).toMatchObject({ became: "settled", micros: 20, tokens: 200 });
  expect(verdict([usage("09:00:00", 9_000, 90_000), usage("10:00:00", 100, 1_000)])).toMatchObject({
    became: "settled",
    micros: 50,
    tokens: 500,
  });
});

test("a dated name is the same model; another model's usage is not looked at", () => {
  const report = [
    usage("10:00:00", 100, 1_000, { model: "claude-haiku-5-5-20261007" }),
    usage("10:00:00", 5, 50, { model: "claude-opus-5-5" }),
  ];
  expect(verdict(report)).toMatchObject({ became: "released" });
});

test("what was settled as the hours begin may have been billed before them, and does not count", () => {
  const early = { ...settled, at: at("09:05:00") };
  expect(verdict([usage("09:00:00", 100, 1_000)], [early])).toMatchObject({ became: "settled", tokens: 500 });
});

test.each([
  ["the hour is not over", [usage("10:00:00", 100, 1_000)], at("10:50:00"), /not over/],
  ["the report may be late", [usage("10:00:00", 100, 1_000)], at("11:05:00"), /not over/],
  ["batches were billed there", [usage("10:00:00", 100, 1_000), usage("00:00:00", 1, 1, { batch: true })], now, /batches/],
  ["the ledger has more", [usage("10:00:00", 90, 900)], now, /the ledger has more/],
  ["no price is known", [usage("10:00:00", undefined, 1_000)], now, /no price/],
])("suspects stay where %s", (_, report, when, why) => {
  expect(verdict(report, [settled], when)).toMatchObject({ became: "suspect", why: expect.stringMatching(why) });
});

test("suspects of neighbouring hours are judged together, of distant ones apart", () => {
  const next = ledgerCall("n", { at: at("11:10:00") });
  const far = ledgerCall("f", { at: at("04:10:00") });
  const verdicts = byHour([suspect, next, far], [settled], [usage("10:00:00", 100, 1_000), usage("11:00:00", 29, 300)], now);
  expect([suspect, next, far].map((one) => verdicts.get(one))).toMatchObject([
    { became: "settled", micros: 15, tokens: 150 },
    { became: "settled", micros: 15, tokens: 150 },
    { became: "released" },
  ]);
});

test("the report is asked for a day more, for batches end within one", () => {
  expect(hoursOf([at("10:30:00"), at("12:00:00")])).toEqual({ from: at("09:00:00") - 24 * HOUR, to: at("13:00:00") });
});

test("what is allotted sums exactly and passes no ceiling", () => {
  const amount = fc.integer({ min: 0, max: 2 ** 40 });
  fc.assert(
    fc.property(amount, fc.array(amount, { minLength: 1, maxLength: 20 }), (whole, ceilings) => {
      const parts = allot(whole, ceilings);
      const room = ceilings.reduce((a, b) => a + b, 0);
      expect(parts.reduce((a, b) => a + b, 0)).toBe(Math.min(whole, room));
      expect(parts.every((part, i) => part >= 0 && Number.isInteger(part) && part <= (ceilings[i] ?? 0))).toBe(true);
    }),
  );
});
