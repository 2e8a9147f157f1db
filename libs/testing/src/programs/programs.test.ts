import { expect, test } from "vitest";
import { draw } from "./drawing/draw.ts";
import { LEFT_OUT } from "./drawing/known.ts";
import { judge } from "./judging/judge.ts";
import { judgeAll, seeds } from "./pool.ts";

const PROGRAMS = 500;

test(`${PROGRAMS} drawn programs do what a reader expects`, { timeout: 240_000 }, async () => {
  const red: string[] = [];
  let deaths = 0;
  await judgeAll(seeds(1, PROGRAMS), ({ seed, failures, ...counts }) => {
    deaths += counts.deaths;
    if (failures.length > 0) red.push(`npm run sim -- --programs 1 --seed ${seed} --trace: ${failures[0]}`);
    return true;
  });
  expect(red).toEqual([]);
  expect(deaths).toBeGreaterThan(PROGRAMS / 10);
});

test("a case is deterministic: the same journals each time", async () => {
  for (const seed of [3, 104, 2_025]) {
    const first = await judge(draw(seed, LEFT_OUT));
    const again = await judge(draw(seed, LEFT_OUT));
    expect(again.journal()).toBe(first.journal());
    expect(first.journal().length).toBeGreaterThan(100);
  }
});
