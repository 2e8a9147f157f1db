import { ArmadaError } from "@armada/contracts";
import { MemoryMesh } from "@armada/event-sourcing";
import { seededRandom, VirtualClock } from "@armada/event-sourcing/testing";
import { expect, test } from "vitest";
import { IsolationGate } from "./gate.ts";

const NOON = Date.parse("2026-01-01T12:00:00Z");
const MINUTE = 60_000;

/** A replica of an office with a clerk; `told`: what its queues were told, ms from noon, 0 for that nothing isolates it. */
function office({ fails = 0 }: { fails?: number } = {}) {
  const clock = new VirtualClock(NOON);
  const mesh = new MemoryMesh(clock, seededRandom(1));
  const over = new AbortController();
  const told: string[] = [];
  const lines: string[] = [];
  let left = fails;
  let revision = 0;
  const say = (prefix: string, status: "isolated" | "returned", from: number, to: number): void => {
    const iso = (ms: number): string => new Date(NOON + ms).toISOString();
    mesh.isolations.say({ prefix, status, since: iso(from), until: iso(to), why: "odd", by: "ada", revision: ++revision });
  };
  const start = (source = true): IsolationGate => {
    const gate = new IsolationGate({
      team: "office",
      agents: new Map([
        ["clerk", 10],
        ["porter", 10],
      ]),
      source: source ? mesh.connect("office").isolations : undefined,
      ports: { clock, random: seededRandom(2), logger: { info: (line) => lines.push(line), warn: (line) => lines.push(line) } },
      signal: over.signal,
      tell: async (agent, until, { starting }) => {
        if (left-- > 0) throw new ArmadaError("LOG_UNAVAILABLE", "away", { retryable: true });
        told.push(`${agent} ${until === 0 ? 0 : until - NOON}${starting ? " starting" : ""}`);
      },
    });
    void gate.follow();
    return gate;
  };
  const pass = (ms: number): Promise<void> => clock.pass(ms);
  return { clock, say, start, pass, told, lines, over };
}

test("what is said is known at once, its queues are told of each change, and the log has each once", async () => {
  const { say, start, pass, told, lines } = office();
  const gate = start();
  await pass(10);
  say("office.clerk", "isolated", 0, 10 * MINUTE);
  say("shop", "isolated", 0, 10 * MINUTE);
  await pass(10);
  expect([gate.isolationOf("clerk")?.by, gate.isolationOf("porter"), gate.isolationOf()]).toEqual(["ada", undefined, undefined]);
  say("office", "isolated", 0, 20 * MINUTE);
  await pass(10);
  expect(gate.isolationOf("clerk")?.prefix).toBe("office");
  await pass(MINUTE);
  say("office", "returned", 0, MINUTE);
  await pass(10);
  say("office.clerk", "returned", 0, MINUTE + 10);
  await pass(10);
  expect(told).toEqual([
    `clerk ${10 * MINUTE}`,
    `clerk ${20 * MINUTE}`,
    `porter ${20 * MINUTE}`,
    `clerk ${10 * MINUTE}`,
    "porter 0",
    "clerk 0",
  ]);
  expect(lines.map((line) => line.split(" ").slice(0, 4).join(" "))).toEqual([
    "office.clerk is isolated until",
    "office is isolated until",
    "office is isolated no",
    "office.clerk is isolated no",
  ]);
});

test("a replica that comes later waits until it knows, and obeys; of one that ended meanwhile it lets the queues go on", async () => {
  const { say, start, pass, told, over } = office();
  say("office.clerk", "isolated", 0, 10 * MINUTE);
  say("office.porter", "returned", -MINUTE, 0);
  const gate = start();
  const { signal } = over;
  const admitted = Promise.all(["clerk", "porter"].map((agent) => gate.admit(agent, signal)));
  await pass(1_000);
  expect((await admitted).map((one) => one?.prefix)).toEqual(["office.clerk", undefined]);
  expect(told).toEqual([`clerk ${10 * MINUTE} starting`, "porter 0 starting"]);
  expect([gate.freeFor("clerk"), gate.freeFor("porter")]).toEqual([0, 1_000]);
});

test("where none was ever isolated nothing is told, and no call waits", async () => {
  const { start, pass, told, clock, over } = office();
  const [gate, alone] = [start(), start(false)];
  await pass(10);
  const before = clock.now();
  expect([await gate.admit("clerk", over.signal), await alone.admit("clerk", over.signal)]).toEqual([undefined, undefined]);
  expect([clock.now(), told, gate.freeFor("clerk")]).toEqual([before, [], Number.POSITIVE_INFINITY]);
});

test("afterwards calls go one after the other, and none whose agent is isolated anew in its turn", async () => {
  const { say, start, pass, clock, over } = office();
  const gate = start();
  await pass(10);
  say("office.clerk", "isolated", 0, 1_000);
  await pass(1_000);
  const begun: (number | string)[] = [];
  const calls = Array.from({ length: 6 }, async () => {
    const held = await gate.admit("clerk", over.signal);
    begun.push(held === undefined ? clock.now() - NOON - 1_010 : held.prefix);
  });
  await pass(250);
  say("office.clerk", "isolated", 1_260, 9_000);
  await pass(1_000);
  await Promise.all(calls);
  expect(begun).toEqual([0, 100, 200, "office.clerk", "office.clerk", "office.clerk"]);
});

test("queues that cannot be told are told again", async () => {
  const { say, start, pass, told } = office({ fails: 2 });
  start();
  await pass(10);
  say("office.clerk", "isolated", 0, 10 * MINUTE);
  await pass(5_000);
  expect(told).toEqual([`clerk ${10 * MINUTE}`]);
});
