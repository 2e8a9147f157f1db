import { agent, team, workflow } from "@armada/agents";
import { encodeBody, external } from "@armada/contracts";
import { startReplica } from "@armada/engine/testing";
import { CALM, MemoryMesh } from "@armada/event-sourcing";
import { seededRandom, VirtualClock } from "@armada/event-sourcing/testing";
import { script } from "@armada/testing";
import { expect, test } from "vitest";
import { z } from "zod";
import { readRun } from "../view/run.ts";

const None = z.object({});
const Poked = external("com.example.ticks.poked", { id: () => "a", data: None });
const later = agent({
  name: "later",
  does: "works in its hours",
  tier: "worker",
  input: None,
  output: None,
  window: "02:00-03:00 UTC",
  run: () => ({}),
});
const waits = workflow({
  name: "waits",
  version: 1,
  input: None,
  output: z.array(z.boolean()),
  run: async (_, ctx) => {
    const first = await ctx.approval("first?", { within: "1h", otherwise: "continue" });
    const second = await ctx.approval("second?", { within: "1h", otherwise: "continue" });
    await ctx.waitFor(Poked, { id: "a", within: "1h" }).catch(() => undefined);
    await ctx.ask(later, {});
    await ctx.sleep("1h");
    return [first.expired, second.expired];
  },
});

test("a timer that fires again, or after what it was for is settled, changes nothing", async () => {
  const clock = new VirtualClock();
  const random = seededRandom(1);
  const mesh = new MemoryMesh(clock, random, CALM);
  startReplica(mesh, team({ name: "one", agents: [later], workflows: [waits], awaits: [Poked] }), script({}), {
    clock,
    random,
    scheduler: clock.scheduler,
  });
  const put = (subject: string, envelope: { id: string; subject: string; type: string; data: unknown }): void => {
    const about = { specversion: "1.0", source: "/operator", team: "operator", schemaversion: 1, hops: 0 } as const;
    const time = new Date(clock.now()).toISOString();
    const body = encodeBody([{ ...about, ...envelope, time, correlationid: envelope.id, causationid: envelope.id }]);
    mesh.stream("one").append(subject, body, clock.now());
  };
  const ask = (capability: string, id: string, data: unknown): void =>
    put(`ask.one.operator.${capability}.${id}`, { id: `${id}.${capability}`, subject: id, type: "armada.asked", data });
  const tick = (run: string, n: number): void =>
    put(`tick.one.${run}.${n}`, { id: `${run}-${n}.due`, subject: `${run}-${n}`, type: "armada.timer.due", data: { n } });
  const journal = (run: string) => mesh.stream("one").messages.filter(({ subject }) => subject.split(".")[4] === run);
  const state = (run: string) => readRun(journal(run));
  /** Timers fire once more, twice each. */
  const refire = async (run: string, ...calls: readonly number[]): Promise<void> => {
    const before = journal(run).length;
    for (const n of [...calls, ...calls]) tick(run, n);
    await clock.run(() => false, 5_000);
    expect(journal(run)).toHaveLength(before);
  };
  ask("run_start", "r1", { workflow: "waits", input: {} });
  await clock.run(() => state("r1").waits.has(1), 10_000);
  ask("run_approve", "a1", { run: "r1", n: 1 });
  await clock.run(() => state("r1").waits.has(2), 10_000);
  await refire("r1", 1); // its approval was given
  await clock.run(() => state("r1").waits.has(3), 4_000_000);
  await refire("r1", 1, 2); // the second has expired
  await clock.run(() => state("r1").steps.get(4)?.held !== undefined, 4_000_000);
  await refire("r1", 1, 2, 3, 4); // a hold's, before the hold is over
  await clock.run(() => state("r1").ended !== undefined, 100_000_000);
  expect(state("r1").ended).toMatchObject({ status: "completed", output: [false, true] });
  await refire("r1", 1, 2, 3, 4, 5);
  ask("run_start", "r2", { workflow: "waits", input: {} });
  await clock.run(() => state("r2").waits.has(1), 10_000);
  ask("run_cancel", "c2", { run: "r2" });
  await clock.run(() => state("r2").ended !== undefined, 10_000);
  await refire("r2", 1);
});
