import { agent, team, workflow } from "@armada/agents";
import { encodeBody } from "@armada/contracts";
import { startReplica, type TestReplica } from "@armada/engine/testing";
import { MemoryMesh } from "@armada/event-sourcing";
import { seededRandom, VirtualClock } from "@armada/event-sourcing/testing";
import { script } from "@armada/testing";
import { expect, test } from "vitest";
import { z } from "zod";
import { readBlames } from "../steps/suspects.ts";
import { readRun } from "../view/run.ts";
import { HELD_LOOP } from "./held-loops.ts";

const Num = z.object({ n: z.number() });
const add = agent({ name: "add", does: "adds one", tier: "worker", input: Num, output: Num, run: ({ input }) => ({ n: input.n + 1 }) });

/** A mill with one replica; `begun`: how often its workflow function was. */
function mill() {
  const clock = new VirtualClock();
  const random = seededRandom(1);
  const mesh = new MemoryMesh(clock, random);
  let begun = 0;
  const grind = workflow({
    name: "grind",
    version: 1,
    input: Num,
    output: Num,
    run: async (input, ctx) => {
      begun++;
      return ctx.ask(add, input);
    },
  });
  const start = (): TestReplica =>
    startReplica(mesh, team({ name: "mill", agents: [add], workflows: [grind] }), script({}), {
      clock,
      random,
      scheduler: clock.scheduler,
      sandboxing: true,
    });
  const operate = (capability: string, id: string, data: unknown): void => {
    const about = { specversion: "1.0", source: "/operator", type: "armada.asked", team: "operator", schemaversion: 1, hops: 0 } as const;
    const time = new Date(clock.now()).toISOString();
    const body = encodeBody([{ ...about, id: `${id}.${capability}`, subject: id, time, data, correlationid: id, causationid: id }]);
    mesh.stream("mill").append(`ask.mill.operator.${capability}.${id}`, body, clock.now());
  };
  const state = (run: string) => {
    const loaded = mesh.stream("mill").load(`run.mill.*.*.${run}.*`, mesh.stream("mill").head);
    return readRun(loaded.kind === "loaded" ? loaded.messages : []);
  };
  start();
  const { registers } = mesh.connect("mill");
  const settle = async (done: () => boolean): Promise<void> => void (await clock.run(done, 60_000));
  const held = (about: object): Promise<unknown> => registers.put(HELD_LOOP, JSON.stringify(about));
  return { clock, registers, held, operate, state, settle, begun: () => begun };
}

test("a run whose function held a loop is stopped before it begins again, and goes on once it is resumed; others are as ever", async () => {
  const { clock, held, operate, state, settle, begun } = mill();
  await settle(() => false);
  void held({ run: "r1", workflow: "grind", at: clock.now() });
  await settle(() => false);
  operate("run_start", "r1", { workflow: "grind", input: { n: 1 } });
  await settle(() => state("r1")?.stopped !== undefined);
  expect([state("r1")?.stopped?.code, begun()]).toEqual(["WORKFLOW_HELD_LOOP", 0]);
  operate("run_start", "r2", { workflow: "grind", input: { n: 1 } });
  await settle(() => state("r2")?.ended !== undefined);
  expect(state("r2")?.ended).toMatchObject({ status: "completed", output: { n: 2 } });
  operate("run_retry", "c1", { run: "r1" });
  await settle(() => state("r1")?.ended !== undefined);
  expect(state("r1")?.ended).toMatchObject({ status: "completed", output: { n: 2 } });
});

test("an agent whose step held a loop is blamed by whoever hears of it; one of ten minutes ago is not, nor is nonsense", async () => {
  const { clock, registers, held, settle } = mill();
  const blamed = async (): Promise<readonly string[]> => {
    let names: readonly string[] | undefined;
    void readBlames(registers).then(({ blames }) => (names = Object.keys(blames)));
    await settle(() => names !== undefined);
    return names ?? [];
  };
  await settle(() => false);
  void held({ run: "r1", step: 1, agent: "add", at: clock.now() - 600_001 });
  await settle(() => false);
  void registers.put(HELD_LOOP, "{");
  await settle(() => false);
  expect(await blamed()).toEqual([]);
  void held({ run: "r1", step: 1, agent: "add", at: clock.now() });
  await settle(() => false);
  expect(await blamed()).toEqual(["add"]);
});
