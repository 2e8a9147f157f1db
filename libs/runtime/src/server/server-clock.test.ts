import { expect, test } from "vitest";
import { systemClock } from "../system-ports.ts";
import { serverClock } from "./server-clock.ts";

const HOUR = 3_600_000;

test.each([
  ["an hour behind", -HOUR, HOUR],
  ["an hour ahead", HOUR, -HOUR],
  ["half a second off, which the network may be", -500, 0],
])("of a machine whose clock is %s the server's time is used", async (_, off, behind) => {
  let real = Date.parse("2026-11-22T14:03:00Z");
  const { clock, measure } = serverClock({ ...systemClock, now: () => real + off }, async () => real);
  expect(await measure()).toBe(behind);
  real += 5_000;
  expect(clock.now()).toBe(real + off + behind);
});

test("a clock that is put right is followed", async () => {
  let off = -HOUR;
  const { clock, measure } = serverClock({ ...systemClock, now: () => 1e12 + off }, async () => 1e12);
  await measure();
  off = 0;
  expect([await measure(), clock.now()]).toEqual([0, 1e12]);
});
