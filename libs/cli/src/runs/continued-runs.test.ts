import { team, workflow } from "@armada/agents";
import { approval, cancellation } from "@armada/operations/runs/controls";
import { type TeamSession, teamSession } from "@armada/operations/testing/team-session";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { watchCommand } from "../commands/run.ts";
import { controlCommand, showRun } from "../commands/runs.ts";
import { printer } from "../testing/printer.ts";

const Round = z.object({ n: z.number(), asks: z.boolean().optional() });
/** Three generations; with `asks` each but the first waits for a person. */
const rounds = workflow({
  name: "rounds",
  version: 1,
  input: Round,
  output: z.object({ rounds: z.number() }),
  run: async ({ n, asks }, ctx) => {
    if (asks === true && n > 1) await ctx.approval("another?", { within: "1d", otherwise: "cancel" });
    if (n < 3) return ctx.continueAsNew({ n: n + 1, asks });
    return { rounds: n };
  },
});
/** Asks two questions, one after the other. */
const twice = workflow({
  name: "twice",
  version: 1,
  input: z.object({}),
  output: z.null(),
  run: async (_, ctx) => {
    await ctx.approval("pay 10?", { within: "1d", otherwise: "continue" });
    await ctx.approval("pay 1,000,000?", { within: "1d", otherwise: "continue" });
    return null;
  },
});

/** Waits for time alone. */
const naps = workflow({
  name: "naps",
  version: 1,
  input: z.object({}),
  output: z.null(),
  run: async (_, ctx) => {
    await ctx.sleep("100ms");
    await ctx.sleep("100ms");
    return null;
  },
});

let session: TeamSession;
beforeAll(async () => {
  session = await teamSession(team({ name: "loops", workflows: [rounds, twice, naps] }));
});
afterAll(() => session.stop());

async function begin(run: string, asks: boolean): Promise<void> {
  await session.ask("loops", "run_start", run, { workflow: "rounds", input: { n: 1, asks } });
}

async function waits(run: string): Promise<void> {
  await expect.poll(async () => [...(await session.state("loops", run)).waits.values()].some((wait) => wait.open)).toBe(true);
}

test("a run that continues as new is watched to the end of its last generation, whose result it has", async () => {
  await begin("w1", false);
  const out = printer();
  expect(await watchCommand("loops", "w1", session, out, AbortSignal.timeout(20_000))).toBe(0);
  expect(out.emitted.at(-1)).toMatchObject({ type: "result", run: "w1", generation: "w1~3", status: "completed", output: { rounds: 3 } });
  expect(out.said).toContain("w1 goes on as w1~2");
});

test("what holds a run up is said to who watches it, once each", async () => {
  await session.ask("loops", "run_start", "n1", { workflow: "naps", input: {} });
  const out = printer();
  expect(await watchCommand("loops", "n1", session, out, AbortSignal.timeout(20_000))).toBe(0);
  expect(out.said.filter((line) => line.startsWith("⧗")).map((line) => line.replace(/ until .*/, ""))).toEqual([
    "⧗ 1 waits for a timer",
    "⧗ 2 waits for a timer",
  ]);
});

test("a run that continued says as what", async () => {
  await begin("w2", false);
  await expect.poll(async () => (await session.state("loops", "w2~3")).ended?.status).toBe("completed");
  const out = printer();
  await showRun(session, ["loops"], "w2", out);
  expect(out.emitted).toMatchObject([{ run: "w2", status: "continued", next: "w2~2" }]);
  expect(out.said.join("\n")).toContain("armada runs show w2~2");
});

test("an answer and a cancel by the first id are for the newest generation, and say so", async () => {
  await begin("w3", true);
  await waits("w3~2");
  const [approved, cancelled, again] = [printer(), printer(), printer()];
  expect(await controlCommand(session, ["loops"], "w3", approval({}), approved)).toBe(0);
  expect(approved.said).toEqual(["approved w3~2, which goes on with the work of w3"]);
  await waits("w3~3");
  expect(await controlCommand(session, ["loops"], "w3", cancellation({}), cancelled)).toBe(0);
  expect(cancelled.emitted).toMatchObject([{ type: "done", run: "w3~3", status: "cancelled" }]);
  expect(await controlCommand(session, ["loops"], "w3", cancellation({}), again)).toBe(0);
  expect(again.emitted).toMatchObject([{ type: "already", run: "w3~3", message: "already ended: cancelled" }]);
});

test("two answers at once are for the one question that both have seen", async () => {
  await session.ask("loops", "run_start", "w4", { workflow: "twice", input: {} });
  await waits("w4");
  const said = await Promise.all(
    [printer(), printer()].map(async (out) => {
      await controlCommand(session, ["loops"], "w4", approval({}), out);
      return out.said.join();
    }),
  );
  expect(said).toEqual(["approved w4", "approved w4"]);
  // Behind both asks in the stream: what they did is done.
  await controlCommand(session, ["loops"], "w4", cancellation({}), printer());
  const { waits: asked } = await session.state("loops", "w4");
  expect([...asked.values()].map(({ n, open }) => [n, open])).toEqual([
    [1, false],
    [2, true],
  ]);
});
