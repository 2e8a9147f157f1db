import { existsSync } from "node:fs";
import { expect, test } from "vitest";
import type { TestSpecification, Vitest } from "vitest/node";
import { root } from "./command.ts";
import { LONGEST, LongestFirst } from "./longest-first.ts";

test("those that take longest begin first, and each of them is there", async () => {
  expect(LONGEST.filter((path) => !existsSync(root + path))).toEqual([]);
  const project = { name: "integration", config: { sequence: { groupOrder: 0 } } };
  const files = ["infra/verify/longest-first.ts", ...LONGEST.toReversed()].map((path) => ({ moduleId: root + path, project }));
  const order = new LongestFirst({ cache: { getTestSpecificationResult: () => undefined } } as unknown as Vitest);
  const sorted = await order.sort(files as unknown as TestSpecification[]);
  expect(sorted.map(({ moduleId }) => moduleId.slice(root.length))).toEqual([...LONGEST, "infra/verify/longest-first.ts"]);
});
