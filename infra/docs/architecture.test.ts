import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

const root = new URL("../../", import.meta.url);
const page = readFileSync(new URL("docs/architecture.md", root), "utf8");

test("every file that the page leads to is there", () => {
  const files = [...page.matchAll(/`((?:libs|services|infra|acceptance)\/[^`]+\.(?:ts|mjs))`/gu)].map(([, path = ""]) => path);
  expect(files.length).toBeGreaterThan(25);
  expect(files.filter((path) => !existsSync(new URL(path, root)))).toEqual([]);
});

test("the page names every package and every room of the engine, and none that is not there", () => {
  const folders = (under: string): string[] =>
    [...new Set(execFileSync("git", ["ls-files", under], { cwd: root, encoding: "utf8" }).split("\n"))]
      .flatMap((path) => path.slice(under.length).match(/^([^/]+)\//u)?.[1] ?? [])
      .filter((name, at, all) => all.indexOf(name) === at)
      .sort();
  const named = (pattern: RegExp): string[] => [...page.matchAll(pattern)].map(([, name = ""]) => name).sort();
  expect(named(/^\| `libs\/([a-z-]+)` \|/gmu)).toEqual(folders("libs/"));
  expect(named(/^\| `([a-z-]+)` \| [^|]+ \|$/gmu).filter((name) => !["services", "acceptance", "infra"].includes(name))).toEqual(
    folders("libs/engine/src/").filter((name) => name !== "testing"),
  );
});
