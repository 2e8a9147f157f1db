import type { Isolation } from "@armada/contracts";
import type { RunIndex, RunState } from "@armada/engine/reading";
import { readRun } from "@armada/engine/reading";
import { type Log, MemoryMesh } from "@armada/event-sourcing";
import { seededRandom, VirtualClock } from "@armada/event-sourcing/testing";
import type { QueueThere } from "@armada/nats/client";
import { expect, test } from "vitest";
import type { Session } from "../mesh/session.ts";
import { cascadeIn, cascadeOf } from "./cascade.ts";
import { dependents, type WaitingRun } from "./graph.ts";
import { failingTogether } from "./look.ts";
import { watchCascade } from "./watch.ts";

const NOON = Date.parse("2026-01-01T12:00:00Z");
const run = (team: string, id: string, agents: readonly string[], asks: readonly [string, string][] = []): WaitingRun => ({
  team,
  run: id,
  workflow: `${team}_work`,
  agents,
  asks: asks.map(([other, of]) => ({ team: other, run: of })),
});

/** Marketing's run asks content's, which asks risk's, which waits for its guard; another of content waits for the writer. */
const runs = [
  run("marketing", "m1", ["planner"], [["content", "m1-2"]]),
  run("content", "m1-2~2", [], [["risk", "m1-2~2-5"]]),
  run("risk", "m1-2~2-5", ["guard"]),
  run("content", "c1", ["writer"]),
  run("marketing", "m2", [], [["content", "m2-1"]]),
];

test("who asked waits for all that the asked run waits for, over teams and over generations of a run", () => {
  const by = dependents(runs);
  const of = (subject: string) => by.get(subject)?.map((one) => one.run);
  expect(of("risk.guard")).toEqual(["m1", "m1-2~2", "m1-2~2-5"]);
  expect(of("content.writer")).toEqual(["c1"]);
  expect(of("marketing.planner")).toEqual(["m1"]);
  expect(of("content")).toEqual(["m1", "c1", "m2"]); // the last one's ask has not begun
  expect(of("risk.clerk")).toBeUndefined();
});

test("runs that wait for each other are each told once", () => {
  const circle = [run("a", "1", ["x"], [["b", "2"]]), run("b", "2", ["y"], [["a", "1"]])];
  expect(
    dependents(circle)
      .get("b.y")
      ?.map((one) => one.run),
  ).toEqual(["1", "2"]);
});

test("what fails comes first, by how many runs depend on it; what fails with its team is not counted again", () => {
  const failing = [
    { subject: "content.writer", code: "BREAKER_OPEN", why: "" },
    { subject: "content", code: "ISOLATED", why: "" },
    { subject: "risk.guard", code: "BREAKER_OPEN", why: "" },
    { subject: "risk.guard", code: "PARKED", why: "" },
    { subject: "shop", code: "NOT_CONNECTED", why: "" },
  ];
  const found = cascadeIn(runs, failing);
  expect(found.subjects.map(({ subject, runs: waiting, teams }) => [subject, waiting, teams])).toEqual([
    ["content", 3, ["content", "marketing"]],
    ["risk.guard", 3, ["content", "marketing", "risk"]],
    ["content.writer", 1, ["content"]],
    ["shop", 0, []],
    ["marketing.planner", 1, ["marketing"]],
  ]);
  expect(found.failing).toBe(3);
  expect(found.subjects[1]?.failing.map(({ code }) => code)).toEqual(["BREAKER_OPEN", "PARKED"]);
});

test("it is read from the open runs of each team, its breakers, isolations and queues", async () => {
  const step = (agent: string, status: string) => ({ agent, status, lastFailure: { code: "X", message: "no paper" } });
  const states: Readonly<Record<string, Partial<RunState>>> = {
    o1: {
      steps: new Map([
        [1, step("clerk", "requested")],
        [2, step("porter", "parked")],
        [3, step("clerk", "completed")],
      ]) as never,
    },
    s1: { waits: new Map([[4, { kind: "ask", n: 4, open: true, data: { to: "office" } }]]) as never },
  };
  const teams: Readonly<Record<string, readonly string[]>> = { office: ["o1", "gone"], shop: ["s1"], depot: [] };
  const isolation: Isolation = {
    prefix: "office.clerk",
    status: "isolated",
    since: "2026-01-01T11:00:00.000Z",
    until: "2026-01-01T13:00:00.000Z",
    why: "odd",
    by: "ada",
    revision: 1,
  };
  const queue = { name: "do_seller_a", filters: [], pending: 3, unacked: 0, workers: 0 } as unknown as QueueThere;
  const agents = (...names: readonly string[]) => names.map((name) => ({ name, limits: {} }));
  const session = {
    log: () => ({ last: async () => undefined }) as unknown as Log,
    manifests: () =>
      new Map([
        ["office", { team: "office", agents: agents("clerk", "porter") }],
        ["shop", { team: "shop", agents: agents("seller") }],
      ]),
    isolations: () => new Map([[isolation.prefix, isolation]]),
    queues: async (team: string) =>
      team === "shop" ? [queue, { ...queue, name: "asks", workers: 1 }] : [{ ...queue, name: "asks", workers: team === "depot" ? 0 : 1 }],
    runs: async (team: string) =>
      ({
        newest: async function* () {
          for (const id of teams[team] ?? []) yield { run: id, workflow: "w", startedAt: 0, status: "open" };
        },
      }) as unknown as RunIndex,
    state: async (_: string, id: string) => ({
      ...readRun([]),
      exists: true,
      workflow: "w",
      ended: id === "gone" ? {} : undefined,
      ...states[id],
    }),
  } as unknown as Session;
  const { subjects, failing, unread } = await cascadeOf(session, Object.keys(teams), NOON);
  expect(subjects.map((one) => [one.subject, one.failing.map(({ code }) => code).join(), one.runs, one.workflows.join()])).toEqual([
    ["office.clerk", "ISOLATED", 1, "office.w"],
    ["office.porter", "PARKED", 1, "office.w"],
    ["depot", "NOT_CONNECTED", 0, ""],
    ["shop.seller", "QUEUE_NOT_SERVED", 0, ""],
  ]);
  expect([failing, unread]).toEqual([4, 0]);
});

test("the gateway says once that three fail together, and health of it says so; what fails in one look alone it passes by", async () => {
  const clock = new VirtualClock(NOON);
  const mesh = new MemoryMesh(clock, seededRandom(1));
  mesh.provision("gateway", []);
  const { log } = mesh.connect("gateway");
  const down = new Set<string>();
  const reads = {
    log: () => ({ last: async () => undefined }),
    manifests: () => new Map(),
    isolations: () => new Map(),
    queues: async (team: string) => [{ name: "asks", workers: down.has(team) ? 0 : 1, unacked: 0, pending: 1 }],
  };
  const over = new AbortController();
  const warned: string[] = [];
  const logger = { info: () => undefined, warn: (line: string) => void warned.push(line) };
  const watching = watchCascade({ log, clock, random: seededRandom(2), logger }, reads, () => ["a", "b", "c", "d"], over.signal);
  const pass = async (seconds: number): Promise<void> => {
    await clock.pass(seconds * 1_000);
  };
  const told = () => mesh.stream("gateway").messages.map(({ subject }) => subject.split(".")[3]);
  const health = () =>
    Promise.resolve(
      failingTogether({ session: { log: () => log }, team: { name: "gateway" } } as unknown as Parameters<typeof failingTogether>[0]),
    );
  await pass(15);
  for (const team of ["a", "b", "c"]) down.add(team);
  await pass(6);
  for (const team of ["b", "c"]) down.delete(team);
  await pass(30);
  expect(told()).toEqual([]);
  for (const team of ["b", "c", "d"]) down.add(team);
  await pass(60);
  expect([told(), warned]).toEqual([["began"], ["4 fail together: a, b, c, d"]]);
  expect(await health()).toMatchObject([{ code: "CASCADE", message: expect.stringContaining("a, b, c, d") }]);
  down.clear();
  await pass(20);
  expect([told(), await health()]).toEqual([["began", "ended"], []]);
  over.abort();
  await watching;
});
