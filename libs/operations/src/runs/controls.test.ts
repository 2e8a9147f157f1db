import { agent, team, workflow } from "@armada/agents";
import { CodedError } from "@armada/contracts";
import { viewOf } from "@armada/engine/reading";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { type TeamSession, teamSession } from "../testing/team-session.ts";
import { approval, cancellation, controlRun } from "./controls.ts";

const writer = agent({
  name: "writer",
  does: "writes",
  tier: "worker",
  limits: { attempts: 1 },
  input: z.object({}),
  output: z.unknown(),
  run: () => {
    throw new CodedError("NO_PAPER", "there is no paper");
  },
});
const parks = workflow({ name: "parks", version: 1, input: z.object({}), output: z.unknown(), run: async (_, ctx) => ctx.ask(writer, {}) });
const asks = workflow({
  name: "asks",
  version: 1,
  input: z.object({}),
  output: z.unknown(),
  run: async (_, ctx) => ctx.approval("publish this?", { within: "1h", otherwise: "cancel" }),
});
let session: TeamSession;
beforeAll(async () => {
  session = await teamSession(team({ name: "desk", agents: [writer], workflows: [parks, asks] }));
});
afterAll(() => session.stop());
const status = async (run: string): Promise<string> => viewOf("desk", run, await session.state("desk", run)).status;
const begin = (run: string, name: string): Promise<number> => session.ask("desk", "run_start", run, { workflow: name, input: {} });

test("a run that was cancelled says by whom and why, and nothing of what held it up before", async () => {
  await begin("p1", "parks");
  await expect.poll(() => status("p1")).toBe("parked");
  await controlRun(session, ["desk"], "p1", cancellation({ reason: "no longer wanted" }));
  const stopped = { code: "WORKFLOW_CHANGED", message: "its code was edited", hint: "armada runs retry ID" };
  const { reason } = viewOf("desk", "p1", { ...(await session.state("desk", "p1")), stopped });
  expect(reason).toEqual({ code: "RUN_CANCELLED", message: "cancelled by operator: no longer wanted" });
});

test("an answer stands: the same one again is told who gave it, the other one is refused with that", async () => {
  await begin("a1", "asks");
  await expect.poll(() => status("a1")).toBe("waiting");
  await controlRun(session, ["desk"], "a1", approval({ by: "Mia" }));
  const said = /^already approved by Mia at \d{4}-\d\d-\d\dT\S+: publish this\?$/;
  expect(await controlRun(session, ["desk"], "a1", approval({}))).toMatchObject({ kind: "already", message: expect.stringMatching(said) });
  await expect(controlRun(session, ["desk"], "a1", approval({ reject: true }))).rejects.toMatchObject({
    code: "ALREADY_ANSWERED",
    message: expect.stringMatching(said),
  });
  await expect(controlRun(session, ["desk"], "a1", approval({ n: "7" }))).resolves.toMatchObject({
    message: "nothing waits for an approval",
  });
});
