import type { Team, WorkflowContext } from "@armada/agents";
import { agent, team, workflow } from "@armada/agents";
import { buildSubject, capability, type Envelope, encodeBody, event } from "@armada/contracts";
import { CALM, MemoryMesh, type Message } from "@armada/event-sourcing";
import { immediateScheduler, seededRandom, VirtualClock } from "@armada/event-sourcing/testing";
import type { Models } from "@armada/models";
import { expect, test } from "vitest";
import { z } from "zod";
import { coldRun, replay } from "./execution/cached-run.ts";
import type { JournalData, JournalEvent } from "./journal/events.ts";
import { journalBody, readJournalMessage } from "./journal/message.ts";
import { Payloads } from "./journal/payloads.ts";
import { initialRun, type RunState } from "./journal/state.ts";
import { evolveRun, journalTable } from "./journal/table.ts";
import { startReplica, type TestReplica } from "./testing/replica.ts";

const Num = z.object({ n: z.number() });
const noModels: Models = { call: () => Promise.reject(new Error("no model")) };
const add = agent({ name: "add", does: "adds one", tier: "worker", input: Num, output: Num, run: ({ input }) => ({ n: input.n + 1 }) });

function setUp(hostility = CALM, seed = 1) {
  const clock = new VirtualClock();
  const mesh = new MemoryMesh(clock, seededRandom(seed), hostility);
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
  start(team({ name: "two", workflows: [doubled], provides: [double.by(doubled)] }));
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
  start(team({ name: "two", workflows: [waiting], provides: [wait.by(waiting)] }));
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

test.each([4, 8, 14, 16, 17])(
  "what an ending turn owes outlives its replica, seed %i, though other inline work was abandoned",
  async (seed) => {
    const Made = event("one.thing.made", { version: 1, id: (d) => d.id, data: z.object({ id: z.string() }) });
    const racing = workflow({
      name: "racing",
      version: 1,
      input: Num,
      output: Num,
      run: async (input, ctx) => {
        await ctx.ask(add, input);
        const late = ctx.step("late", ({ signal }) =>
          clockOf()
            .sleep(5_000, signal)
            .then(() => 1),
        );
        await Promise.race([late, ctx.step("soon", () => 1).then(() => ctx.emit(Made, { id: "x" }))]);
        return input;
      },
    });
    const one = team({ name: "one", agents: [add], workflows: [racing], emits: [Made] });
    const { start, ask, clock, mesh } = setUp({ ...CALM, latencyMs: 100 }, seed);
    const clockOf = () => clock;
    const first = start(one);
    mesh.stream("one").listen(({ subject }) => {
      if (subject.startsWith("run.one.end."))
        clock
          .sleep(100)
          .then(first.kill)
          .catch(() => undefined);
    });
    ask("one", "run_start", "r1", { workflow: "racing", input: { n: 1 } });
    await clock.run(() => mesh.stream("one").messages.some(({ subject }) => subject.startsWith("run.one.end.")), 60_000);
    await clock.run(() => false, 2_000);
    const facts = () => mesh.stream("one").messages.filter(({ subject }) => subject.startsWith("evt."));
    start(one);
    await clock.run(() => facts().length > 0, 120_000);
    expect(facts().map(({ subject }) => subject)).toEqual(["evt.one.thing.made.x.r1-4"]);
  },
);

test("what a workflow or an agent does to a value that it got changes nothing of what is journaled", async () => {
  const List = z.object({ list: z.array(z.string()) });
  const lister = agent({
    name: "lister",
    does: "adds what it was not given, and fails twice",
    tier: "worker",
    input: z.any(),
    output: List,
    run: ({ input, attempt }) => {
      input.list.push(`attempt ${attempt}`);
      if (attempt < 3) throw new Error("not yet");
      return input;
    },
  });
  const spoiler = workflow({
    name: "spoiler",
    version: 1,
    input: List,
    output: z.unknown(),
    run: async (input, ctx) => {
      input.list.push("own");
      const step = await ctx.step("list", () => [1]);
      step.push(2);
      const asked = await ctx.ask(lister, { list: ["asked"] });
      asked.list.push("own");
      const seen = [...step];
      await ctx.sleep("1m");
      step.push(3);
      return { input, step, asked, seen };
    },
  });
  const one = team({ name: "one", agents: [lister], workflows: [spoiler] });
  const { start, ask, state, ended, clock } = setUp();
  const first = start(one);
  ask("one", "run_start", "r1", { workflow: "spoiler", input: { list: ["given"] } });
  await clock.run(() => state("one", "r1").steps.get(2)?.status === "completed", 60_000);
  await clock.run(() => false, 1_000);
  first.kill();
  start(one);
  await ended("one", "r1");
  expect(state("one", "r1").ended).toMatchObject({
    status: "completed",
    output: { input: { list: ["given", "own"] }, step: [1, 2, 3], asked: { list: ["asked", "attempt 3", "own"] }, seen: [1, 2] },
  });
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

test("what a dead replica owed is not taken for paid by an old look at its run", async () => {
  const run = (): Promise<never> => new Promise(() => undefined);
  const slow = agent({ name: "slow", does: "waits", tier: "worker", input: Num, output: Num, limits: { timeout: "1h" }, run });
  const both = workflow({
    name: "both",
    version: 1,
    input: Num,
    output: Num,
    run: async (input, ctx) => {
      await ctx.step("first", () => 1);
      const [, second] = await Promise.all([ctx.ask(slow, input), ctx.ask(add, input)]);
      return second;
    },
  });
  const one = team({ name: "one", agents: [slow, add], workflows: [both] });
  const { start, ask, state, clock, mesh } = setUp();
  const first = start(one);
  mesh.stream("one").listen(({ subject }) => {
    if (subject.startsWith("run.one.do.slow-a.r1.")) first.kill(); // before the other ask is dispatched
  });
  ask("one", "run_start", "r1", { workflow: "both", input: { n: 1 } });
  await clock.run(() => state("one", "r1").steps.size === 2, 10_000);
  // What the second replica sees of the run is old until a message tells it of more, which comes while it looks for what is owed.
  const connect = mesh.connect.bind(mesh);
  mesh.connect = (name) => {
    const { log, ...replica } = connect(name);
    const load: typeof log.load = async (filter, atLeast = 0) => {
      const loaded = await log.load(filter, atLeast);
      const began = mesh.stream("one").messages.find(({ subject }) => subject.endsWith(".r1.1"))?.seq ?? 0;
      if (loaded.kind !== "loaded" || !filter.includes("r1")) return loaded;
      await clock.sleep(atLeast > began ? 10 : atLeast === began ? 50 : 0);
      return atLeast > began ? loaded : { ...loaded, messages: loaded.messages.filter(({ seq }) => seq <= began), upTo: began };
    };
    return { ...replica, log: { ...log, load } };
  };
  await clock.run(() => false, 60_000); // all that the first held is free by now
  start(one);
  await clock.run(() => state("one", "r1").steps.get(3)?.status === "completed", 60_000);
  expect(state("one", "r1").steps.get(3)?.status).toBe("completed");
});

const failed = { attempt: 1, code: "BUSY", message: "not now" };
const drawn = { attempt: 1, tier: "worker", model: "m", ceiling: { micros: 1, tokens: 1 }, agent: "add", account: "add", block: "b" };
/** What can happen to step 2 while its outcome is out. */
const progress = {
  "step.drawn": { n: 2, call: "c", ...drawn },
  "step.submitted": { n: 2, attempt: 1, call: "c", batch: "b" },
  "step.held": { n: 2, until: "2026-01-01T01:00:00.000Z" },
  "step.released": { n: 2 },
  "step.attempt_failed": { n: 2, delivery: 1, retryAt: "2026-01-01T01:00:00.000Z", counts: true, ...failed },
  "step.worker_lost": { n: 2, attempt: 1, delivery: 1 },
  "step.tool": { n: 2, call: 1, tool: "t", output: 1 },
  "step.parked": { n: 2, code: "BUSY", message: "not now", attempts: 1, chain: ["r1"] },
  "step.retried": { n: 2, by: "operator" },
} satisfies Partial<JournalData>;

test("every kind of progress is among them", () => {
  const types = (Object.keys(journalTable) as (keyof JournalData)[]).filter((type) => journalTable[type].role === "progress");
  expect(Object.keys(progress).sort()).toEqual(types.sort());
});

test.each(Object.entries(progress))(
  "%s between an outcome and the answer that another replica gives to it is no changed workflow",
  async (type, data) => {
    const both = workflow({
      name: "both",
      version: 1,
      input: Num,
      output: z.array(Num),
      run: (input, ctx) => Promise.all([ctx.ask(add, input).then((one) => ctx.ask(add, one)), ctx.ask(add, input)]),
    });
    const { clock, mesh } = setUp();
    const write = (n: number, route: string, events: readonly JournalEvent[]): void => {
      const about = { team: "one", run: "r1", n, writer: "w", time: "2026-01-01T00:00:00.000Z", prev: undefined };
      const { body } = journalBody(about, { correlation: "r1", causation: "r1", hops: 0, traceparent: undefined }, events);
      mesh.stream("one").append(`run.one.${route}.r1.${n}`, body, clock.now());
    };
    const by = { kind: "ask", from: "operator", id: "r1" } as const;
    const requested = (n: number): JournalEvent => ({ type: "step.requested", data: { n, agent: "add", variant: "a", input: { n: 1 } } });
    write(1, "do.add-a", [
      { type: "run.started", data: { workflow: "both", version: 1, source: "", input: { n: 1 }, by } },
      requested(1),
      requested(2),
    ]);
    write(2, "lead.both-v1", [{ type: "step.completed", data: { n: 1, attempt: 1, output: { n: 2 }, ms: 1, tokens: 0, costMicros: 0 } }]);
    write(3, "note.progress", [{ type, data } as JournalEvent]);
    const run = coldRun("r1");
    await replay(run, mesh.stream("one").messages, {
      scheduler: immediateScheduler,
      payloads: new Payloads(mesh.connect("one").objects, "one"),
      workflow: () => both as never,
    });
    expect(run.fault).toBeUndefined();
    expect(run.execution?.fresh).toMatchObject([{ n: 3, kind: "ask agent" }]);
  },
);

test("a dispatch whose acknowledgement was forgotten does not answer for the step's new one", async () => {
  const { start, ask, ended, state, clock } = setUp({ ...CALM, forgottenAck: 1 });
  const late = agent({
    name: "late",
    does: "adds one, later",
    tier: "worker",
    input: Num,
    output: Num,
    window: "00:00:10-12:00 UTC",
    run: async ({ input, signal, attempt }) => {
      if (attempt === 1) await clock.sleep(60_000, signal);
      return { n: input.n + 1 };
    },
  });
  const file = workflow({ name: "file", version: 1, input: Num, output: Num, run: (input, ctx) => ctx.ask(late, input) });
  const definition = team({ name: "one", agents: [late], workflows: [file] });
  const first = start(definition);
  ask("one", "run_start", "r", { workflow: "file", input: { n: 1 } });
  await clock.run(() => state("one", "r").steps.get(1)?.dispatchedAt === 3, 20_000); // released, and at work
  first.kill();
  const began = clock.now();
  await clock.run(() => clock.now() >= began + 30_000, 40_000); // both dispatches are to be delivered again
  start(definition);
  await ended("one", "r");
  expect(state("one", "r").ended).toMatchObject({ status: "completed", output: { n: 2 } });
});

function eventsOf(mesh: MemoryMesh, name: string, type: JournalEvent["type"]): readonly JournalEvent[] {
  const events = mesh.stream(name).messages.flatMap((message) => readJournalMessage(message)?.events ?? []);
  return events.filter((one) => one.type === type);
}

test("a delivery that comes while its step is at work tells of no replica that went away", async () => {
  const { start, ask, ended, state, clock, mesh } = setUp({ ...CALM, lostSigns: 1 });
  const slow = agent({
    name: "slow",
    does: "fails late, and then adds one",
    tier: "worker",
    input: Num,
    output: Num,
    limits: { timeout: "2m" },
    run: async ({ input, signal, attempt }) => {
      if (attempt > 1) return { n: input.n + 1 };
      await clock.sleep(100_000, signal);
      throw new Error("not yet");
    },
  });
  const file = workflow({ name: "file", version: 1, input: Num, output: Num, run: (input, ctx) => ctx.ask(slow, input) });
  start(team({ name: "one", agents: [slow], workflows: [file] }));
  ask("one", "run_start", "r", { workflow: "file", input: { n: 1 } });
  await ended("one", "r");
  expect(state("one", "r").ended).toMatchObject({ status: "completed", output: { n: 2 } });
  const [failed] = eventsOf(mesh, "one", "step.attempt_failed");
  expect(failed?.type === "step.attempt_failed" && failed.data.delivery).toBeGreaterThan(1);
  expect(eventsOf(mesh, "one", "step.worker_lost")).toEqual([]);
});

test("where no attempt is left none is counted as lost, though the replica dies in the fallback", async () => {
  const { start, ask, ended, state, clock, mesh } = setUp();
  const deadly: string[] = [];
  let replica: TestReplica | undefined;
  const dies = (what: string): Promise<never> => {
    deadly.push(what);
    replica?.kill();
    return new Promise(() => undefined);
  };
  const fatal = agent({
    name: "fatal",
    does: "takes its replica along",
    tier: "worker",
    input: Num,
    output: Num,
    limits: { attempts: 2 },
    run: () => dies("attempt"),
    fallback: ({ n }) => (deadly.includes("fallback") ? { n } : dies("fallback")),
  });
  const file = workflow({ name: "file", version: 1, input: Num, output: Num, run: (input, ctx) => ctx.ask(fatal, input) });
  const definition = team({ name: "one", agents: [fatal], workflows: [file] });
  replica = start(definition);
  ask("one", "run_start", "r", { workflow: "file", input: { n: 1 } });
  for (let died = 1; died <= 3; died++) {
    await clock.run(() => deadly.length === died, 120_000);
    replica = start(definition);
  }
  await ended("one", "r");
  expect(deadly).toEqual(["attempt", "attempt", "fallback"]);
  expect(eventsOf(mesh, "one", "step.worker_lost")).toHaveLength(2);
  expect(state("one", "r").ended).toMatchObject({ status: "degraded", output: { n: 1 } });
});

const Made = event("one.thing.made", { version: 1, id: (d) => d.id, data: z.object({ id: z.string() }) });
const Came = event("two.thing.came", { version: 1, id: (d) => d.id, data: z.object({ id: z.string() }) });
const twice = capability("two.twice", { input: Num, output: Num });

/** What a run waits for; what brings it, and what is journaled of it. */
const arrivals = {
  timer: { waits: (ctx) => ctx.sleep("10s"), comes: "tick.one.", as: "timer.fired" },
  answer: { waits: (ctx) => ctx.ask(twice, { n: 1 }), comes: "ans.one.", as: "ask.answered" },
  approval: {
    waits: (ctx) => ctx.approval("may it?", { within: "1d", otherwise: "cancel" }),
    comes: "ask.one.operator.run_approve.",
    as: "approval.given",
  },
  fact: { waits: (ctx) => ctx.waitFor(Came, { id: "a", within: "1d" }), comes: "evt.two.", as: "wait.met" },
} satisfies Record<string, { waits: (ctx: WorkflowContext) => Promise<unknown>; comes: string; as: JournalEvent["type"] }>;

test.each(Object.entries(arrivals))("a replica that stands still with a %s pays what another decided on it and died", async (what, one) => {
  const { start, ask, state, ended, clock, mesh } = setUp();
  const waiting = workflow({
    name: "waiting",
    version: 1,
    input: Num,
    output: Num,
    run: async (input, ctx) => {
      await one.waits(ctx);
      await ctx.emit(Made, { id: "x" });
      return input;
    },
  });
  const sends = workflow({
    name: "sends",
    version: 1,
    input: Num,
    output: Num,
    run: async (input, ctx) => {
      await ctx.sleep("10s");
      await ctx.emit(Came, { id: "a" });
      return input;
    },
  });
  start(team({ name: "two", workflows: [sends], provides: [twice.by(sends)], emits: [Came] }));
  const definition = team({ name: "one", workflows: [waiting], emits: [Made], asks: [twice], awaits: [Came] });
  const first = start(definition);
  const made = (): readonly Message[] => mesh.stream("one").messages.filter(({ subject }) => subject.startsWith("evt.one."));
  let second: TestReplica | undefined;
  let died = false;
  mesh.stream("one").listen((message) => {
    if (message.subject.startsWith(one.comes)) first.freeze(30_000);
    if (second === undefined || readJournalMessage(message)?.events.some(({ type }) => type === one.as) !== true) return;
    died = true;
    second.kill();
  });
  ask("one", "run_start", "r1", { workflow: "waiting", input: { n: 1 } });
  await clock.run(() => state("one", "r1").waits.size > 0, 10_000);
  if (what === "approval") ask("one", "run_approve", "a1", { run: "r1" });
  if (what === "fact") ask("two", "run_start", "s1", { workflow: "sends", input: { n: 1 } });
  await clock.run(() => mesh.stream("one").messages.some(({ subject }) => subject.startsWith(one.comes)), 20_000);
  const stopped = clock.now();
  await clock.run(() => clock.now() > stopped + 1_000, 2_000);
  second = start(definition);
  await clock.run(() => died, 28_000);
  expect({ died, made: made() }).toEqual({ died: true, made: [] });
  await ended("one", "r1");
  await clock.run(() => mesh.quiet, 120_000);
  expect(state("one", "r1").ended).toMatchObject({ status: "completed" });
  expect(made()).toHaveLength(1);
});

test("an attempt that was counted as lost is not counted again when its replica goes on and it fails", async () => {
  const { start, ask, ended, state, clock, mesh } = setUp();
  let first: TestReplica | undefined;
  let began = 0;
  const slow = agent({
    name: "slow",
    does: "stands still, and works when it is tried again",
    tier: "worker",
    input: Num,
    output: Num,
    limits: { attempts: 2, timeout: "2m" },
    run: async ({ input }) => {
      if (++began === 1) {
        first?.freeze(40_000);
        throw new Error("too late");
      }
      await clock.sleep(60_000);
      return input;
    },
  });
  const file = workflow({ name: "file", version: 1, input: Num, output: Num, run: (input, ctx) => ctx.ask(slow, input) });
  const definition = team({ name: "one", agents: [slow], workflows: [file] });
  first = start(definition);
  ask("one", "run_start", "r", { workflow: "file", input: { n: 1 } });
  await clock.run(() => began === 1, 10_000);
  start(definition);
  await ended("one", "r");
  expect(state("one", "r").ended).toMatchObject({ status: "completed", output: { n: 1 } });
  expect(eventsOf(mesh, "one", "step.worker_lost")).toHaveLength(1);
  expect(eventsOf(mesh, "one", "step.attempt_failed")).toEqual([]);
});

test("what a stopping replica gives back late, when others are past that attempt, does not make theirs one that was lost", async () => {
  const { start, ask, ended, state, clock, mesh } = setUp();
  let first: TestReplica | undefined;
  let began = 0;
  const slow = agent({
    name: "slow",
    does: "stands still, fails, and works",
    tier: "worker",
    input: Num,
    output: Num,
    limits: { timeout: "2m" },
    run: async ({ input, signal }) => {
      if (++began === 1) {
        first?.freeze(70_000);
        void first?.engine.stop();
        signal.throwIfAborted();
      }
      if (began === 2) throw new Error("of the second attempt");
      await clock.sleep(60_000);
      return input;
    },
  });
  const file = workflow({ name: "file", version: 1, input: Num, output: Num, run: (input, ctx) => ctx.ask(slow, input) });
  const definition = team({ name: "one", agents: [slow], workflows: [file] });
  first = start(definition);
  ask("one", "run_start", "r", { workflow: "file", input: { n: 1 } });
  await clock.run(() => began === 1, 10_000);
  const second = start(definition);
  await clock.run(() => began === 3, 60_000);
  await clock.run(() => false, 40_000);
  second.kill();
  start(definition);
  await ended("one", "r");
  expect(state("one", "r").ended).toMatchObject({ status: "completed", output: { n: 1 } });
  expect(eventsOf(mesh, "one", "step.attempt_failed")).toHaveLength(1);
  expect(eventsOf(mesh, "one", "step.worker_lost")).toHaveLength(2);
});

test("a run that goes on as new and waits for nothing is stopped; one that waits now and then goes on", async () => {
  const { start, ask, state, clock } = setUp();
  const spinning = workflow({
    name: "spinning",
    version: 1,
    input: Num,
    output: Num,
    run: async ({ n }, ctx) => {
      if (n % 90 === 0) await ctx.sleep("1s");
      return n === 250 ? { n } : ctx.continueAsNew({ n: n + 1 });
    },
  });
  const restless = workflow({ ...spinning, name: "restless", run: ({ n }, ctx) => ctx.continueAsNew({ n: n + 1 }) });
  start(team({ name: "one", workflows: [spinning, restless] }));
  ask("one", "run_start", "r1", { workflow: "spinning", input: { n: 1 } });
  ask("one", "run_start", "r2", { workflow: "restless", input: { n: 1 } });
  await clock.run(() => state("one", "r1~250").ended !== undefined && state("one", "r2~100").stopped !== undefined, 60_000);
  expect(state("one", "r1~250").ended).toMatchObject({ status: "completed", output: { n: 250 } });
  expect(state("one", "r2~100").stopped).toMatchObject({ code: "WORKFLOW_SPINS" });
  expect(state("one", "r2~101").exists).toBe(false);
});
