import { agent, team, workflow } from "@armada/agents";
import { type TeamSession, teamSession } from "@armada/operations/testing/team-session";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { watchCommand } from "../commands/run.ts";
import { printer } from "../testing/printer.ts";

const Item = z.object({ item: z.string() });
const picker = agent({
  name: "picker",
  does: "picks",
  tier: "worker",
  input: Item,
  output: Item,
  limits: { attempts: 1 },
  run: () => {
    throw new Error("the robot does not answer");
  },
  fallback: (item) => item,
});
const pick = workflow({ name: "pick", version: 1, input: Item, output: Item, run: (item, ctx) => ctx.ask(picker, item) });

let session: TeamSession;
beforeAll(async () => {
  session = await teamSession(team({ name: "store", agents: [picker], workflows: [pick] }));
});
afterAll(() => session.stop());

test("a step that its fallback answers is told once, though the failed attempt comes with the answer", async () => {
  await session.ask("store", "run_start", "p1", { workflow: "pick", input: { item: "a" } });
  await expect.poll(async () => (await session.state("store", "p1")).ended?.status).toBe("degraded");
  const out = printer();
  expect(await watchCommand("store", "p1", session, out, AbortSignal.timeout(5_000))).toBe(0);
  expect(out.emitted.filter(({ type }) => type === "step")).toHaveLength(1);
  expect(out.said.filter((line) => line.startsWith("✓ 1 picker"))).toHaveLength(1);
});
