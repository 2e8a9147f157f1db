import { expect, test } from "vitest";
import { searchKeys } from "./search-keys.ts";

const keysOf = (search: (input: { order: number }) => unknown) =>
  searchKeys({ search: (input) => search(input as { order: number }) as Record<string, string> }, { order: 17 });

test("keys are texts, and what is not said is no key", () => {
  expect(keysOf(({ order }) => ({ order, customer: "Ada", express: false, note: undefined }))).toEqual({
    keys: { order: "17", customer: "Ada", express: "false" },
  });
  expect(searchKeys({}, {})).toEqual({});
});

test("what is no key is left out and said, and takes no other key away", () => {
  expect(keysOf(({ order }) => ({ order, "no name": 1, long: "x".repeat(257), list: [1] }))).toEqual({
    keys: { order: "17" },
    why: expect.stringContaining("3 of its keys are none"),
  });
  expect(keysOf(() => "order")).toEqual({ why: "it gave order" });
  expect(
    keysOf(() => {
      throw new Error("no such order");
    }),
  ).toEqual({ why: "no such order" });
});
