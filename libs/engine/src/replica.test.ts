import type { Agent, Team } from "@armada/agents";
import { agent, team, workflow } from "@armada/agents";
import { type Envelope, encodeBody, event } from "@armada/contracts";
import { startReplica } from "@armada/engine/testing";
import { HOSTILE, MemoryMesh } from "@armada/event-sourcing";
import { immediateScheduler, seededRandom, VirtualClock } from "@armada/event-sourcing/testing";
import type { Models } from "@armada/models";
import { expect, test } from "vitest";
import { z } from "zod";
import { readJournalMessage } from "./journal/message.ts";
import { initialRun, type RunState } from "./journal/state.ts";
import { evolveRun } from "./journal/table.ts";
import { statusOf } from "./view/status.ts";

const noModels: Models = { call: () => Promise.reject(new Error("no model")) };
const Num = z.object({ n: z.number() });
const add = agent({ name: "add", does: "adds one", tier: "worker", input: Num, output: Num, run: ({ input }) => ({ n: input.n + 1 }) });
const Counted = event("maths.count.counted", { version: 1, id: (d) => d.id, data: z.object({ id: z.string(), n: z.number() }) });

function mesh(hostile = false, seed = 1) {
  const clock = new VirtualClock();
  const random = seededRandom(seed);
  return { clock, random, scheduler: immediateScheduler, mesh: new MemoryMesh(clock, random, hostile ? HOSTILE : undefined) };
}

function ask(to: string, workflow: string, id: string, input: unknown, capability = "run_start"): [string, string] {
  const data = capability === "run_start" ? { workflow, input } : input;
  const envelope: Envelope = {
    specversion: "1.0",
    id: `${id}.${capability}`,
    source: "/operator",
    type: "armada.asked",
    subject: id,
    time: "2026-01-01T00:00:00.000Z",
    data,
    team: "operator",
    correlationid: id,
    causationid: id,
    schemaversion: 1,
    hops: 0,
  };
  return [`ask.${to}.operator.${capability}.${id}`, encodeBody([envelope])];
}

function stateOf(m: MemoryMesh, teamName: string, run: string): RunState {
  const state = initialRun();
  for (const message of m.stream(teamName).messages) {
    if (!message.subject.includes(`.${run}.`)) continue;
    const journal = readJournalMessage(message);
    if (journal === undefined) continue;
    state.length = journal.n;
    for (const e of journal.events) evolveRun(state, e, journal.envelopes[0]?.time ?? "");
  }
  return state;
}

async function runOne(definition: Team, workflowName: string, input: unknown, hostile = false, seed = 1) {
  const env = mesh(hostile, seed);
  const replica = startReplica(env.mesh, definition, noModels, env);
  env.mesh.stream(definition.name).append(...ask(definition.name, workflowName, "r1", input), env.clock.now());
  const how = await env.clock.run(() => stateOf(env.mesh, definition.name, "r1").ended !== undefined, 600_000);
  return { how, state: stateOf(env.mesh, definition.name, "r1"), env, replica };
}

const sequence = workflow({
  name: "sequence",
  version: 1,
  input: Num,
  output: Num,
  run: async (input, ctx) => {
    const one = await ctx.ask(add, input);
    const doubled = await ctx.step("double", () => one.n * 2);
    await ctx.emit(Counted, { id: "c", n: doubled });
    await ctx.sleep("5s");
    return ctx.ask(add, { n: doubled });
  },
});
const fan = workflow({
  name: "fan",
  version: 1,
  input: Num,
  output: Num,
  run: async (input, ctx) => {
    const all = await Promise.all(Array.from({ length: 10 }, (_, i) => ctx.ask(add, { n: input.n + i })));
    return ctx.ask(add, { n: all.reduce((sum, { n }) => sum + n, 0) });
  },
});
const maths = team({ name: "maths", agents: [add], workflows: [sequence, fan], emits: [Counted] });

test("a run of steps, inline work, a fact and a timer ends with its output", async () => {
  const { how, state, env } = await runOne(maths, "sequence", { n: 1 });
  expect(how).toBe("done");
  expect(state.ended).toMatchObject({ status: "completed", output: { n: 5 } });
  const facts = env.mesh.stream("maths").messages.filter((m) => m.subject.startsWith("evt."));
  expect(facts.map((m) => m.subject)).toEqual(["evt.maths.count.counted.c.r1-3"]);
});

test("a fan-out of ten joins once, calm and hostile", async () => {
  for (const [hostile, seed] of [
    [false, 1],
    [true, 2],
    [true, 3],
    [true, 4],
  ] as const) {
    const { state } = await runOne(maths, "fan", { n: 0 }, hostile, seed);
    expect(state.ended).toMatchObject({ status: "completed", output: { n: 56 } });
    expect([...state.steps.values()].every((step) => step.outcomes === 1)).toBe(true);
  }
});

test("a step that fails to its last attempt is answered by the fallback, labelled degraded; without one it is parked until retried", async () => {
  let broken = true;
  const options = { does: "fails", tier: "worker", input: Num, output: Num } as const;
  const run = (): { n: number } => {
    if (broken) throw new Error("broken");
    return { n: 9 };
  };
  const soft = agent({ ...options, name: "soft", run, fallback: () => ({ n: 7 }) });
  const hard = agent({ ...options, name: "hard", run });
  const both = workflow({
    name: "both",
    version: 1,
    input: Num,
    output: z.array(Num),
    run: async (input, ctx) => Promise.all([ctx.ask(soft, input), ctx.ask(hard, input)]),
  });
  const definition = team({ name: "shaky", agents: [soft, hard], workflows: [both] });
  const env = mesh();
  startReplica(env.mesh, definition, noModels, env);
  env.mesh.stream("shaky").append(...ask("shaky", "both", "r1", { n: 1 }), env.clock.now());
  await env.clock.run(() => statusOf(stateOf(env.mesh, "shaky", "r1")) === "parked", 600_000);
  const parked = stateOf(env.mesh, "shaky", "r1");
  expect(parked.steps.get(1)).toMatchObject({ status: "completed", attempts: 5, degraded: { code: "AGENT_FAILED" } });
  expect(parked.steps.get(2)).toMatchObject({ status: "parked", attempts: 4, outcomes: 0 });
  broken = false;
  env.mesh.stream("shaky").append(...ask("shaky", "", "c1", { run: "r1" }, "run_retry"), env.clock.now());
  await env.clock.run(() => stateOf(env.mesh, "shaky", "r1").ended !== undefined, 600_000);
  expect(stateOf(env.mesh, "shaky", "r1").ended).toMatchObject({ status: "degraded", output: [{ n: 7 }, { n: 9 }] });
});

test("input that does not fit, and a workflow that is not there, end the run as failed", async () => {
  const { state } = await runOne(maths, "sequence", { n: "one" });
  expect(state.ended).toMatchObject({ status: "failed", failure: { code: "INPUT_INVALID" } });
  const unknown = await runOne(maths, "nothing", {});
  expect(unknown.state.ended).toMatchObject({ status: "failed", failure: { code: "WORKFLOW_UNKNOWN" } });
});

test("a replica that dies while it runs a step loses the attempt, and another ends the run", async () => {
  const env = mesh();
  let calls = 0;
  const slow = agent({
    name: "slow",
    does: "hangs at first",
    tier: "worker",
    input: Num,
    output: Num,
    run: ({ input }) => (++calls === 1 ? new Promise(() => undefined) : { n: input.n }),
  });
  const one = workflow({ name: "one", version: 1, input: Num, output: Num, run: (input, ctx) => ctx.ask(slow, input) });
  const definition = team({ name: "mortal", agents: [slow], workflows: [one] });
  const first = startReplica(env.mesh, definition, noModels, env);
  env.mesh.stream("mortal").append(...ask("mortal", "one", "r1", { n: 3 }), env.clock.now());
  await env.clock.run(() => calls === 1, 10_000);
  first.kill();
  startReplica(env.mesh, definition, noModels, env);
  await env.clock.run(() => stateOf(env.mesh, "mortal", "r1").ended !== undefined, 120_000);
  const state = stateOf(env.mesh, "mortal", "r1");
  expect(state.ended).toMatchObject({ status: "completed", output: { n: 3 } });
  expect(state.steps.get(1)).toMatchObject({ lost: 1, attempts: 2, outcomes: 1 });
});

test("a function that awaits something outside ctx stops the run and says so", async () => {
  const outside = workflow({
    name: "outside",
    version: 1,
    input: Num,
    output: Num,
    run: async (input) => {
      await new Promise(() => undefined);
      return input;
    },
  });
  const env = mesh();
  startReplica(env.mesh, team({ name: "strict", workflows: [outside] }), noModels, env);
  env.mesh.stream("strict").append(...ask("strict", "outside", "r1", { n: 3 }), env.clock.now());
  await env.clock.run(() => statusOf(stateOf(env.mesh, "strict", "r1")) === "stopped", 10_000);
  expect(stateOf(env.mesh, "strict", "r1").stopped).toMatchObject({ code: "WORKFLOW_AWAITS_OUTSIDE" });
});

test.each(["step", "sleep"] as const)("a ctx.%s inside the work of a step stops the run at once, and says so", async (inner) => {
  const nested = workflow({
    name: "nested",
    version: 1,
    input: Num,
    output: Num,
    run: async (input, ctx) => {
      await ctx.step("outer", async () => {
        await (inner === "step" ? ctx.step("inner", () => 1) : ctx.sleep("1s"));
        return 1;
      });
      return input;
    },
  });
  const env = mesh();
  startReplica(env.mesh, team({ name: "strict", workflows: [nested] }), noModels, env);
  env.mesh.stream("strict").append(...ask("strict", "nested", "r1", { n: 3 }), env.clock.now());
  await env.clock.run(() => statusOf(stateOf(env.mesh, "strict", "r1")) === "stopped", 10_000);
  expect(stateOf(env.mesh, "strict", "r1").stopped).toMatchObject({
    code: "WORKFLOW_AWAITS_OUTSIDE",
    message: expect.stringContaining(inner),
  });
});

test("outcomes that wait while one is written leave in one message; what comes after the function's end is not journaled", async () => {
  const Many = z.object({ width: z.number(), first: z.boolean() });
  const fan = workflow({
    name: "fan",
    version: 1,
    input: Many,
    output: Num,
    run: async ({ width, first }, ctx) => {
      const asked = Array.from({ length: width }, (_, n) => ctx.ask(add, { n }));
      return first ? Promise.race(asked) : { n: (await Promise.all(asked)).reduce((sum, { n }) => sum + n, 0) };
    },
  });
  const many: Agent<{ n: number }, { n: number }> = { ...add, limits: { concurrency: 20 } };
  const definition = team({ name: "maths", agents: [many], workflows: [fan] });
  const joined = await runOne(definition, "fan", { width: 10, first: false });
  expect(joined.state.ended).toMatchObject({ status: "completed", output: { n: 55 } });
  expect([...joined.state.steps.values()].map((step) => step.outcomes)).toEqual(Array(10).fill(1));
  expect(joined.state.length).toBeLessThan(11);
  const raced = await runOne(definition, "fan", { width: 10, first: true });
  expect(raced.state.ended).toMatchObject({ status: "completed" });
  expect([...raced.state.steps.values()].filter((step) => step.outcomes > 0)).toHaveLength(1);
});

test("a long loop goes on as new; without that it stops at a full journal", async () => {
  const endless = workflow({
    name: "endless",
    version: 1,
    input: Num,
    output: Num,
    run: async ({ n }, ctx) => {
      let now = n;
      for (;;) now = (await ctx.ask(add, { n: now })).n;
    },
  });
  const long = workflow({
    name: "long",
    version: 1,
    input: Num,
    output: Num,
    search: ({ n }) => ({ begins: n }),
    run: async ({ n }, ctx) => {
      let now = n;
      for (let i = 0; i < 500 && now < 1_200; i++) now = (await ctx.ask(add, { n: now })).n;
      return now < 1_200 ? ctx.continueAsNew({ n: now }) : { n: now };
    },
  });
  const env = mesh();
  startReplica(env.mesh, team({ name: "loops", agents: [add], workflows: [endless, long] }), noModels, env);
  env.mesh.stream("loops").append(...ask("loops", "endless", "r1", { n: 0 }), env.clock.now());
  env.mesh.stream("loops").append(...ask("loops", "long", "r2", { n: 0 }), env.clock.now());
  await env.clock.run(
    () => stateOf(env.mesh, "loops", "r2~3").ended !== undefined && stateOf(env.mesh, "loops", "r1").stopped !== undefined,
    600_000,
  );
  expect(stateOf(env.mesh, "loops", "r1")).toMatchObject({ stopped: { code: "JOURNAL_FULL" }, length: 1_000 });
  expect(stateOf(env.mesh, "loops", "r2").ended).toMatchObject({ status: "continued", next: "r2~2" });
  expect([stateOf(env.mesh, "loops", "r2").search, stateOf(env.mesh, "loops", "r2~3").search]).toEqual([{ begins: "0" }, { begins: "0" }]);
  expect(stateOf(env.mesh, "loops", "r2~3").ended).toMatchObject({ status: "completed", output: { n: 1_200 } });
});
