import { agent } from "@armada/agents";
import { expect, test } from "vitest";
import { z } from "zod";
import { deliveredStep, NOON, never } from "../../testing/delivered-step.ts";
import type { Verdict } from "./policy.ts";
import { windowPolicy } from "./window.ts";

const nightly = agent({
  name: "clerk",
  does: "files",
  tier: "worker",
  input: z.unknown(),
  output: z.unknown(),
  window: "22:00-06:00 UTC",
  run: () => "filed",
});
const made = { kind: "retry", after: 0 } as const;
const attempt = async (): Promise<Verdict> => made;

test("outside its window a step is held until it opens", async () => {
  expect(await windowPolicy(deliveredStep({ agent: nightly }), never)).toEqual({ kind: "hold", until: NOON + 10 * 3_600_000 });
});

test("within it, without one, and for what a batch already has, the attempt is made", async () => {
  expect(await windowPolicy(deliveredStep({ agent: nightly, now: () => NOON + 11 * 3_600_000 }), attempt)).toBe(made);
  expect(await windowPolicy(deliveredStep(), attempt)).toBe(made);
  const call = {
    call: "1",
    tier: "worker",
    model: "m",
    ceiling: { micros: 1, tokens: 1 },
    account: "a",
    asked: "",
    drawnAt: 0,
    batch: "b",
  };
  expect(await windowPolicy(deliveredStep({ agent: nightly, step: { batched: new Map([["1", call]]) } }), attempt)).toBe(made);
});
