import { agent, team, tool, workflow } from "@armada/agents";
import { ArmadaError, CodedError } from "@armada/contracts";
import { matches } from "@armada/event-sourcing";
import { troublesOf } from "@armada/operations/health/looks";
import { openRuns } from "@armada/operations/health/open-runs";
import type { Session } from "@armada/operations/mesh/session";
import { cancellation } from "@armada/operations/runs/controls";
import { type TeamSession, teamSession } from "@armada/operations/testing/team-session";
import { CausalTree } from "@armada/operations/trace/causal-tree";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { listParked, showParked } from "../commands/parked.ts";
import { controlCommand, showRun } from "../commands/runs.ts";
import { printer } from "../testing/printer.ts";

const WRITES = 1_100;
const note = tool({ effect: "write", input: z.object({}), output: z.object({}), run: () => ({}) });
const clerk = agent({
  name: "clerk",
  does: "notes",
  tier: "worker",
  limits: { attempts: 1 },
  input: z.object({}),
  output: z.unknown(),
  tools: { note },
  run: async ({ tools }) => {
    for (let i = 0; i < WRITES; i++) await tools.note({});
    throw new CodedError("NO_PAPER", "there is no paper");
  },
});
const notes = workflow({ name: "notes", version: 1, input: z.object({}), output: z.unknown(), run: async (_, ctx) => ctx.ask(clerk, {}) });
const desk = team({ name: "desk", agents: [clerk], workflows: [notes] });
const mesh = ["desk"];

let session: TeamSession;
beforeAll(async () => {
  session = await teamSession(desk);
  await session.ask("desk", "run_start", "long", { workflow: "notes", input: {} });
  const parked = new AbortController();
  await session.log("desk").follow(["run.desk.park.>"], 0, () => parked.abort(), parked.signal);
}, 90_000);
afterAll(() => session.stop());

/** What `health` looks at: of the team's stream, with nothing else wrong. */
function looked(more: Partial<Session> = {}): Promise<readonly { code: string; message: string }[]> {
  const about: Partial<Session> = {
    ...session,
    registers: () => ({ get: async () => undefined }),
    sources: async () => [],
    missing: async () => [],
    rooms: async () => [],
    subjects: async (_, filter) => {
      const found = new Set<string>();
      await session.log("desk").scan([filter], 0, ({ subject }) => void (matches(filter, subject) && found.add(subject)));
      return [...found];
    },
    ...more,
  };
  const given = about as Session;
  const open = () => openRuns(given, "desk", []);
  return troublesOf({ session: given, team: { name: "desk" }, queues: [], open, now: 0 }, true);
}

test("a run of more messages than one load may bring is shown, listed, traced and looked at, whole", async () => {
  const [shown, list, parked] = [printer(), printer(), printer()];
  const served = { name: "lead_notes_v1", filters: ["run.desk.>"], pending: 0, unacked: 0, workers: 1 };
  await showRun({ ...session, queues: async () => [served] }, mesh, "long", shown);
  expect(shown.emitted).toMatchObject([{ run: "long", status: "parked", reason: { code: "NO_PAPER" } }]);
  await listParked(session, mesh, list);
  expect(list.emitted).toMatchObject([{ run: "long", code: "NO_PAPER" }]);
  await showParked(session, mesh, "long", parked);
  expect(parked.emitted).toMatchObject([{ run: "long", code: "NO_PAPER" }]);
  const trace = await new CausalTree([{ name: "desk", subscriptions: [] }], () => session.log("desk")).of("long");
  expect(trace.root).toMatchObject({ id: "long", children: [{ what: "clerk", status: "parked" }] });
  expect(trace.messagesRead).toBeGreaterThan(WRITES);
  expect((await looked()).map(({ code }) => code)).toContain("PARKED");
});

test("a run that cannot be read is named, and takes neither the team's other troubles nor the list away", async () => {
  const state = async (): Promise<never> => {
    throw new ArmadaError("LOG_UNAVAILABLE", "no replica answers");
  };
  expect(await looked({ state })).toContainEqual({
    code: "RUN_UNREADABLE",
    message: "long cannot be read: no replica answers (LOG_UNAVAILABLE)",
    next: "armada events list --team desk --run long",
  });
  const sources = async (): Promise<never> => {
    throw new ArmadaError("STREAM_MISSING", "no stream");
  };
  expect((await looked({ sources })).map(({ code }) => code)).toEqual(expect.arrayContaining(["STREAM_MISSING", "PARKED"]));
  const list = printer();
  await listParked({ ...session, state }, mesh, list);
  expect(list.said[0]).toBe("desk  long cannot be read: no replica answers (LOG_UNAVAILABLE)");
});

test("what is asked of such a run is done", async () => {
  await controlCommand(session, mesh, "long", cancellation({}), printer());
  expect((await session.state("desk", "long")).ended?.status).toBe("cancelled");
});
