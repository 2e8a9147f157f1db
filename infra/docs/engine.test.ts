import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

const root = new URL("../../", import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), "utf8");
const page = read("docs/engine.md");
const rules = page.split(/^### Rule /mu).slice(1);

test("rules are numbered without a gap, and each leads to a file that is there", () => {
  expect(rules.map((rule) => Number.parseInt(rule, 10))).toEqual(rules.map((_, i) => i + 1));
  for (const rule of rules) {
    const files = [...rule.matchAll(/`(libs\/[^`]+\.ts)`/gu)].map(([, path = ""]) => path);
    expect(files, rule).not.toEqual([]);
    expect(files.filter((path) => !existsSync(new URL(path, root)))).toEqual([]);
  }
});

test("every rule that code cites is on the page", () => {
  const code = execFileSync("git", ["ls-files", "libs", "services", "infra", "acceptance"], { cwd: root, encoding: "utf8" })
    .split("\n")
    .filter((path) => path.endsWith(".ts") && existsSync(new URL(path, root)));
  const cited = code.flatMap((path) => [...read(path).matchAll(/engine rules? (\d+(?:(?:,| and) \d+)*)/gu)].map(([, list = ""]) => list));
  const numbers = cited.flatMap((list) => (list.match(/\d+/gu) ?? []).map(Number));
  expect(numbers.length).toBeGreaterThan(20);
  expect(numbers.filter((n) => n < 1 || n > rules.length)).toEqual([]);
});
