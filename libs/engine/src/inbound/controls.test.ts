import { agent, team, workflow } from "@armada/agents";
import { encodeBody, event } from "@armada/contracts";
import { startReplica } from "@armada/engine/testing";
import { CALM, type Hostility, MemoryMesh } from "@armada/event-sourcing";
import { seededRandom, VirtualClock } from "@armada/event-sourcing/testing";
import { script } from "@armada/testing";
import { expect, test } from "vitest";
import { z } from "zod";
import { readRun } from "../view/run.ts";
import { runIdOf } from "./starts.ts";

const Num = z.object({ n: z.number() });
const waits = workflow({
  name: "waits",
  version: 1,
  input: Num,
  output: Num,
  run: async (input, ctx) => {
    if (input.n === 0) return ctx.continueAsNew({ n: 1 });
    await ctx.sleep("1h");
    return input;
  },
});

/** `at`: when the stream stored it, ms since 1970. */
function operate(mesh: MemoryMesh, clock: VirtualClock, capability: string, id: string, data: unknown, at = clock.now()): void {
  const about = { specversion: "1.0", source: "/operator", type: "armada.asked", team: "operator", schemaversion: 1, hops: 0 } as const;
  const time = new Date(clock.now()).toISOString();
  const body = encodeBody([{ ...about, id: `${id}.${capability}`, subject: id, time, data, correlationid: id, causationid: id }]);
  mesh.stream("patient").append(`ask.patient.operator.${capability}.${id}`, body, at);
}

const asksTwice = workflow({
  name: "asks_twice",
  version: 1,
  input: Num,
  output: Num,
  run: async ({ n }, ctx) => {
    await ctx.approval("go on?", { within: "1h", otherwise: "cancel" });
    return n === 1 ? { n } : ctx.continueAsNew({ n: n + 1 });
  },
});

const Said = event("patient.thing.said", { version: 1, id: () => "a", data: z.object({}) });
/** One call more than a function may make while one message is answered. */
const calls = workflow({
  name: "calls",
  version: 1,
  input: Num,
  output: Num,
  run: async (input, ctx) => {
    await ctx.emit(Said, {});
    for (let left = 9_999; left > 0; left--) ctx.deadline("1ms", () => Promise.reject(new Error("no"))).catch(() => undefined);
    await ctx.emit(Said, {});
    return input;
  },
});

/** A replica of a team of one workflow, and how its runs ended. */
function patient(hostility?: Hostility) {
  const clock = new VirtualClock();
  const random = seededRandom(1);
  const mesh = new MemoryMesh(clock, random, hostility);
  const definition = team({ name: "patient", emits: [Said], workflows: [waits, asksTwice, calls] });
  startReplica(mesh, definition, script({}), { clock, random, scheduler: clock.scheduler });
  const state = (run: string) => {
    const loaded = mesh.stream("patient").load(`run.patient.*.*.${run}.*`, mesh.stream("patient").head);
    return readRun(loaded.kind === "loaded" ? loaded.messages : []);
  };
  return { clock, mesh, state, ended: (run: string): string | undefined => state(run).ended?.status };
}

test("an id given outside never takes the name under which another run goes on", async () => {
  const { clock, mesh, ended } = patient();
  operate(mesh, clock, "run_start", "r1~2", { workflow: "waits", input: { n: 1 } });
  await clock.run(() => false, 500);
  operate(mesh, clock, "run_start", "r1", { workflow: "waits", input: { n: 0 } });
  await clock.run(() => ended("r1~2") !== undefined, 4 * 3_600_000);
  expect([ended("r1"), ended("r1~2"), ended(runIdOf("r1~2"))]).toEqual(["continued", "completed", "completed"]);
});

test("an approval that comes again answers nothing of the run that went on meanwhile", async () => {
  const { clock, mesh, state, ended } = patient({ ...CALM, forgottenAck: 1 });
  operate(mesh, clock, "run_start", "r1", { workflow: "asks_twice", input: { n: 0 } });
  await clock.run(() => state("r1").waits.size > 0, 10_000);
  operate(mesh, clock, "run_approve", "a1", { run: "r1" });
  await clock.run(() => state("r1~2").waits.size > 0, 10_000);
  await clock.run(() => false, 60_000);
  expect([ended("r1"), ended("r1~2")]).toEqual(["continued", undefined]);
});

test("a cancel reaches the run that goes on with the work of a continued one, and one that overtakes its start waits for it", async () => {
  const clock = new VirtualClock();
  const random = seededRandom(1);
  const mesh = new MemoryMesh(clock, random);
  startReplica(mesh, team({ name: "patient", workflows: [waits] }), script({}), { clock, random, scheduler: clock.scheduler });
  const ended = (run: string): string | undefined => {
    const loaded = mesh.stream("patient").load(`run.patient.*.*.${run}.*`, mesh.stream("patient").head);
    return readRun(loaded.kind === "loaded" ? loaded.messages : []).ended?.status;
  };
  operate(mesh, clock, "run_start", "r1", { workflow: "waits", input: { n: 0 } });
  await clock.run(() => ended("r1") === "continued", 10_000);
  operate(mesh, clock, "run_cancel", "c1", { run: "r1" });
  operate(mesh, clock, "run_cancel", "c2", { run: "r2" });
  await clock.run(() => false, 500);
  operate(mesh, clock, "run_start", "r2", { workflow: "waits", input: { n: 1 } });
  await clock.run(() => ended("r1~2") !== undefined && ended("r2") !== undefined, 10_000);
  expect([ended("r1~2"), ended("r2")]).toEqual(["cancelled", "cancelled"]);
});

test("a run that was moved, and what goes on with its work, stands on the source of its new version", async () => {
  const clock = new VirtualClock();
  const random = seededRandom(1);
  const mesh = new MemoryMesh(clock, random);
  const env = { clock, random, scheduler: clock.scheduler, sourceOf: ({ version }: { version: number }) => `source of ${version}` };
  startReplica(mesh, team({ name: "patient", workflows: [asksTwice, { ...asksTwice, version: 2 }] }), script({}), env);
  const state = (run: string) => {
    const loaded = mesh.stream("patient").load(`run.patient.*.*.${run}.*`, mesh.stream("patient").head);
    return readRun(loaded.kind === "loaded" ? loaded.messages : []);
  };
  operate(mesh, clock, "run_start", "r1", { workflow: "asks_twice", input: { n: 0 } });
  await clock.run(() => state("r1").waits.size > 0, 10_000);
  expect(state("r1")).toMatchObject({ version: 2, source: "source of 2" });
  operate(mesh, clock, "run_move", "m1", { run: "r1", version: 1 });
  await clock.run(() => state("r1").version === 1, 10_000);
  expect(state("r1")).toMatchObject({ version: 1, source: "source of 1" });
  operate(mesh, clock, "run_approve", "a1", { run: "r1" });
  await clock.run(() => state("r1~2").waits.size > 0, 10_000);
  expect(state("r1~2")).toMatchObject({ version: 1, source: "source of 1" });
  operate(mesh, clock, "run_move", "m2", { run: "r1", version: 7 });
  await clock.run(() => state("r1~2").version === 7, 10_000);
  expect(state("r1~2")).toMatchObject({ version: 7, source: "" });
});

test("a function that was stopped for its many calls is stopped for them again where its run is resumed", async () => {
  const { clock, mesh, state } = patient();
  operate(mesh, clock, "run_start", "r1", { workflow: "calls", input: { n: 1 } });
  await clock.run(() => state("r1").stopped !== undefined, 5_000);
  expect(state("r1").stopped?.code).toBe("WORKFLOW_SPINS");
  const { length } = state("r1");
  operate(mesh, clock, "run_retry", "c1", { run: "r1" });
  await clock.run(() => state("r1").length === length + 2, 5_000); // resumed, and stopped
  expect(state("r1").stopped?.code).toBe("WORKFLOW_SPINS");
});

const paper = { isThere: false, tried: 0 };
const writer = agent({
  name: "writer",
  does: "writes",
  tier: "worker",
  limits: { attempts: 1, breaker: false },
  input: Num,
  output: Num,
  run: ({ input }) => {
    paper.tried++;
    if (!paper.isThere) throw new Error("no paper");
    return input;
  },
});
const writes = workflow({ name: "writes", version: 1, input: Num, output: Num, run: (input, ctx) => ctx.ask(writer, input) });

/** A replica with a run that is parked, and its operator. */
async function withParked(hostility?: Hostility) {
  Object.assign(paper, { isThere: false, tried: 0 });
  const clock = new VirtualClock();
  const random = seededRandom(1);
  const mesh = new MemoryMesh(clock, random, hostility);
  const definition = team({ name: "patient", agents: [writer], workflows: [writes] });
  startReplica(mesh, definition, script({}), { clock, random, scheduler: clock.scheduler });
  const state = () => {
    const loaded = mesh.stream("patient").load("run.patient.*.*.r1.*", mesh.stream("patient").head);
    return readRun(loaded.kind === "loaded" ? loaded.messages : []);
  };
  const step = () => state().steps.get(1);
  operate(mesh, clock, "run_start", "r1", { workflow: "writes", input: { n: 1 } });
  await clock.run(() => step()?.status === "parked", 10_000);
  const retried = (): number => mesh.stream("patient").messages.filter(({ body }) => body.includes('"armada.step.retried"')).length;
  const ask = async (capability: string, id: string, data: object, ms = 5_000): Promise<void> => {
    operate(mesh, clock, capability, id, { run: "r1", ...data });
    await clock.run(() => false, ms);
  };
  return { clock, mesh, state, step, ask, retried };
}

test("an ask about a step as it was parked then does nothing to it once it was tried since", async () => {
  const { step, ask, retried, state } = await withParked();
  const at = step()?.dispatchedAt ?? 0;
  await ask("run_retry", "first", { parked: [{ n: 1, at }] });
  expect([step()?.status, paper.tried, retried()]).toEqual(["parked", 2, 1]);
  await ask("run_retry", "second", { parked: [{ n: 1, at }] });
  await ask("run_cancel", "third", { parked: [{ n: 1, at }] });
  expect([paper.tried, retried(), state().ended]).toEqual([2, 1, undefined]);
  await ask("run_retry", "fourth", { parked: [{ n: 1, at: step()?.dispatchedAt }] });
  expect([paper.tried, retried()]).toEqual([3, 2]);
});

test("one that comes again, its acknowledgement forgotten, is acted on once", async () => {
  const { step, ask, retried } = await withParked({ ...CALM, forgottenAck: 0.7 });
  await ask("run_retry", "first", { parked: [{ n: 1, at: step()?.dispatchedAt }] }, 300_000);
  expect([step()?.status, paper.tried, retried()]).toEqual(["parked", 2, 1]);
});

test("one that nobody took in time does nothing when somebody comes", async () => {
  const { mesh, clock, step, retried } = await withParked();
  const about = { run: "r1", parked: [{ n: 1, at: step()?.dispatchedAt }], within: 10_000 };
  operate(mesh, clock, "run_retry", "late", about, clock.now() - 10_001);
  await clock.run(() => false, 60_000);
  expect(retried()).toBe(0);
  operate(mesh, clock, "run_retry", "in_time", about, clock.now() - 9_000);
  await clock.run(() => false, 5_000);
  expect(retried()).toBe(1);
});
