import { buildSubject, capability, type Envelope, encodeBody, event } from "@armada/contracts";
import { MemoryMesh } from "@armada/event-sourcing";
import { seededRandom, VirtualClock } from "@armada/event-sourcing/testing";
import type { Models } from "@armada/models";
import { expect, test } from "vitest";
import { z } from "zod";
import { agent, team, tool, workflow } from "../authoring.ts";
import type { Team } from "../define.ts";
import { startReplica, type TestReplica } from "../testing/replica.ts";
import { readJournalMessage } from "./journal-message.ts";
import { evolveRun, initialRun, type RunState } from "./run-state.ts";

const Num = z.object({ n: z.number() });
const noModels: Models = { call: () => Promise.reject(new Error("no model")) };
const add = agent({ name: "add", does: "adds one", tier: "worker", input: Num, output: Num, run: ({ input }) => ({ n: input.n + 1 }) });

function setUp() {
  const clock = new VirtualClock();
  const mesh = new MemoryMesh(clock, seededRandom(1));
  const state = (name: string, run: string): RunState => {
    const folded = initialRun();
    for (const message of mesh.stream(name).messages) {
      const journal = message.subject.split(".")[4] === run ? readJournalMessage(message) : undefined;
      if (journal === undefined) continue;
      folded.length = journal.n;
      for (const one of journal.events) evolveRun(folded, one, journal.envelopes[0]?.time ?? "");
    }
    return folded;
  };
  let asks = 0;
  return {
    clock,
    mesh,
    state,
    start: (definition: Team): TestReplica =>
      startReplica(mesh, definition, noModels, { clock, random: seededRandom(++asks), scheduler: clock.scheduler }),
    ask: (to: string, what: string, id: string, data: unknown): void => {
      const subject = buildSubject({ kind: "ask", to, from: "operator", capability: what, id });
      mesh.stream(to).append(subject, encodeBody([envelope("operator", `${id}.${what}`, "armada.asked", id, data)]), clock.now());
    },
    ended: (name: string, run: string): Promise<unknown> => clock.run(() => state(name, run).ended !== undefined, 300_000),
  };
}

function envelope(of: string, id: string, type: string, subject: string, data: unknown): Envelope {
  const time = "2026-01-01T00:00:00.000Z";
  return {
    specversion: "1.0",
    id,
    source: `/${of}`,
    type,
    subject,
    time,
    data,
    team: of,
    correlationid: id,
    causationid: id,
    schemaversion: 1,
    hops: 0,
  };
}

test("another team's answer, with an output or a failure, is taken when it comes", async () => {
  const double = capability("two.double", { input: Num, output: Num });
  const absent = capability("two.absent", { input: Num, output: Num });
  const doubled = workflow({ name: "doubled", version: 1, input: Num, output: Num, run: async ({ n }) => ({ n: n * 2 }) });
  const asking = workflow({
    name: "asking",
    version: 1,
    input: Num,
    output: z.array(z.unknown()),
    run: async (input, ctx) => [await ctx.ask(double, input), await ctx.ask(absent, input).catch((error: { code: string }) => error.code)],
  });
  const { start, ask, ended, state, clock } = setUp();
  start(team({ name: "two", workflows: [doubled], provides: [double.by(doubled)] as never }));
  start(team({ name: "one", workflows: [asking], asks: [double, absent] }));
  const began = clock.now();
  ask("one", "run_start", "r1", { workflow: "asking", input: { n: 4 } });
  await ended("one", "r1");
  expect(state("one", "r1").ended).toMatchObject({ status: "completed", output: [{ n: 8 }, "WORKFLOW_UNKNOWN"] });
  expect(clock.now() - began).toBeLessThan(1_000);
});

test("a cancel whose replica dies right after journaling it still cancels what the run had asked", async () => {
  const wait = capability("two.wait", { input: Num, output: Num });
  const waiting = workflow({
    name: "waiting",
    version: 1,
    input: Num,
    output: Num,
    run: async (input, ctx) => ctx.sleep("1h").then(() => input),
  });
  const asking = workflow({
    name: "asking",
    version: 1,
    input: Num,
    output: Num,
    run: (input, ctx) => ctx.ask(wait, input, { within: "2h" }),
  });
  const one = team({ name: "one", workflows: [asking], asks: [wait] });
  const { start, ask, state, clock, mesh } = setUp();
  start(team({ name: "two", workflows: [waiting], provides: [wait.by(waiting)] as never }));
  const first = start(one);
  ask("one", "run_start", "r1", { workflow: "asking", input: { n: 1 } });
  await clock.run(() => state("two", "r1-1").exists, 10_000);
  mesh.stream("one").listen((message) => {
    if (message.subject.startsWith("run.one.end.")) first.kill();
  });
  ask("one", "run_cancel", "c1", { run: "r1" });
  await clock.run(() => state("one", "r1").ended !== undefined, 10_000);
  start(one);
  await clock.run(() => state("two", "r1-1").ended !== undefined, 60_000);
  expect(state("two", "r1-1").ended?.status).toBe("cancelled");
});

test("a fact decided before a cancel is published, though its replica died and the run has ended", async () => {
  const Made = event("one.thing.made", { version: 1, id: (d) => d.id, data: z.object({ id: z.string() }) });
  const making = workflow({
    name: "making",
    version: 1,
    input: Num,
    output: Num,
    run: async (input, ctx) => {
      await ctx.ask(add, input);
      await ctx.emit(Made, { id: "x" });
      return ctx.sleep("1h").then(() => input);
    },
  });
  const one = team({ name: "one", agents: [add], workflows: [making], emits: [Made] });
  const { start, ask, state, clock, mesh } = setUp();
  const first = start(one);
  mesh.stream("one").listen((message) => {
    if (message.envelopes.some(({ type }) => type === "armada.step.completed")) first.kill();
  });
  ask("one", "run_start", "r1", { workflow: "making", input: { n: 1 } });
  await clock.run(() => state("one", "r1").steps.get(1)?.status === "completed", 10_000);
  start(one);
  ask("one", "run_cancel", "c1", { run: "r1" });
  await clock.run(() => mesh.stream("one").messages.some(({ subject }) => subject === "evt.one.thing.made.x.r1-2"), 60_000);
  expect(state("one", "r1").ended?.status).toBe("cancelled");
  expect(mesh.stream("one").messages.filter(({ subject }) => subject.startsWith("evt."))).toHaveLength(1);
});

test("inline work behind an emit is done by the redelivery of what it was asked under", async () => {
  const Made = event("one.thing.made", { version: 1, id: (d) => d.id, data: z.object({ id: z.string() }) });
  let done = 0;
  const making = workflow({
    name: "making",
    version: 1,
    input: Num,
    output: Num,
    run: async (input, ctx) => {
      await ctx.step("first", () => 1);
      await ctx.emit(Made, { id: "x" });
      return { n: input.n + (await ctx.step("second", () => ++done)) };
    },
  });
  const one = team({ name: "one", workflows: [making], emits: [Made] });
  const { start, ask, state, clock, ended, mesh } = setUp();
  const first = start(one);
  mesh.stream("one").listen((message) => {
    if (message.envelopes.some(({ type }) => type === "armada.inline.completed") && state("one", "r1").length === 2) first.kill();
  });
  ask("one", "run_start", "r1", { workflow: "making", input: { n: 1 } });
  await clock.run(() => state("one", "r1").length === 2, 10_000);
  start(one);
  await ended("one", "r1");
  expect(state("one", "r1").ended).toMatchObject({ status: "completed", output: { n: 2 } });
});

test("replicas of different versions: what one must go on from, another may follow with a note", async () => {
  const write = tool({ input: Num, output: Num, effect: "write", run: (input) => input });
  const slow = agent({
    name: "slow",
    does: "writes",
    tier: "worker",
    input: Num,
    output: Num,
    tools: { write },
    run: async ({ input, tools }) => Num.parse(await tools.write?.(input)),
  });
  const both = (version: number) =>
    workflow({
      name: "both",
      version,
      input: Num,
      output: z.array(Num),
      run: (input, ctx) => Promise.all([0, 1, 2, 3].map((n) => ctx.ask(slow, { n: input.n + n }).then((out) => ctx.ask(slow, out)))),
    });
  const { start, ask, state, ended } = setUp();
  for (const version of [1, 2]) start(team({ name: "one", agents: [slow], workflows: [both(version)] }));
  for (const id of ["r1", "r2"]) ask("one", "run_start", id, { workflow: "both", input: { n: 1 } });
  for (const id of ["r1", "r2"]) {
    await ended("one", id);
    expect(state("one", id)).toMatchObject({
      stopped: undefined,
      ended: { status: "completed", output: [1, 2, 3, 4].map((n) => ({ n })) },
    });
  }
});
