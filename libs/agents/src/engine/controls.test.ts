import { encodeBody } from "@armada/contracts";
import { MemoryMesh } from "@armada/event-sourcing";
import { seededRandom, VirtualClock } from "@armada/event-sourcing/testing";
import { expect, test } from "vitest";
import { z } from "zod";
import { workflow } from "../authoring.ts";
import { team } from "../team.ts";
import { script, startReplica } from "../testing/index.ts";
import { readRun } from "./run-view.ts";

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

function operate(mesh: MemoryMesh, clock: VirtualClock, capability: string, id: string, data: unknown): void {
  const about = { specversion: "1.0", source: "/operator", type: "armada.asked", team: "operator", schemaversion: 1, hops: 0 } as const;
  const time = new Date(clock.now()).toISOString();
  const body = encodeBody([{ ...about, id: `${id}.${capability}`, subject: id, time, data, correlationid: id, causationid: id }]);
  mesh.stream("patient").append(`ask.patient.operator.${capability}.${id}`, body, clock.now());
}

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
