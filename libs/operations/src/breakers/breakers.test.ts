import { handleEndless, MemoryMesh } from "@armada/event-sourcing";
import { seededRandom, VirtualClock } from "@armada/event-sourcing/testing";
import { breaker, breakerOf } from "@armada/resilience";
import { expect, test } from "vitest";
import type { MeshTeam } from "../mesh/mesh-team.ts";
import type { Session } from "../mesh/session.ts";
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
  return { log, open, session, asked };
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
  const look = (): Promise<unknown> =>
    Promise.resolve(openBreakers({ session, team: { name: "office", manifest } } as Parameters<typeof openBreakers>[0]));
  expect(await look()).toEqual([]);
  await open();
  expect(await look()).toMatchObject([
    {
      code: "BREAKER_OPEN",
      message: "clerk pauses since 2026-01-01T12:00:00.000Z: 5 calls in a row failed; the next call is tried at 2026-01-01T12:01:00.000Z",
    },
  ]);
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
