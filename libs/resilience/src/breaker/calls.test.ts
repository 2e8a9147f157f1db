import { expect, test } from "vitest";
import { Calls } from "./calls.ts";
import { breakerSettings } from "./settings.ts";

const settings = breakerSettings();
const well = { begun: 0, ok: true, slow: false };
const failed = { begun: 0, ok: false, slow: false };
const slow = { begun: 0, ok: true, slow: true };

function reasonAfter(...outcomes: readonly (typeof well)[]): string | undefined {
  const calls = new Calls();
  for (const one of outcomes) calls.see(one);
  return calls.reason(settings);
}
const times = <T>(count: number, one: T): T[] => Array.from({ length: count }, () => one);

test("five failures in a row open it, however long that takes; one that is well in between begins anew", () => {
  expect(reasonAfter(...times(4, failed))).toBeUndefined();
  expect(reasonAfter(...times(5, failed))).toBe("5 calls in a row failed");
  expect(reasonAfter(...times(4, failed), well, ...times(4, failed))).toBeUndefined();
});

test("half of twenty and more that failed or were slow open it", () => {
  const half = times(10, [failed, well]).flat();
  expect(reasonAfter(...half.slice(0, 19))).toBeUndefined();
  expect(reasonAfter(...half)).toBe("10 of the last 20 calls failed or were slow");
  expect(reasonAfter(...times(20, slow))).toBe("20 of the last 20 calls failed or were slow");
});

test("of a hundred calls back nothing counts any more", () => {
  const calls = new Calls();
  calls.see(failed);
  for (const one of times(99, well)) calls.see(one);
  expect(calls.clean).toBe(false);
  calls.see(well);
  expect(calls.clean).toBe(true);
});
