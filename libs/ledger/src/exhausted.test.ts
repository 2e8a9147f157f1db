import { expect, test } from "vitest";
import { BudgetExhausted, nameOf } from "./index.ts";

const what = nameOf({ of: "team", period: "day", limit: { micros: 20_000_000, tokens: 5_000 } });

test("a limit that is used up says when it begins again", () => {
  const { message, resetAt } = new BudgetExhausted(what, Date.parse("2026-11-23T00:00:00Z"));
  expect(message).toBe(
    "less is left of the team's $20.00 or 5000 tokens a day than one call may cost; it begins again at 2026-11-23T00:00:00.000Z",
  );
  expect(resetAt).toBe(Date.parse("2026-11-23T00:00:00Z"));
});

test("a limit below what one call may cost never begins again for it", () => {
  const frugal = nameOf({ of: "frugal", period: "month", limit: { micros: 1 } });
  const { message, resetAt, hint } = new BudgetExhausted(frugal, 1, { micros: 1_234, tokens: 99 });
  expect(message).toBe("one call may cost $0.001234 and 99 tokens, which is over agent frugal's $0.000001 a month");
  expect(resetAt).toBeUndefined();
  expect(hint).toContain("no wait would help");
});
