import { team, workflow } from "@armada/agents";
import { loadSettings, modelsFrom, noTracer, type Prototype, startPrototype, systemClock, systemRandom } from "@armada/runtime";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { Runs } from "./runs.ts";

const rounds = workflow({
  name: "rounds",
  version: 1,
  input: z.object({ n: z.number() }),
  output: z.unknown(),
  run: async ({ n }, ctx) => {
    if (n === 1) return ctx.continueAsNew({ n: 2 });
    return ctx.approval("enough?", { within: "1d", otherwise: "cancel" });
  },
});

let prototype: Prototype;
let runs: Runs;
beforeAll(async () => {
  const { config } = await loadSettings({ file: undefined, env: {}, flags: {} });
  const logger = { info: () => undefined, warn: () => undefined };
  prototype = startPrototype([team({ name: "loops", workflows: [rounds] })], modelsFrom({}, config.models), config, logger);
  const { log, live, objects } = prototype.connect("loops");
  const room = async () => ({ stream: "TEAM_loops", bytes: 0, limit: 0 });
  const teamPorts = () => ({ log, live, room });
  runs = new Runs({
    log,
    objects,
    tracer: noTracer,
    teams: () => ["loops"],
    workflows: () => undefined,
    teamPorts,
    reading: { teamPorts, queues: async () => [], objects },
    clock: systemClock,
    random: systemRandom,
  });
});
afterAll(() => prototype.stop());

test("an approval by the first id is the newest generation's, and the answer says so; a view names the next", async () => {
  const { run } = await runs.start({ team: "loops", workflow: "rounds", input: { n: 1 }, key: "k" }, undefined);
  const open = async (): Promise<number> => (await runs.find(`${run}~2`)).state.waits.size;
  await expect.poll(() => open().catch(() => 0)).toBe(1);
  expect(JSON.parse(String(await runs.view(await runs.find(run))))).toMatchObject({ status: "continued", next: `${run}~2` });
  expect(await runs.approve(run, 1, { approved: true, by: "Mia" }, undefined)).toEqual({
    run: `${run}~2`,
    status: "done",
    approved: true,
    by: "Mia",
  });
});
