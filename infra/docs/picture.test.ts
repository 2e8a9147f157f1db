import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { picture } from "./picture.ts";

const file = (name: string): string => readFileSync(new URL(`../../docs/pictures/${name}`, import.meta.url), "utf8");

test("the picture of the README is what the lines of its run give", () => {
  expect(picture(file("run.jsonl"))).toBe(file("run.svg"));
});

test("each step is a box in the column of its team, and a lost attempt another", () => {
  const svg = picture(file("run.jsonl"));
  const steps = [...file("run.jsonl").matchAll(/"kind":"step"/g)].length;
  expect([...svg.matchAll(/<rect class="step"/g)]).toHaveLength(steps);
  expect([...svg.matchAll(/<rect class="lost"/g)]).toHaveLength(1);
});
