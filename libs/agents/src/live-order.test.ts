import type { LiveText } from "@armada/contracts";
import { expect, test } from "vitest";
import { liveOrder } from "./live-order.ts";

/** `n attempt call seq` of each piece, and what it is. */
function orders(...pieces: readonly (readonly [number, number, number, number])[]): string[] {
  const order = liveOrder();
  return pieces.map(([n, attempt, call, seq]): string => order({ run: "r", n, attempt, call, seq, text: "x" } satisfies LiveText));
}

test("pieces of a call follow one another; steps and calls are apart", () => {
  expect(orders([1, 1, 1, 0], [1, 1, 1, 1], [2, 1, 1, 0], [1, 1, 2, 0], [1, 1, 1, 2], [2, 1, 1, 1])).toEqual(Array(6).fill("next"));
});

test("what was not heard is a gap, also before the first piece heard", () => {
  expect(orders([1, 1, 1, 4], [1, 1, 1, 5], [1, 1, 1, 8])).toEqual(["gap", "next", "gap"]);
});

test("another attempt begins the step again, once for all of its calls; what is left of the one before is stale", () => {
  expect(orders([1, 1, 1, 0], [1, 1, 2, 0], [1, 2, 1, 0], [1, 1, 2, 1], [1, 2, 2, 0])).toEqual(["next", "next", "again", "stale", "next"]);
});

test("a lower piece of the same attempt begins it again", () => {
  expect(orders([1, 1, 1, 0], [1, 1, 1, 1], [1, 1, 1, 0], [1, 1, 1, 1])).toEqual(["next", "next", "again", "next"]);
  expect(orders([1, 1, 1, 3], [1, 1, 1, 3])).toEqual(["gap", "again"]);
});
