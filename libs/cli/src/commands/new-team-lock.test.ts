import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { projectRoot } from "../project.ts";
import { withNewPackages } from "./new-team-lock.ts";

test("this checkout's lock file gets the lines of the new team, and keeps all others", () => {
  const before = readFileSync(join(projectRoot, "package-lock.json"), "utf8");
  const after = JSON.parse(before);
  for (const name of Object.keys(after.packages)) if (name.startsWith("node_modules/")) after.packages[name] = { dev: true };
  delete after.packages["node_modules/zod"];
  after.packages["services/support"] = { name: "@armada/support", version: "0.1.0" };
  after.packages["node_modules/@armada/support"] = { resolved: "services/support", link: true };
  const merged = withNewPackages(before, JSON.stringify(after));
  const lines = new Set(merged.split("\n"));
  expect(before.split("\n").filter((line) => !lines.has(line))).toEqual([]);
  expect(merged.split("\n").length - before.split("\n").length).toBe(8);
  const { packages } = JSON.parse(merged);
  expect(packages["services/support"]).toEqual({ name: "@armada/support", version: "0.1.0" });
  expect({ ...packages, "services/support": undefined, "node_modules/@armada/support": undefined }).toEqual(JSON.parse(before).packages);
});

test("where nothing came the file stays as it was, byte by byte", () => {
  const before = '{ "packages": {} , "lockfileVersion": 3}';
  expect(withNewPackages(before, '{"packages":{}}')).toBe(before);
});
