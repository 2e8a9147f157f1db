import { existsSync } from "node:fs";
import { expect, test } from "vitest";
import { root } from "./command.ts";
import { LONGEST, longestFirst } from "./longest-first.ts";

test("those that take longest begin first, the others stay in their order, and each that is named is there", () => {
  expect(LONGEST.filter((path) => !existsSync(root + path))).toEqual([]);
  const files = ["one.test.ts", ...LONGEST.toReversed(), "another.test.ts"].map((path) => ({ moduleId: root + path }));
  const sorted = longestFirst(files).map(({ moduleId }) => moduleId.slice(root.length));
  expect(sorted).toEqual([...LONGEST, "one.test.ts", "another.test.ts"]);
});
