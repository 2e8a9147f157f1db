import { agent, team, workflow } from "@armada/agents";
import { paid } from "@armada/engine/testing";
import { VirtualClock } from "@armada/event-sourcing/testing";
import { script, testTeam } from "@armada/testing";
import { expect, test } from "vitest";
import { z } from "zod";

const Said = z.object({ said: z.string() });

const build = (options: { fallback?: () => { said: string }; budget?: string } = {}) => {
  const thinker = agent({
    name: "thinker",
    does: "thinks",
    tier: "orchestrator",
    input: z.object({}),
    output: Said,
    ...(options.fallback === undefined ? {} : { fallback: options.fallback }),
    ...(options.budget === undefined ? {} : { limits: { budget: options.budget } }),
    run: ({ model }) => model.ask({ task: "think", material: [], schema: Said }),
  });
  const think = workflow({
    name: "think",
    version: 1,
    input: z.object({ times: z.number() }),
    output: z.object({ thought: z.number() }),
    async run({ times }, ctx) {
      for (let i = 0; i < times; i++) await ctx.ask(thinker, {});
      return { thought: times };
    },
  });
  return team({ name: "minds", agents: [thinker], workflows: [think] });
};

const COST = { micros: 100_000, tokens: 1_000 };
const start = (at: string): { clock: VirtualClock; models: ReturnType<typeof paid> } => {
  const clock = new VirtualClock(Date.parse(at));
  return { clock, models: paid(script({ think: { said: "so" } }), COST, clock) };
};

test("from four fifths of a limit on calls get a cheaper tier, and the outcome says so", async () => {
  const { clock, models } = start("2026-11-22T10:00:00Z");
  await using t = testTeam(build(), { seed: 1, models, clock, budget: { limits: "$1/day" } });
  await t.start("think", { times: 10 }, "r1");
  expect(models.calls.map(({ tier }) => tier)).toEqual([...Array(8).fill("orchestrator"), "specialist", "specialist"]);
  expect(t.run("r1")).toMatchObject({ status: "degraded" });
  expect(t.run("r1").steps[8]?.degraded).toEqual({
    code: "BUDGET_DOWNGRADE",
    message: "specialist instead of orchestrator: 80 % of the team's $1.00 a day is used",
  });
  expect(t.run("r1").steps[7]?.degraded).toBeUndefined();
  await t.expectReplays();
});

test.each([
  ["2026-03-29T10:00:00Z", "2026-03-29T22:00:00Z"], // a day of 23 hours in Berlin
  ["2026-10-25T10:00:00Z", "2026-10-25T23:00:00Z"], // one of 25
])("at a limit the run waits for the zone's midnight: from %s until %s", async (from, midnight) => {
  const { clock, models } = start(from);
  await using t = testTeam(build(), { seed: 1, models, clock, budget: { limits: "$0.50/day", zone: "Europe/Berlin", downgradeAt: 1 } });
  await t.start("think", { times: 7 }, "r1");
  const at = models.calls.map((call) => call.at);
  expect(at).toHaveLength(7);
  expect(at[4]).toBeLessThan(Date.parse(from) + 60_000);
  expect(at[5]).toBeGreaterThanOrEqual(Date.parse(midnight));
  expect(at[5]).toBeLessThan(Date.parse(midnight) + 61_000);
  expect(t.run("r1")).toMatchObject({ status: "completed" });
  expect(t.run("r1").steps[5]).toMatchObject({ attempts: 2, lastFailure: { code: "BUDGET_EXHAUSTED" } });
});

test("at a limit the fallback answers, where that is the policy", async () => {
  const { clock, models } = start("2026-11-22T10:00:00Z");
  const minds = build({ fallback: () => ({ said: "nothing" }) });
  await using t = testTeam(minds, { seed: 1, models, clock, budget: { limits: "$0.20/day", atLimit: "fallback", downgradeAt: 1 } });
  await t.start("think", { times: 4 }, "r1");
  expect(models.calls).toHaveLength(2);
  expect(t.run("r1").status).toBe("degraded");
  expect(t.run("r1").steps.map((step) => step.degraded?.code)).toEqual([undefined, undefined, "BUDGET_EXHAUSTED", "BUDGET_EXHAUSTED"]);
});

test("at a limit the run stops, where that is the policy, and at its own limit whatever the policy", async () => {
  for (const budget of [{ limits: "$0.20/day", atLimit: "stop" as const }, { limits: "$0.20/run" }]) {
    const { clock, models } = start("2026-11-22T10:00:00Z");
    await using t = testTeam(build(), { seed: 1, models, clock, budget: { ...budget, downgradeAt: 1 } });
    await t.start("think", { times: 4 }, "r1");
    expect(models.calls).toHaveLength(2);
    expect(t.run("r1")).toMatchObject({ status: "stopped", reason: { code: "BUDGET_EXHAUSTED" } });
  }
});

test("an agent's own limit holds beside its team's", async () => {
  const { clock, models } = start("2026-11-22T10:00:00Z");
  const minds = build({ budget: "3k tokens/month" });
  await using t = testTeam(minds, { seed: 1, models, clock, budget: { limits: "$5/day", atLimit: "stop", downgradeAt: 1 } });
  await t.start("think", { times: 5 }, "r1");
  expect(models.calls).toHaveLength(3);
  expect(t.run("r1").reason?.message).toContain("agent thinker's 3000 tokens a month");
});
