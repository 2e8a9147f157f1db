import type { RunView } from "@armada/engine/reading";
import { handleEndless, MemoryMesh } from "@armada/event-sourcing";
import { seededRandom, VirtualClock } from "@armada/event-sourcing/testing";
import { breaker, breakerOf } from "@armada/resilience";
import { expect, test } from "vitest";
import type { MeshTeam } from "../mesh/mesh-team.ts";
import type { Session } from "../mesh/session.ts";
import { shownAsPaused } from "../runs/paused.ts";
import { breakersOf } from "./list.ts";
import { openBreakers } from "./open.ts";
import { setBreaker } from "./set.ts";

const NOON = Date.parse("2026-01-01T12:00:00Z");
const about = { does: "", tier: "worker", limits: {} };
const manifest = {
  team: "office",
  agents: [
    { ...about, name: "clerk" },
    { ...about, name: "porter" },
    { ...about, name: "guard", limits: { breaker: false } },
  ],
} as unknown as NonNullable<MeshTeam["manifest"]>;

function office() {
  const clock = new VirtualClock(NOON);
  const mesh = new MemoryMesh(clock, seededRandom(1));
  mesh.provision("office", []);
  const { log } = mesh.connect("office");
  const ports = { log, clock, random: seededRandom(2), logger: { warn: () => undefined } };
  const open = (): Promise<unknown> =>
    handleEndless(ports, breaker, breakerOf("office", "clerk"), { type: "open", at: NOON, ms: 60_000, why: "5 calls in a row failed" });
  const asked: unknown[] = [];
  const session = {
    log: () => log,
    manifests: () => new Map([["office", manifest]]),
    ask: async (...what: unknown[]) => asked.push(what),
  } as unknown as Session;
  return { log, clock, open, session, asked };
}

test("each agent that has a breaker is listed, closed where nothing is said of it", async () => {
  const { log, open } = office();
  await open();
  expect(await breakersOf(log, manifest)).toEqual([
    {
      team: "office",
      agent: "clerk",
      status: "open",
      since: "2026-01-01T12:00:00.000Z",
      until: "2026-01-01T12:01:00.000Z",
      why: "5 calls in a row failed",
      by: "calls",
      opened: 1,
    },
    { team: "office", agent: "porter", status: "closed", opened: 0 },
  ]);
});

test("health says which agent's calls pause, why, and until when", async () => {
  const { session, open } = office();
  const look = (now = NOON): Promise<unknown> =>
    Promise.resolve(openBreakers({ session, team: { name: "office", manifest }, now } as Parameters<typeof openBreakers>[0]));
  expect(await look()).toEqual([]);
  await open();
  expect(await look()).toMatchObject([
    {
      code: "BREAKER_OPEN",
      message: "clerk pauses since 2026-01-01T12:00:00.000Z: 5 calls in a row failed; the next call is tried at 2026-01-01T12:01:00.000Z",
    },
  ]);
  expect(await look(NOON + 60_000)).toMatchObject([{ message: expect.stringMatching(/; the next call that comes tries it$/) }]);
});

test("of two who set it at once with the same reason each hears of their own", async () => {
  const { session, log, clock } = office();
  const ports = { log, clock, random: seededRandom(3) };
  const set = (to: "open" | "closed"): Promise<unknown> =>
    handleEndless(ports, breaker, breakerOf("office", "clerk"), { type: "set", at: NOON, ms: 1_000, to, why: "by hand" });
  const asking = {
    ...session,
    ask: async () => {
      await set("closed");
      await set("open");
      await set("closed");
      return 0;
    },
  };
  const how = { team: "office", agent: "clerk", ms: 1_000, why: " by\nhand\u001b" };
  expect(await setBreaker(asking, { ...how, to: "open" })).toMatchObject({ status: "open", opened: 1 });
  expect(await setBreaker(asking, { ...how, to: "closed" })).toMatchObject({ status: "closed", opened: 1 });
});

test.each([
  ["why: Too big: expected string to have <=1000 characters", { why: "x".repeat(1_001), ms: 1 }],
  ["ms: Too big: expected number to be <=31622400000", { why: "", ms: 367 * 86_400_000 }],
  ["ms: Invalid input: expected int, received number", { why: "", ms: 0.5 }],
])("%s is refused before anybody is asked", async (message, what) => {
  const { session, asked } = office();
  const how = { team: "office", agent: "clerk", to: "open", ...what } as const;
  await expect(setBreaker(session, how)).rejects.toThrow(expect.objectContaining({ code: "USAGE", message }));
  expect(asked).toEqual([]);
});

test("a run whose step stands in a paused queue says why it waits; the one that tries it does not wait", async () => {
  const { log, open, clock } = office();
  const step = { n: 2, agent: "clerk", status: "requested" };
  const view = { team: "office", run: "r1", status: "running", steps: [step, { ...step, n: 3 }] } as unknown as RunView;
  expect(await shownAsPaused(view, log)).toBe(view);
  await open();
  const what = "of clerk: calls of clerk pause: 5 calls in a row failed; the next one is tried at 2026-01-01T12:01:00.000Z";
  expect(await shownAsPaused(view, log)).toMatchObject({
    status: "waiting",
    waitingFor: [
      { kind: "breaker", n: 2, what },
      { kind: "breaker", n: 3, what },
    ],
  });
  const tried = { type: "try", at: NOON + 60_000, ms: 1_000, probe: "r1-2~x" } as const;
  await handleEndless({ log, clock, random: seededRandom(4) }, breaker, breakerOf("office", "clerk"), tried);
  const { status, waitingFor } = await shownAsPaused(view, log);
  expect([status, waitingFor?.map(({ n }) => n)]).toEqual(["running", [3]]);
});

test("who is not there, or has no breaker, is asked for nothing", async () => {
  const { session, asked } = office();
  const how = { to: "open", ms: 1_000, why: "by hand" } as const;
  for (const [team, agent, hint] of [
    ["ofice", "clerk", "there are office"],
    ["office", "guard", "those that have: clerk, porter"],
  ] as const)
    await expect(setBreaker(session, { team, agent, ...how })).rejects.toThrow(expect.objectContaining({ code: "USAGE", hint }));
  expect(asked).toEqual([]);
});
