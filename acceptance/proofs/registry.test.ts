import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { here } from "./harness/product.ts";
import { registry } from "./registry.ts";

test("each proof has a name of its own, a file, and is about what there is", () => {
  expect(new Set(registry.map(({ name }) => name)).size).toBe(registry.length);
  const paths = registry.flatMap(({ name, file, about }) => [`acceptance/proofs/${file}`, ...about].map((path) => ({ name, path })));
  expect(paths.filter(({ path }) => !existsSync(join(here, path)))).toEqual([]);
});
