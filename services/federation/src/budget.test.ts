import { MemoryMesh } from "@armada/event-sourcing";
import { seededRandom, VirtualClock } from "@armada/event-sourcing/testing";
import { expect, test } from "vitest";
import { fleetBudget } from "./budget.ts";
import { grantBudget } from "./contract.ts";

const month = "2026-11";
const amount = (micros: number) => ({ micros, tokens: 0 });
const signal = new AbortController().signal;

function budget(limit: string | undefined) {
  const clock = new VirtualClock();
  const mesh = new MemoryMesh(clock, seededRandom(1));
  mesh.provision("federation", []);
  return fleetBudget({ log: mesh.connect("federation").log, clock, random: seededRandom(2) }, limit);
}

test("each team is answered with what it may spend and what all may", async () => {
  const { answer, capability } = budget("$0.001/month");
  expect(capability).toBe("grant_budget");
  expect(await answer({ month, wants: amount(600), ahead: amount(0) }, "a", signal)).toEqual({ granted: amount(600), fleet: amount(600) });
  expect(await answer({ month, wants: amount(500), ahead: amount(0) }, "b", signal)).toEqual({ granted: amount(0), fleet: amount(600) });
  expect(await answer({ month, wants: amount(400), ahead: amount(0) }, "b", signal)).toEqual({
    granted: amount(400),
    fleet: amount(1_000),
  });
});

test("another month has the whole limit again, and without a limit all is granted", async () => {
  const { answer } = budget("$0.001/month");
  const all = { wants: amount(1_000), ahead: amount(0) };
  for (const one of [month, "2026-12"]) expect(await answer({ month: one, ...all }, "a", signal)).toMatchObject({ granted: amount(1_000) });
  const free = { wants: amount(1e12), ahead: amount(0) };
  expect(await budget(undefined).answer({ month, ...free }, "a", signal)).toMatchObject({ granted: amount(1e12) });
});

test("asks that would make sums inexact, or are of no month, do not fit", () => {
  const ask = { month, wants: amount(1), ahead: amount(1) };
  expect(grantBudget.input.safeParse(ask).success).toBe(true);
  for (const bad of [{ month: "November" }, { wants: amount(1e15) }, { ahead: amount(-1) }])
    expect(grantBudget.input.safeParse({ ...ask, ...bad }).success).toBe(false);
});
