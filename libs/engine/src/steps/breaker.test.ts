import { agent, team, workflow } from "@armada/agents";
import { buildEnvelope, buildSubject, chainOf, encodeBody, parseSubject } from "@armada/contracts";
import { CALM, HOSTILE, type Hostility, MemoryMesh } from "@armada/event-sourcing";
import { seededRandom, VirtualClock } from "@armada/event-sourcing/testing";
import type { Models } from "@armada/models";
import { breakersFilter } from "@armada/resilience";
import { expect, test } from "vitest";
import { z } from "zod";
import { readJournalMessage } from "../journal/message.ts";
import { initialRun, type RunState } from "../journal/state.ts";
import { evolveRun } from "../journal/table.ts";
import { startReplica, type TestReplica } from "../testing/replica.ts";

const Note = z.object({ note: z.string() });
const noModels: Models = { call: () => Promise.reject(new Error("no model")) };
const S = 1_000;

type Call = { readonly at: number; readonly ok: boolean };

/** An office whose clerk fails while it is down, with two replicas and so many runs that want the clerk. */
function office({
  runs = 40,
  hostility = CALM,
  seed = 1,
  attempts = 1_000,
  fallback,
}: {
  runs?: number;
  hostility?: Hostility;
  seed?: number;
  attempts?: number;
  fallback?: (input: { note: string }) => { note: string };
} = {}) {
  const clock = new VirtualClock();
  const mesh = new MemoryMesh(clock, seededRandom(seed), hostility);
  const calls: Call[] = [];
  const about = { down: true, kills: (): void => undefined };
  const clerk = agent({
    name: "clerk",
    does: "files notes",
    tier: "worker",
    input: Note,
    output: Note,
    limits: { attempts, timeout: "20s", concurrency: 4 },
    run: async ({ input }) => {
      const nth = calls.push({ at: clock.now(), ok: !about.down });
      about.kills();
      await clock.sleep(50 + nth); // each ends in an instant of its own
      if (about.down) throw new Error("out of paper");
      return input;
    },
    ...(fallback === undefined ? {} : { fallback }),
  });
  const file = workflow({ name: "file", version: 1, input: Note, output: Note, run: (note, ctx) => ctx.ask(clerk, note) });
  const made = team({ name: "office", agents: [clerk], workflows: [file] });
  const random = seededRandom(seed * 100);
  /** By name and attributes. */
  const counted = new Map<string, number>();
  const add = (name: string, attributes: Readonly<Record<string, string>>): void => {
    const key = [name, ...Object.values(attributes)].join(" ");
    counted.set(key, (counted.get(key) ?? 0) + 1);
  };
  const start = (): TestReplica => startReplica(mesh, made, noModels, { clock, random, scheduler: clock.scheduler, counters: { add } });
  const both = [start(), start()] as const;
  let asked = 0;
  const ask = (capability: string, data: unknown): void => {
    const id = `ask-${++asked}`;
    const subject = buildSubject({ kind: "ask", to: "office", from: "operator", capability, id });
    const time = "2026-01-01T00:00:00.000Z";
    const envelope = buildEnvelope(
      { id, source: "/operator", type: "armada.asked", subject: id, time, data, team: "operator" },
      chainOf(id),
    );
    mesh.stream("office").append(subject, encodeBody([envelope]), clock.now());
  };
  for (let i = 0; i < runs; i++) ask("run_start", { workflow: "file", input: { note: `n${i}` } });
  const states = (): readonly RunState[] => {
    const all = new Map<string, RunState>();
    for (const message of mesh.stream("office").messages) {
      const [, , , , run = ""] = message.subject.split(".");
      const journal = readJournalMessage(message);
      if (journal === undefined) continue;
      const state = all.get(run) ?? initialRun();
      all.set(run, state);
      state.length = journal.n;
      for (const event of journal.events) evolveRun(state, event, journal.envelopes[0]?.time ?? "");
    }
    return [...all.values()];
  };
  const ended = (): boolean => {
    const all = states();
    return all.length === runs && all.every((state) => state.ended !== undefined);
  };
  const told = (): readonly string[] =>
    mesh
      .stream("office")
      .messages.filter(({ subject }) => subject.startsWith(breakersFilter("office").slice(0, -1)))
      .map(({ subject }) => {
        const parsed = parseSubject(subject);
        return parsed?.kind === "fact" ? parsed.event : "";
      });
  const wait = (ms: number): Promise<unknown> => {
    const end = clock.now() + ms;
    void clock.sleep(ms).catch(() => undefined);
    return clock.run(() => clock.now() >= end, ms + 1);
  };
  return { clock, calls, about, counted, states, ended, told, wait, ask, both, start };
}

test.each([
  ["calm", CALM, 1],
  ["hostile", HOSTILE, 2],
  ["hostile", HOSTILE, 3],
])(
  "an open breaker of two replicas lets one call a minute through, and once that is well all (%s, seed %#)",
  async (_, hostility, seed) => {
    const { clock, calls, about, ended, told, wait, states } = office({ hostility, seed });
    await wait(30 * S);
    const before = calls.length;
    // Four are at work in each of two replicas when the fifth fails.
    expect(before).toBeGreaterThanOrEqual(5);
    expect(before).toBeLessThanOrEqual(5 + 8);
    expect(told()).toEqual(["opened"]);
    await wait(20 * 62 * S);
    const probes = told().filter((event) => event === "probing").length;
    expect(calls.length - before).toBe(probes);
    expect(probes).toBeGreaterThanOrEqual(19);
    about.down = false;
    await clock.run(ended, 400 * S);
    expect(told().at(-1)).toBe("closed");
    const [failed, waited] = [states(), states()].map((all) => all.flatMap((state) => [...state.steps.values()]));
    // Neither what waited nor who tried it has used an attempt: as many are in the journals as calls failed before it opened.
    expect(failed?.reduce((sum, step) => sum + step.failures, 0)).toBe(before);
    expect(waited?.every((step) => step.status === "completed")).toBe(true);
  },
);

test.each([
  ["calm", CALM, 1],
  ["hostile", HOSTILE, 2],
])(
  "with a fallback what is asked is answered at once while the breaker is open, says so, and is counted at most once (%s)",
  async (_, hostility, seed) => {
    const { clock, ended, states, calls, counted } = office({ hostility, seed, runs: 60, fallback: ({ note }) => ({ note: `${note}?` }) });
    await clock.run(ended, 120 * S);
    const answered = states().flatMap((state) => [...state.steps.values()]);
    expect(answered.filter(({ degraded }) => degraded?.code === "BREAKER_OPEN").length).toBe(60);
    expect(answered[0]?.degraded?.message).toMatch(/^calls of clerk pause: 5 calls in a row failed; the next one is tried at 2026-01-01T/);
    expect(calls.length).toBeLessThanOrEqual(5 + 8);
    expect([...counted.keys()]).toEqual(["armada.steps.degraded office clerk BREAKER_OPEN"]);
    const [times = 0] = counted.values();
    expect(times).toBeLessThanOrEqual(60);
    expect(times).toBeGreaterThanOrEqual(hostility === CALM ? 60 : 50);
  },
);

test("a replica that dies with the call that tries it leaves the next try to the other", async () => {
  const { clock, about, ended, told, wait, both, calls } = office();
  await wait(30 * S);
  const before = calls.length;
  await clock.run(() => calls.length > before, 60 * S);
  both[0].kill();
  about.down = false;
  await clock.run(ended, 600 * S);
  expect(told().at(-1)).toBe("closed");
});

test("what waited when its team went away has lost no attempt once the team is back", async () => {
  const { clock, about, ended, wait, both, start, calls, states } = office({ hostility: { ...CALM, latencyMs: 100 } });
  await wait(30 * S);
  const before = calls.length;
  await wait(600 * S); // each has come again several times
  for (const replica of both) replica.kill();
  await wait(120 * S);
  about.down = false;
  start();
  start();
  await clock.run(ended, 600 * S);
  expect(states().every(({ ended: end }) => end !== undefined)).toBe(true);
  const steps = states().flatMap((state) => [...state.steps.values()]);
  expect(steps.reduce((sum, step) => sum + step.failures, 0)).toBe(before);
});

test("what tried it in a replica that stops has its word", async () => {
  const { clock, about, told, wait, both, calls } = office();
  await wait(30 * S);
  const before = calls.length;
  about.down = false;
  await clock.run(() => calls.length > before, 60 * S);
  const stopped = Promise.all(both.map(({ engine }) => engine.stop()));
  await wait(2 * S);
  await stopped;
  expect(told().at(-1)).toBe("closed");
});

test("a step that kills its replica each time it tries has so many attempts, and is parked", async () => {
  const { clock, about, states, wait, both, start, calls } = office({ runs: 1, attempts: 8 });
  const replicas: TestReplica[] = [...both];
  await wait(40 * S); // five failures, and it is open
  about.kills = () => {
    for (const replica of replicas.splice(0)) replica.kill();
    replicas.push(start(), start());
  };
  const before = calls.length;
  expect(before).toBe(5);
  await clock.run(() => [...(states()[0]?.steps.values() ?? [])].some(({ status }) => status === "parked"), 600 * S);
  expect(calls.length - before).toBe(3);
});

test("one that always fails and is alone has its attempts, three hours apart, and is parked", async () => {
  const { clock, states, calls } = office({ runs: 1, attempts: 7 });
  const isParked = (): boolean => [...(states()[0]?.steps.values() ?? [])].some(({ status }) => status === "parked");
  await clock.run(isParked, 12 * 3_600 * S);
  const step = [...(states()[0]?.steps.values() ?? [])][0];
  expect([step?.status, step?.failures, step?.lastFailure?.message]).toEqual(["parked", 7, "out of paper"]);
  const hours = ((calls.at(-1)?.at ?? 0) - (calls[0]?.at ?? 0)) / 3_600_000;
  expect(hours).toBeGreaterThan(5.9);
  expect(hours).toBeLessThan(6.2);
  expect(states()[0]?.length).toBeLessThan(20);
});
