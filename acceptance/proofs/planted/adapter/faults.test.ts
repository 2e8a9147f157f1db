import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { FAULTS } from "./faults.ts";

const root = fileURLToPath(new URL("../../../..", import.meta.url));

test.each(FAULTS)("the line of the planted fault stands once in its file: $name", ({ file, from, to }) => {
  expect(readFileSync(root + file, "utf8").split(from)).toHaveLength(2);
  expect(to).not.toBe(from);
});
