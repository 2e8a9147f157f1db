import { agent, team, workflow } from "@armada/agents";
import { CodedError, runFilter } from "@armada/contracts";
import { readJournalMessage } from "@armada/engine/reading";
import { loadWhole } from "@armada/event-sourcing";
import { afterAll, beforeEach, expect, test } from "vitest";
import { z } from "zod";
import { type TeamSession, teamSession } from "../testing/team-session.ts";
import { settleAll } from "./bulk.ts";
import { type ParkedStep, parkedOf, parkedRun } from "./list.ts";
import { type Settled, settleParked } from "./settle.ts";

const paper = { isThere: false, made: [] as string[] };
const Page = z.object({ page: z.string() });
const makes = (name: string) =>
  agent({
    name,
    does: "makes a page",
    tier: "worker",
    limits: { attempts: 1, breaker: false },
    input: Page,
    output: Page,
    run: ({ input }) => {
      if (!paper.isThere) throw new CodedError(`NO_${name.toUpperCase()}`, "there is no paper");
      paper.made.push(`${name} ${input.page}`);
      return input;
    },
  });
const [writer, printer] = [makes("writer"), makes("printer")];
const one = workflow({ name: "one", version: 1, input: Page, output: Page, run: (input, ctx) => ctx.ask(writer, input) });
const both = workflow({
  name: "both",
  version: 1,
  input: Page,
  output: z.unknown(),
  run: (input, ctx) => Promise.all([ctx.ask(writer, input), ctx.ask(printer, input)]),
});

const sessions: TeamSession[] = [];
const never = new AbortController().signal;
const redrive = { to: "redrive", by: "Mia", why: "there is paper again", waitMs: 5_000 } as const;

beforeEach(() => {
  paper.isThere = false;
  paper.made = [];
});
afterAll(() => Promise.all(sessions.map((session) => session.stop())));

/** A team on which runs are parked, as a session sees it; `workers`: how many replicas wait for work. */
async function desk(runs: Readonly<Record<string, "one" | "both">>) {
  const session = await teamSession(team({ name: "desk", agents: [writer, printer], workflows: [one, both] }));
  sessions.push(session);
  for (const [id, name] of Object.entries(runs)) await session.ask("desk", "run_start", id, { workflow: name, input: { page: id } });
  const served = { workers: 1 };
  const seen = {
    ...session,
    queues: async () => [{ name: "asks", filters: ["ask.desk.>"], pending: 0, unacked: 0, ...served }],
  };
  const parked = async (filter = {}): Promise<readonly ParkedStep[]> => (await parkedOf(seen, ["desk"], filter)).steps;
  const wanted = Object.values(runs).reduce((n, name) => n + (name === "both" ? 2 : 1), 0);
  await expect.poll(async () => (await parked()).length).toBe(wanted);
  const settle = async (id: string, how: Partial<typeof redrive> = {}): Promise<Settled> => {
    const steps = (await parked()).filter(({ run }) => run === id);
    return settleParked(seen, { team: "desk", run: id, steps }, { ...redrive, ...how }, never);
  };
  const events = async (id: string): Promise<readonly { readonly type: string; readonly data: unknown }[]> => {
    const { messages } = await loadWhole(session.log("desk"), [runFilter("desk", id)]);
    return messages.flatMap((message) => readJournalMessage(message)?.events ?? []);
  };
  return { session: seen, served, parked, settle, events };
}

test("what is parked says why, of which agent and variant, since when, in which chain; a filter means some of it", async () => {
  const { session, parked } = await desk({ a: "one", b: "both" });
  const all = await parked();
  expect(all.find(({ run }) => run === "a")).toEqual({
    team: "desk",
    run: "a",
    workflow: "one",
    n: 1,
    agent: "writer",
    variant: "a",
    attempts: 1,
    code: "NO_WRITER",
    message: "there is no paper",
    since: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
    dispatch: 1,
    chain: ["a", "a", "a"],
  });
  const agents = async (filter: object): Promise<string[]> => (await parked(filter)).map(({ run, agent: name }) => `${run} ${name}`).sort();
  expect(await agents({ agent: "writer" })).toEqual(["a writer", "b writer"]);
  expect(await agents({ code: "NO_PRINTER" })).toEqual(["b printer"]);
  expect(await agents({ workflow: "both", agent: "writer" })).toEqual(["b writer"]);
  expect(await agents({ olderThan: Date.now() - 60_000 })).toEqual([]);
  expect(await parked({ limit: 1 })).toEqual([all[0]]);
  expect((await parkedRun(session, ["desk"], "b")).times.map(({ agent: name, variant }) => `${name} ${variant}`).sort()).toEqual([
    "printer a",
    "writer a",
  ]);
});

test("who redrives is told what became of it, and the journal says who it was and why", async () => {
  const { settle, events } = await desk({ a: "one" });
  const again = await settle("a");
  expect(again).toMatchObject({
    kind: "taken",
    status: "parked",
    replica: expect.stringMatching(new RegExp(`:${process.pid}$`)),
    steps: [{ n: 1, agent: "writer", became: "parked", code: "NO_WRITER", message: "there is no paper" }],
  });
  paper.isThere = true;
  expect(await settle("a")).toMatchObject({ kind: "taken", status: "completed", steps: [{ n: 1, became: "completed" }] });
  expect(paper.made).toEqual(["writer a"]);
  expect((await events("a")).find(({ type }) => type === "step.retried")?.data).toMatchObject({
    n: 1,
    by: "Mia",
    why: "there is paper again",
    replica: expect.any(String),
  });
});

test("twice does nothing twice: of those who redrive the same at once one does, and each that comes later finds nothing to do", async () => {
  const { session, parked, settle, events } = await desk({ a: "one" });
  const steps = await parked();
  const about = { team: "desk", run: "a", steps };
  const all = await Promise.all([1, 2, 3].map(() => settleParked(session, about, redrive, never)));
  expect(all.map(({ kind }) => kind).sort()).toEqual(["nothing", "nothing", "taken"]);
  expect(await settleParked(session, about, redrive, never)).toEqual({ team: "desk", run: "a", kind: "nothing", status: "parked" });
  expect((await events("a")).filter(({ type }) => type === "step.retried")).toHaveLength(1);
  paper.isThere = true;
  expect(await settle("a")).toMatchObject({ kind: "taken", status: "completed" });
  expect(paper.made).toEqual(["writer a"]);
});

test("of a run with two parked steps only what is meant is tried", async () => {
  const { session, parked, events } = await desk({ b: "both" });
  paper.isThere = true;
  const steps = await parked({ agent: "printer" });
  const settled = await settleParked(session, { team: "desk", run: "b", steps }, redrive, never);
  expect(settled).toMatchObject({ kind: "taken", status: "parked", steps: [{ agent: "printer", became: "completed" }] });
  expect(paper.made).toEqual(["printer b"]);
  expect((await events("b")).filter(({ type }) => type === "step.retried")).toHaveLength(1);
});

test("where nobody is there nothing is asked for", async () => {
  const { session, served, parked } = await desk({ a: "one" });
  served.workers = 0;
  const head = await session.log("desk").head();
  const all = settleAll(session, [{ team: "desk", run: "a", steps: await parked() }], { ...redrive, rate: 50 }, () => undefined, never);
  await expect(all).rejects.toMatchObject({ code: "NOT_CONNECTED", message: "no replica of team desk is there, and nothing was changed" });
  expect(await session.log("desk").head()).toBe(head);
});

test("many are begun no faster than is said", async () => {
  const ids = Array.from({ length: 12 }, (_, i) => `r${i}`);
  const { session, parked } = await desk(Object.fromEntries(ids.map((id) => [id, "one"])));
  paper.isThere = true;
  const told: Settled[] = [];
  const runs = (await parked()).map((step) => ({ team: "desk", run: step.run, steps: [step] }));
  const asked: number[] = [];
  const asking: typeof session.ask = (...what) => {
    asked.push(performance.now());
    return session.ask(...what);
  };
  await settleAll({ ...session, ask: asking }, runs, { ...redrive, rate: 20 }, (one) => "run" in one && told.push(one), never);
  expect(told.map(({ run }) => run).sort()).toEqual([...ids].sort());
  expect(told.every((one) => one.kind === "taken" && one.status === "completed")).toBe(true);
  expect(paper.made).toHaveLength(12);
  expect((asked.at(-1) ?? 0) - (asked[0] ?? 0)).toBeGreaterThan((11 / 20) * 1_000 - 60);
});

test("a step that is given up ends its run, says by whom and why; one that was tried anew meanwhile is left alone", async () => {
  const { session, parked, settle, events } = await desk({ a: "one" });
  const before = await parked();
  await settle("a");
  const discard = { ...redrive, to: "discard", why: "nobody wants it" } as const;
  expect(await settleParked(session, { team: "desk", run: "a", steps: before }, discard, never)).toMatchObject({ kind: "nothing" });
  const steps = await parked();
  expect(await settleParked(session, { team: "desk", run: "a", steps }, discard, never)).toMatchObject({
    kind: "taken",
    status: "cancelled",
    steps: [{ n: 1, became: "withdrawn" }],
  });
  expect(await events("a")).toContainEqual(
    expect.objectContaining({ type: "cancel.requested", data: expect.objectContaining({ by: "Mia", reason: "nobody wants it" }) }),
  );
});
