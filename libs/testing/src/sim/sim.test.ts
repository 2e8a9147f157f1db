import { expect, test } from "vitest";
import { simulateAll } from "./pool.ts";
import { simulate } from "./simulate.ts";

const SEEDS = 500;

test(`${SEEDS} seeds of two teams on a hostile mesh keep every promise`, { timeout: 180_000 }, async () => {
  const red: string[] = [];
  let crashes = 0;
  await simulateAll(1, SEEDS, ({ seed, failures, counts }) => {
    crashes += counts.crashes;
    if (failures.length > 0) red.push(`npm run sim -- --seeds 1 --seed ${seed} --trace: ${failures[0]}`);
    return true;
  });
  expect(red).toEqual([]);
  expect(crashes).toBeGreaterThan(SEEDS / 2);
});

test("a seed is deterministic: the same streams, byte for byte, each time", async () => {
  for (const seed of [3, 104, 2_025]) {
    const first = await simulate(seed);
    const again = await simulate(seed);
    expect(again.counts).toEqual(first.counts);
    expect(again.digest).toBe(first.digest);
  }
});
