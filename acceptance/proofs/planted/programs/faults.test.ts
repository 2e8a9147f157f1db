import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { root } from "./copy.ts";
import { FAULTS } from "./faults.ts";

test.each(FAULTS)("the line of the fault stands once in its file: $name", ({ file, from, to }) => {
  expect(readFileSync(join(root, file), "utf8").split(from)).toHaveLength(2);
  expect(to).not.toBe(from);
});
