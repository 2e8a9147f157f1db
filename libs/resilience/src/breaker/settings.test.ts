import { expect, test } from "vitest";
import { type BreakerOptions, breakerSettings } from "./settings.ts";

test("what is not said has its default", () => {
  expect(breakerSettings()).toEqual({ failures: 5, openMs: 60_000, slowMs: Number.POSITIVE_INFINITY, share: 0.5, drain: 50 });
  expect(breakerSettings({ open: "2m", slow: "10s" })).toMatchObject({ openMs: 120_000, slowMs: 10_000 });
});

test.each([
  [{ failures: 0 }, "breaker.failures is 0"],
  [{ failures: 1.5 }, "breaker.failures is 1.5"],
  [{ share: 0 }, "breaker.share is 0"],
  [{ share: 1.1 }, "breaker.share is 1.1"],
  [{ drain: 0 }, "breaker.drain is 0"],
  [{ drain: Number.NaN }, "breaker.drain is NaN"],
  [{ open: "0s" }, "breaker.open is 0s"],
  [{ slow: "0ms" }, "breaker.slow is 0ms"],
  [{ closed: "60s" }, "breaker.closed is nothing that a breaker knows"],
])("%j is refused by what is wrong", (options, message) => {
  expect(() => breakerSettings(options as BreakerOptions)).toThrow(expect.objectContaining({ code: "BAD_BREAKER", message }));
});
