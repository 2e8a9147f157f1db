import { agent, team, workflow } from "@armada/agents";
import { CodedError } from "@armada/contracts";
import { viewOf } from "@armada/engine/reading";
import { cancellation, retrial } from "@armada/operations/runs/controls";
import { type TeamSession, teamSession } from "@armada/operations/testing/team-session";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { listParked, showParked } from "../commands/parked.ts";
import { controlCommand } from "../commands/runs.ts";
import { runTree } from "../render/run-tree.ts";
import { printer } from "../testing/printer.ts";

const writer = agent({
  name: "writer",
  does: "writes",
  tier: "worker",
  limits: { attempts: 1 },
  input: z.object({}),
  output: z.unknown(),
  run: () => {
    throw new CodedError("NO_PAPER", "there is no paper", { hint: "bring some" });
  },
});
const parks = workflow({ name: "parks", version: 1, input: z.object({}), output: z.unknown(), run: async (_, ctx) => ctx.ask(writer, {}) });
const stops = workflow({
  name: "stops",
  version: 1,
  input: z.object({}),
  output: z.unknown(),
  run: () => new Promise<never>(() => undefined),
});
const reader = agent({
  name: "reader",
  does: "reads for as long as it may",
  tier: "worker",
  input: z.object({}),
  output: z.unknown(),
  run: ({ signal }) => new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason))),
});
const reads = workflow({ name: "reads", version: 1, input: z.object({}), output: z.unknown(), run: async (_, ctx) => ctx.ask(reader, {}) });
let mended = false;
const mender = agent({
  name: "mender",
  does: "fails until something is mended",
  tier: "worker",
  limits: { attempts: 1 },
  input: z.object({}),
  output: z.null(),
  run: () => {
    if (!mended) throw new CodedError("NO_PAPER", "there is no paper");
    return null;
  },
});
const mends = workflow({ name: "mends", version: 1, input: z.object({}), output: z.null(), run: async (_, ctx) => ctx.ask(mender, {}) });
const mesh = ["desk"];
let session: TeamSession;
beforeAll(async () => {
  session = await teamSession(team({ name: "desk", agents: [writer, reader, mender], workflows: [parks, stops, reads, mends] }));
});
afterAll(() => session.stop());

async function parked(run: string): Promise<void> {
  await session.ask("desk", "run_start", run, { workflow: "parks", input: {} });
  await expect.poll(async () => (await session.state("desk", run)).steps.get(1)?.status).toBe("parked");
}

test("a parked run says what to do about its failure, and which run is to be retried", async () => {
  await parked("p1");
  const view = viewOf("desk", "p1", await session.state("desk", "p1"));
  expect(view).toMatchObject({ status: "parked", reason: { code: "NO_PAPER", hint: "bring some; then armada runs retry p1" } });
});

test("what is parked is a matter of the run's status: in one that has ended nothing is", async () => {
  await parked("p2");
  const [before, after, show] = [printer(), printer(), printer()];
  await listParked(session, mesh, before);
  expect(before.emitted).toContainEqual(expect.objectContaining({ run: "p2", code: "NO_PAPER" }));
  await controlCommand(session, mesh, "p2", cancellation({}), printer());
  await listParked(session, mesh, after);
  expect(after.emitted).not.toContainEqual(expect.objectContaining({ run: "p2" }));
  await showParked(session, mesh, "p2", show);
  expect(show.emitted).toMatchObject([{ status: "cancelled", code: "NO_PAPER", hint: "bring some" }]);
  expect(show.said.at(-1)).toBe("the run is cancelled; nothing of it is parked any more");
});

test("a step that was at work when its run was cancelled is withdrawn, and looks no longer as if it were", async () => {
  await session.ask("desk", "run_start", "w1", { workflow: "reads", input: {} });
  const steps = async (): Promise<string[]> => viewOf("desk", "w1", await session.state("desk", "w1")).steps.map(({ status }) => status);
  await expect.poll(steps).toEqual(["requested"]);
  await controlCommand(session, mesh, "w1", cancellation({}), printer());
  expect(await steps()).toEqual(["withdrawn"]);
  expect(runTree(viewOf("desk", "w1", await session.state("desk", "w1")))).toContain("└─ – 1 reader            withdrawn");
});

test("a retry of a run that stops again says so, and why", async () => {
  await session.ask("desk", "run_start", "s1", { workflow: "stops", input: {} });
  await expect.poll(async () => (await session.state("desk", "s1")).stopped?.code).toBeDefined();
  await expect(controlCommand(session, mesh, "s1", retrial(), printer())).rejects.toMatchObject({
    code: "RETRIED_IN_VAIN",
    message: expect.stringMatching(/^s1 was tried and is stopped again: .*WORKFLOW_AWAITS_OUTSIDE/),
    hint: expect.stringContaining("armada runs retry s1"),
  });
});

test("a retry that helps is not told as one in vain, however late the state is read", async () => {
  await session.ask("desk", "run_start", "m1", { workflow: "mends", input: {} });
  await expect.poll(async () => (await session.state("desk", "m1")).steps.get(1)?.status).toBe("parked");
  mended = true;
  let asked = false;
  const slow: TeamSession = {
    ...session,
    ask: (...given) => {
      asked = true;
      return session.ask(...given);
    },
    // What is read of the state is of before the retry, until that has had its effect.
    state: async (name, run) => {
      const state = await session.state(name, run);
      if (asked) await expect.poll(async () => (await session.state(name, run)).ended?.status).toBe("completed");
      return state;
    },
  };
  await controlCommand(slow, mesh, "m1", retrial(), printer());
  expect((await session.state("desk", "m1")).ended?.status).toBe("completed");
});
