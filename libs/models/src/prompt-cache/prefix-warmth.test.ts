import { VirtualClock } from "@armada/event-sourcing/testing";
import { expect, test } from "vitest";
import { z } from "zod";
import type { CallCost, Meter } from "../port.ts";
import { anthropicModels } from "../providers/anthropic/models.ts";
import { startApiServer } from "../testing/index.ts";
import { RENEW_MS } from "./prefix-use.ts";
import { prefixWarmth } from "./prefix-warmth.ts";

const HOUR = 3_600_000;

test("what was used is renewed until its time is over, and from each use on", async () => {
  const clock = new VirtualClock(0);
  const renewals: number[] = [];
  const renew = (): Promise<void> => Promise.resolve(void renewals.push(clock.now()));
  const warmth = prefixWarmth({ clock, signal: new AbortController().signal });
  warmth.used("a", 3 * RENEW_MS, renew);
  clock.sleep(HOUR).then(
    () => warmth.used("a", 2 * RENEW_MS, renew),
    () => undefined,
  );
  expect(await clock.run(() => false, 24 * HOUR)).toBe("idle");
  expect(renewals).toEqual([RENEW_MS, HOUR + RENEW_MS, HOUR + 2 * RENEW_MS]);
});

test("a renewal that fails is the last, and so is one that was under way when its signal aborts", async () => {
  const clock = new VirtualClock(0);
  const over = new AbortController();
  let tries = 0;
  const warmth = prefixWarmth({ clock, signal: over.signal });
  warmth.used("a", 20 * RENEW_MS, () => Promise.reject(new Error(`down ${++tries}`)));
  expect(await clock.run(() => false, 24 * HOUR)).toBe("idle");
  warmth.used("b", 20 * RENEW_MS, () => Promise.resolve(void tries++));
  over.abort(new Error("stopped"));
  expect(await clock.run(() => false, 24 * HOUR)).toBe("idle");
  expect(tries).toBe(1);
});

test("a prompt that comes again after hours is read from the cache all the same; each renewal is drawn and settled", {
  timeout: 30_000,
}, async () => {
  const clock = new VirtualClock(Date.parse("2026-11-02T08:00:00Z"));
  await using server = await startApiServer({ script: () => ({ a: "b" }), clock });
  const over = new AbortController();
  const models = anthropicModels({ apiKey: "k", baseURL: server.url, modelOf: () => "claude-opus-5-5", now: () => clock.now() });
  const costs: CallCost[] = [];
  const ceilings: number[] = [];
  const meter: Meter = {
    draw: ({ ceiling }) => Promise.resolve(`renewal-${ceilings.push(ceiling.micros)}`),
    settle: (_call, cost) => void costs.push(cost),
  };
  models.keepWarm({ clock, signal: over.signal, meter });
  const request = {
    tier: "orchestrator",
    task: "plan",
    system: "The directory of agents. ".repeat(500),
    prompt: "Plan.",
    material: [],
    schema: z.object({ a: z.string() }),
  } as const;
  let reads = 0;
  // Its uses come 20 minutes apart, and then each four hours; sockets take real time, in which the clock stands.
  for (const gap of [0, 20, 20, 20, 80, 20, 240, 240].map((minutes) => minutes * 60_000)) {
    for (let left = gap; left > 0; ) {
      const step = Math.min(left, RENEW_MS / 4);
      const woken = clock.sleep(step);
      await clock.run(() => false, step);
      await woken;
      await expect.poll(() => ceilings.length === costs.length, { interval: 5 }).toBe(true);
      left -= step;
    }
    const { usage } = await models.call(request, over.signal);
    reads = usage.cacheReadTokens ?? 0;
  }
  over.abort();
  expect(reads).toBeGreaterThan(1_024);
  const billed = costs.flatMap((cost) => (cost.kind === "billed" ? [cost.amount.micros] : []));
  expect(billed.length).toBe(costs.length);
  expect(billed.length).toBeGreaterThanOrEqual(8);
  for (const [i, micros] of billed.entries()) expect(micros).toBeLessThanOrEqual(ceilings[i] ?? 0);
  const renewals = server.log.filter(({ event, call }) => event === "end" && call?.startsWith("renewal"));
  expect(renewals.map(({ costMicros }) => costMicros)).toEqual(billed);
  expect(renewals.filter(({ tokens }) => tokens.cacheRead === 0)).toEqual([]);
});
