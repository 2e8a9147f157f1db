import { expect, test } from "vitest";
import { fitted } from "./fitted.ts";
import { table } from "./table.ts";

test("a row wider than the terminal breaks between words, and nothing of it is lost", () => {
  const row = "2026-01-01  watch-1  desk.digest v1  waiting  waits for approval publish this long article about the tides of the bay?";
  const lines = fitted(row, 60).split("\n");
  expect(lines).toEqual([
    "2026-01-01  watch-1  desk.digest v1  waiting  waits for",
    "    approval publish this long article about the tides of",
    "    the bay?",
  ]);
  expect(lines.map((line) => line.trim()).join(" ")).toBe(row);
  expect(fitted(row, 200)).toBe(row);
  expect(fitted(row, undefined)).toBe(row);
});

test("a word wider than the terminal stays whole", () => {
  const path = "/a".repeat(30);
  expect(fitted(`      ${path} is there`, 20)).toBe(`      ${path}\n    is there`);
  expect(fitted(path, 20)).toBe(path);
});

test("columns that a table has no room for stand below, the same ones of each row", () => {
  const rows = [
    ["whose", "period", "limit", "spent"],
    ["content.writer", "a day", "$5.0000", "$0.1000"],
    ["the fleet", "a month", "", ""],
  ];
  expect(table(rows, 2, 30)).toEqual([
    "whose           period",
    "      limit    spent",
    "content.writer  a day",
    "    $5.0000  $0.1000",
    "the fleet       a month",
  ]);
  expect(table(rows, 2, undefined)[1]).toBe("content.writer  a day    $5.0000  $0.1000");
});
