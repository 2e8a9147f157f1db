import { agent, team, workflow } from "@armada/agents";
import { encodeBody } from "@armada/contracts";
import { MemoryMesh } from "@armada/event-sourcing";
import { seededRandom, VirtualClock } from "@armada/event-sourcing/testing";
import type { Models } from "@armada/models";
import { expect, test } from "vitest";
import { z } from "zod";
import { startReplica } from "../testing/replica.ts";
import { readRun } from "../view/run.ts";

const None = z.object({});
const COST = { micros: 100, tokens: 500 };
const asker = (name: string, timeout: "10s" | "30s") =>
  agent({
    name,
    does: "asks a model once",
    tier: "worker",
    input: None,
    output: None,
    limits: { timeout },
    run: ({ model }) => model.ask({ task: name, material: [], schema: None }),
  });
const [slow, quick] = [asker("slow", "30s"), asker("quick", "10s")];
const both = workflow({
  name: "both",
  version: 1,
  input: None,
  output: None,
  run: async (_, ctx) => {
    await Promise.all([ctx.ask(slow, {}), ctx.ask(quick, {})]);
    return {};
  },
});

test("an attempt's time does not run while its call waits for money", async () => {
  const clock = new VirtualClock();
  const random = seededRandom(1);
  const mesh = new MemoryMesh(clock, random);
  const models: Models = {
    async call({ task, schema }, signal, options) {
      const call = (await options?.meter?.draw({ tier: "worker", model: "m", ceiling: { micros: 1_000, tokens: 3_000 } })) ?? "";
      await clock.sleep(task === "slow" ? 9_500 : 3_000, signal);
      const usage = { inputTokens: COST.tokens, outputTokens: 0 };
      options?.meter?.settle(call, { kind: "billed", model: "m", usage, amount: COST });
      return { value: schema.parse({}), model: "m", usage, costMicros: COST.micros };
    },
  };
  // Room for one call at its ceiling, and for both at what they cost.
  const env = { clock, random, scheduler: clock.scheduler, budget: { limits: "$0.0015/day" } };
  startReplica(mesh, team({ name: "shop", agents: [slow, quick], workflows: [both] }), models, env);
  const said = { specversion: "1.0", source: "/operator", type: "armada.asked", team: "operator", schemaversion: 1, hops: 0 } as const;
  const about = { id: "r.run_start", subject: "r", time: new Date(clock.now()).toISOString(), correlationid: "r", causationid: "r" };
  const body = encodeBody([{ ...said, ...about, data: { workflow: "both", input: {} } }]);
  mesh.stream("shop").append("ask.shop.operator.run_start.r", body, clock.now());
  const journal = () => mesh.stream("shop").messages.filter(({ subject }) => subject.startsWith("run.shop."));
  await clock.run(() => readRun(journal()).ended !== undefined, 120_000);
  const { ended, steps } = readRun(journal());
  expect(ended).toMatchObject({ status: "completed" });
  expect([...steps.values()].map(({ failures, attempts }) => ({ failures, attempts }))).toEqual([
    { failures: 0, attempts: 1 },
    { failures: 0, attempts: 1 },
  ]);
});
