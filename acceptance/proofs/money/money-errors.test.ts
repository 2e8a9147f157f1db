import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { moneyErrorsPage } from "../../../infra/proto/money-errors.ts";
import { moneyErrors } from "./money-errors.ts";

test("the reference page has every case that the proof plays", () => {
  const page = readFileSync(new URL("../../../docs/reference/money-errors.md", import.meta.url), "utf8");
  expect(page).toBe(moneyErrorsPage());
  expect(page.split("\n").filter((line) => line.startsWith("| ")).length).toBe(moneyErrors.length + 2); // the head, and the run's case
});

test("every case says what to do", () => {
  expect(moneyErrors.length).toBeGreaterThanOrEqual(12);
  for (const { code, says, next, exit } of moneyErrors) {
    expect(code).toMatch(/^[A-Z]+(?:_[A-Z]+)*$/);
    expect([says.length > 5, next.length > 5, exit > 0]).toEqual([true, true, code !== "MODEL_ENDS"]); // which is a word in time, and no fault yet
  }
  expect(new Set(moneyErrors.map(({ wrong }) => wrong)).size).toBe(moneyErrors.length);
});
