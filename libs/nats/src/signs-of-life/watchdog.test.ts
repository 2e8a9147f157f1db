import { expect, test } from "vitest";
import { Watchdog } from "./watchdog.ts";

test("a loop that does not turn is measured by the time in which somebody looked", () => {
  const watchdog = new Watchdog(1_000);
  const look = (turn: number, now: number): number => watchdog.look(turn, now, 0).ms;
  expect(look(1, 0)).toBe(0);
  expect(look(1, 1_000)).toBe(1_000);
  expect(look(1, 2_100)).toBe(2_100);
  expect(look(1, 3_600_000)).toBe(4_100); // the machine slept
  expect(look(2, 3_601_000)).toBe(0);
});

test("of that, what the process computed: neither what it waited for the machine, nor what its other threads computed besides", () => {
  const watchdog = new Watchdog(1_000);
  const look = (turn: number, now: number, cpu: number): number => watchdog.look(turn, now, cpu).cpuMs;
  expect([look(1, 0, 0), look(1, 1_000, 200), look(1, 2_000, 2_200), look(1, 3_000, 3_200)]).toEqual([0, 200, 1_200, 2_200]);
  expect(look(2, 4_000, 4_200)).toBe(0);
  expect(look(2, 4_500, 4_700)).toBe(500);
});
