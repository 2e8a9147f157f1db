import { agent, team, tool, workflow } from "@armada/agents";
import { ArmadaError, buildSubject, type Envelope, encodeBody, event } from "@armada/contracts";
import { CALM, MemoryMesh } from "@armada/event-sourcing";
import { seededRandom, VirtualClock } from "@armada/event-sourcing/testing";
import type { Models } from "@armada/models";
import { expect, test, vi } from "vitest";
import { z } from "zod";
import { startReplica, type TestReplica } from "./testing/replica.ts";
import { type RunView, readRun, viewOf } from "./view/run.ts";

const Said = event("one.note.said", { version: 1, id: () => "a", data: z.object({}) });
const Poked = event("one.note.poked", { version: 1, id: () => "a", data: z.object({}) });
const quick = agent({ name: "quick", does: "answers", tier: "worker", input: z.object({}), output: z.object({}), run: () => ({}) });
const say = workflow({
  name: "say",
  version: 1,
  input: z.object({}),
  output: z.null(),
  run: async (_, ctx) => {
    await ctx.ask(quick, {});
    await ctx.emit(Said, {});
    await ctx.waitFor(Poked, { id: "a" });
    return null;
  },
});
const TOOLS = 1_020;
const busy = agent({
  name: "busy",
  does: "calls its tool more often than a load has messages",
  tier: "worker",
  input: z.object({}),
  output: z.number(),
  tools: { mark: tool({ input: z.number(), output: z.number(), effect: "write", run: (n) => n }) },
  limits: { timeout: "1h" },
  run: async ({ tools }) => {
    for (let n = 0; n < TOOLS; n++) await tools.mark(n);
    return TOOLS;
  },
});
const long = workflow({
  name: "long",
  version: 1,
  input: z.object({}),
  output: z.null(),
  run: async (_, ctx) => {
    await ctx.ask(busy, {});
    await ctx.waitFor(Poked, { id: "a" });
    return null;
  },
});
let turns = 0;
const computes = workflow({ name: "computes", version: 1, input: z.object({}), output: z.number(), run: async () => ++turns });
const asks = workflow({
  name: "asks",
  version: 1,
  input: z.object({}),
  output: z.null(),
  run: async (_, ctx) => {
    await ctx.ask(quick, {});
    await ctx.approval("go on?", { within: "1h", otherwise: "fail" });
    return null;
  },
});
const keeper = agent({
  name: "keeper",
  does: "puts a body away and takes it out again, in its only attempt",
  tier: "worker",
  input: z.object({}),
  output: z.string(),
  limits: { attempts: 1 },
  run: async ({ objects }) => Buffer.from(await objects.get(await objects.put(Buffer.from("kept")))).toString(),
});
const keeps = workflow({ name: "keeps", version: 1, input: z.object({}), output: z.string(), run: (_, ctx) => ctx.ask(keeper, {}) });
const one = team({
  name: "one",
  agents: [busy, quick, keeper],
  workflows: [say, long, computes, asks, keeps],
  emits: [Said, Poked],
  awaits: [Poked],
});
const models: Models = { call: () => Promise.reject(new Error("no model")) };

function setUp(hostility = CALM) {
  const clock = new VirtualClock();
  const mesh = new MemoryMesh(clock, seededRandom(1), hostility);
  let writes = 0;
  const put = (subject: string, about: Pick<Envelope, "id" | "type" | "team" | "data"> & { subject: string }): void => {
    const time = new Date(clock.now()).toISOString();
    const rest = { source: `/${about.team}`, time, correlationid: about.id, causationid: about.id, schemaversion: 1, hops: 0 };
    mesh.stream("one").append(subject, encodeBody([{ specversion: "1.0", ...rest, ...about }]), clock.now());
  };
  return {
    clock,
    mesh,
    put,
    replica: (): TestReplica => startReplica(mesh, one, models, { clock, random: seededRandom(++writes), scheduler: clock.scheduler }),
    ask: (capability: string, id: string, data: unknown): void =>
      put(buildSubject({ kind: "ask", to: "one", from: "operator", capability, id }), {
        id: `${id}.${capability}`,
        type: "armada.asked",
        team: "operator",
        subject: id,
        data,
      }),
    last: (): string => mesh.stream("one").messages.at(-1)?.subject ?? "",
    run: (id: string): RunView =>
      viewOf("one", id, readRun(mesh.stream("one").messages.filter(({ subject }) => subject.split(".")[4] === id))),
  };
}

test("a run whose message cannot be handled is stopped, says why, and can be cancelled", async () => {
  const { clock, put, replica, ask, run } = setUp();
  put("evt.one.note.said.a.r1-2", { id: "foreign", type: "one.note.said", team: "one", subject: "a", data: {} });
  replica();
  ask("run_start", "r1", { workflow: "say", input: {} });
  await clock.run(() => run("r1").status === "stopped", 3_600_000);
  expect(run("r1")).toMatchObject({ status: "stopped", reason: { code: "ENGINE_FAULT" } });
  expect(run("r1").reason?.message).toContain("evt.one.note.said.a.r1-2");
  ask("run_cancel", "c0", { run: "r1" });
  await clock.run(() => run("r1").status === "cancelled", 600_000);
  expect(run("r1").status).toBe("cancelled");
});

test("a journal that is longer than a load may be is read all the same: its run goes on and can be cancelled", async () => {
  const { clock, replica, ask, run, last } = setUp();
  const first = replica();
  ask("run_start", "r2", { workflow: "long", input: {} });
  await clock.run(() => last().includes(".wait."), 3_600_000);
  first.kill();
  replica();
  ask("run_cancel", "c1", { run: "r2" });
  await clock.run(() => last().includes(".end."), 600_000);
  expect(run("r2").status).toBe("cancelled");
}, 30_000);

test("a workflow function is run once for its turn, however often the log does not answer", async () => {
  const { clock, mesh, replica, ask, run } = setUp({ ...CALM, refused: 0.9 });
  replica();
  ask("run_start", "r3", { workflow: "computes", input: {} });
  await clock.run(() => run("r3").status === "completed", 600_000);
  expect(run("r3").status).toBe("completed");
  expect(mesh.mischief.refusals).toBeGreaterThan(1);
  expect(turns).toBe(1);
});

test("an agent's objects are asked for again while their store is away: no attempt is lost to that", async () => {
  const { clock, mesh, replica, ask, run } = setUp();
  const away = () => {
    throw new ArmadaError("LOG_UNAVAILABLE", "the connection went away", { retryable: true });
  };
  const put = vi.spyOn(mesh.objects, "put").mockImplementationOnce(away).mockImplementationOnce(away);
  const get = vi.spyOn(mesh.objects, "getHeld").mockImplementationOnce(away).mockImplementationOnce(away);
  replica();
  ask("run_start", "r5", { workflow: "keeps", input: {} });
  await clock.run(() => run("r5").status === "completed", 60_000);
  expect(run("r5")).toMatchObject({ status: "completed", steps: [{ attempts: 1 }] });
  expect([put, get].map(({ mock }) => mock.calls.length)).toEqual([3, 3]);
});

test("what a run asks for while nothing can be written begins when it is written", async () => {
  const trouble = { ...CALM, refused: 0 };
  const { clock, mesh, replica, ask, run } = setUp(trouble);
  mesh.stream("one").listen(({ subject }) => {
    if (subject.startsWith("run.one.do.")) trouble.refused = 1;
  });
  replica();
  ask("run_start", "r4", { workflow: "asks", input: {} });
  await clock.run(() => false, 10_800_000);
  expect(run("r4")).toMatchObject({ status: "running", steps: [{ status: "requested" }] });
  trouble.refused = 0;
  await clock.run(() => run("r4").status !== "running", 600_000);
  const [approval] = run("r4").approvals ?? [];
  expect(approval?.status).toBe("open");
  expect(Date.parse(approval?.until ?? "")).toBeGreaterThan(clock.now() + 3_500_000);
});
