import { expect, test } from "vitest";
import { type Held, holders, watchLoop } from "./loop-watch.ts";

const step = (run: string, since: number) => ({ run, step: 1, agent: "parser", since });

test("who began while the loop was held is named alone; else all that were at work", () => {
  const [old, begun, later] = [step("old", 10), step("begun", 150), step("later", 900)];
  expect(holders([old, begun, later], 100, 800)).toEqual([begun]);
  expect(holders([old, later], 100, 800)).toEqual([old]);
  expect(holders([], 100, 800)).toEqual([]);
});

test("a step that holds the loop for over a second is reported with its time, one that lets go is not", async () => {
  const heard: Held[] = [];
  const running = [step("holding", Date.now())];
  const end = watchLoop(
    () => running,
    (held) => void heard.push(held),
  );
  await new Promise((resolve) => setTimeout(resolve, 600));
  expect(heard).toEqual([]);
  const until = performance.now() + 1_500;
  while (performance.now() < until);
  await expect.poll(() => heard.length).toBe(1);
  end();
  expect(heard[0]?.ms).toBeGreaterThan(1_000);
  expect(heard[0]?.steps.map(({ run }) => run)).toEqual(["holding"]);
});
