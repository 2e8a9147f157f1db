import { expect, test } from "vitest";
import { level, parseLimits, remaining } from "./limits.ts";

test("limits are read as people write them", () => {
  expect(parseLimits("$300/month, $20/day, 5M tokens/day, $1/run")).toEqual({
    month: { micros: 300_000_000 },
    day: { micros: 20_000_000, tokens: 5_000_000 },
    run: { micros: 1_000_000 },
  });
  expect(parseLimits("$0.000001 a day")).toEqual({ day: { micros: 1 } });
  expect(parseLimits("120k tokens per run")).toEqual({ run: { tokens: 120_000 } });
});

test.each([
  ["-$5/day", "is no limit"],
  ["$0/day", "let nothing through"],
  ["$99999999999/day", "limit nothing"],
  ["5 dollars", "is no limit"],
  ["$5/week", "is no limit"],
  ["", "is no limit"],
  ["$5/day, $6/day", "twice"],
  ["$50/day, $40/month", "more than its month"],
  ["$1.1234567/day", "is no limit"],
])("%j is refused: %s", (text, why) => {
  expect(() => parseLimits(text)).toThrow(expect.objectContaining({ code: "BAD_LIMIT", message: expect.stringContaining(why) }));
});

test("what is left and the share that is used", () => {
  expect(remaining({ micros: 10 }, { micros: 4, tokens: 9 })).toEqual({ micros: 6, tokens: Number.POSITIVE_INFINITY });
  expect(level({ micros: 10, tokens: 100 }, { micros: 4, tokens: 90 })).toBe(0.9);
  expect(level(undefined, { micros: 4, tokens: 90 })).toBe(0);
});
