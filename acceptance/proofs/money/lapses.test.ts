import { expect, test } from "vitest";
import { lapsesOf } from "./lapses.ts";

const lapse = (time: number, until: number) => ({ time, lapsed: [{ block: "b", until }] });

test("a block that was renewed before a kill is of the killed, and one that was renewed after the last kill of a living replica", () => {
  const kills = [100_000, 110_000];
  expect(lapsesOf([lapse(170_000, 161_000)], kills, 60_000)).toEqual({ ofKilled: [60_000], ofLiving: 0 });
  expect(lapsesOf([lapse(440_000, 430_000)], kills, 60_000)).toEqual({ ofKilled: [], ofLiving: 1 });
});

test("a killed replica's block that comes back late is late, however late it is", () => {
  expect(lapsesOf([lapse(500_000, 161_000)], [110_000], 60_000)).toEqual({ ofKilled: [390_000], ofLiving: 0 });
});

test("of two blocks in one message each is judged", () => {
  const lapsed = [
    { block: "a", until: 50_000 },
    { block: "b", until: 90_000 },
  ];
  expect(lapsesOf([{ time: 100_000, lapsed }], [20_000], 60_000)).toEqual({ ofKilled: [80_000], ofLiving: 1 });
});
