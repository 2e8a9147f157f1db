import { team, workflow } from "@armada/agents";
import { type Envelope, encodeBody, event, runFilter } from "@armada/contracts";
import { MemoryMesh } from "@armada/event-sourcing";
import { seededRandom, VirtualClock } from "@armada/event-sourcing/testing";
import { expect, test } from "vitest";
import { z } from "zod";
import { startReplica } from "../testing/replica.ts";
import { readRun } from "../view/run.ts";
import { queuesOf } from "./queues.ts";

const Id = z.object({ id: z.string() });
const Poked = event("desk.note.poked", { version: 1, id: (data) => data.id, data: Id });
const waiter = workflow({
  name: "waiter",
  version: 1,
  input: Id,
  output: Id,
  run: (input, ctx) => ctx.waitFor(Poked, { id: input.id }),
});
let filed = 0;
/** Whoever works on it first goes away at it. */
const filer = workflow({
  name: "filer",
  version: 1,
  input: Id,
  output: Id,
  run: async (input, ctx) => {
    const poked = await ctx.waitFor(Poked, { id: input.id });
    await ctx.step("file", () => (++filed === 1 ? new Promise<void>(() => undefined) : Promise.resolve()));
    return poked;
  },
});
const desk = team({ name: "desk", workflows: [waiter, filer], emits: [Poked], awaits: [Poked] });
const models = { call: () => Promise.reject(new Error("no model")) };

test("a wait takes what was acknowledged before its replica began, and what follows outlives that replica", async () => {
  const clock = new VirtualClock();
  const random = seededRandom(1);
  const mesh = new MemoryMesh(clock, random);
  const stream = mesh.stream("desk");
  const env = { clock, random, scheduler: clock.scheduler };
  const settle = (): Promise<unknown> => clock.run(() => mesh.quiet, 60_000);
  const put = (subject: string, about: Pick<Envelope, "type" | "id" | "team" | "data">): void => {
    const { id } = about;
    const rest = { source: "/x", subject: id, time: new Date(clock.now()).toISOString(), schemaversion: 1, hops: 0 };
    stream.append(subject, encodeBody([{ specversion: "1.0", correlationid: id, causationid: id, ...rest, ...about }]), clock.now());
  };
  const poke = (id: string, key: string): void =>
    put(`evt.desk.note.poked.${id}.${key}`, { type: Poked.type, id: key, team: "desk", data: { id } });
  const start = (run: string, id: string, name = "waiter"): void =>
    put(`ask.desk.operator.run_start.${run}`, {
      type: "armada.asked",
      id: run,
      team: "operator",
      data: { workflow: name, input: { id } },
    });
  const journal = (run: string): ReturnType<typeof readRun> => {
    const loaded = stream.load(runFilter("desk", run), stream.head);
    return readRun(loaded.kind === "loaded" ? loaded.messages : []);
  };

  const first = startReplica(mesh, desk, models, env);
  start("r1", "a");
  start("r2", "b");
  start("r3", "c", "filer");
  await settle();
  poke("b", "b1");
  await settle();
  expect([journal("r1").ended, journal("r2").ended?.status]).toEqual([undefined, "completed"]);
  first.kill();

  const over = new AbortController();
  for (const queue of queuesOf(desk).waits) void mesh.connect("desk").log.work(queue, async () => ({ kind: "done" }), over.signal);
  poke("a", "a1");
  poke("c", "c1");
  await settle();
  over.abort();
  expect(journal("r1").ended).toBeUndefined();
  const before = journal("r2").length;

  const second = startReplica(mesh, desk, models, env);
  await clock.run(() => journal("r1").ended !== undefined && filed === 1, 60_000);
  expect(journal("r1").ended).toMatchObject({ status: "completed", output: { id: "a" } });
  expect(journal("r2").length).toBe(before);

  second.kill();
  startReplica(mesh, desk, models, env);
  await clock.run(() => journal("r3").ended !== undefined, 60_000);
  expect([filed, journal("r3").ended]).toMatchObject([2, { status: "completed", output: { id: "c" } }]);
});
