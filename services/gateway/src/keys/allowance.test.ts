import { expect, test } from "vitest";
import { Allowance } from "./allowance.ts";

test("a minute's requests at once, then as many as the minute has, each caller for itself", () => {
  let now = 0;
  const allowance = new Allowance(() => now);
  const take = (name: string, times: number): number[] => Array.from({ length: times }, () => allowance.take(name, 60));
  expect(take("a", 61)).toEqual([...Array(60).fill(0), 1]);
  expect(take("b", 1)).toEqual([0]);
  now += 999;
  expect(take("a", 1)).toEqual([1]);
  now += 2;
  expect(take("a", 2)).toEqual([0, 1]);
  now += 3_600_000;
  expect(take("a", 61)).toEqual([...Array(60).fill(0), 1]);
});

test("who may ask once a minute is told to wait as long as it takes", () => {
  let now = 0;
  const allowance = new Allowance(() => now);
  expect([allowance.take("a", 1), allowance.take("a", 1)]).toEqual([0, 60]);
  now = 60_000;
  expect(allowance.take("a", 1)).toBe(0);
  now = 30_000; // a clock that went back gives nothing
  expect(allowance.take("a", 1)).toBe(60);
});
