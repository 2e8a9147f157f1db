import { agent, team, workflow } from "@armada/agents";
import { buildEnvelope, buildSubject, chainOf, encodeBody } from "@armada/contracts";
import { CALM, HOSTILE, type Hostility, MemoryMesh } from "@armada/event-sourcing";
import { seededRandom, VirtualClock } from "@armada/event-sourcing/testing";
import type { Models } from "@armada/models";
import { expect, test } from "vitest";
import { z } from "zod";
import { readJournalMessage } from "../journal/message.ts";
import { initialRun, type RunState } from "../journal/state.ts";
import { evolveRun } from "../journal/table.ts";
import { startReplica, type TestReplica } from "../testing/replica.ts";

const Note = z.object({ note: z.string() });
const noModels: Models = { call: () => Promise.reject(new Error("no model")) };
const S = 1_000;
const MINUTE = 60 * S;

/** An office of a clerk and a porter beside it, with two replicas. */
function office({
  hostility = CALM,
  seed = 1,
  fallback,
}: {
  hostility?: Hostility;
  seed?: number;
  fallback?: (input: { note: string }) => { note: string };
} = {}) {
  const clock = new VirtualClock();
  const mesh = new MemoryMesh(clock, seededRandom(seed), hostility);
  const calls: { readonly agent: string; readonly at: number }[] = [];
  const made = (name: string, ms: number) =>
    agent({
      name,
      does: "files notes",
      tier: "worker",
      input: Note,
      output: Note,
      limits: { attempts: 1, timeout: "20s", concurrency: 4, breaker: { drain: 10 } },
      run: async ({ input }) => {
        calls.push({ agent: name, at: clock.now() });
        await clock.sleep(ms);
        return input;
      },
      ...(fallback === undefined ? {} : { fallback }),
    });
  const [clerk, porter] = [made("clerk", 500), made("porter", 50)];
  const file = workflow({ name: "file", version: 1, input: Note, output: Note, run: (note, ctx) => ctx.ask(clerk, note) });
  const carry = workflow({ name: "carry", version: 1, input: Note, output: Note, run: (note, ctx) => ctx.ask(porter, note) });
  const random = seededRandom(seed * 100);
  const all = team({ name: "office", agents: [clerk, porter], workflows: [file, carry] });
  const start = (): TestReplica => startReplica(mesh, all, noModels, { clock, random, scheduler: clock.scheduler });
  const both = [start(), start()] as const;
  let asked = 0;
  const begin = (name: string, times: number): void => {
    for (let i = 0; i < times; i++) {
      const id = `ask-${++asked}`;
      const subject = buildSubject({ kind: "ask", to: "office", from: "operator", capability: "run_start", id });
      const about = { id, source: "/operator", type: "armada.asked", subject: id, time: "2026-01-01T00:00:00.000Z", team: "operator" };
      const envelope = buildEnvelope({ ...about, data: { workflow: name, input: { note: id } } }, chainOf(id));
      mesh.stream("office").append(subject, encodeBody([envelope]), clock.now());
    }
  };
  let revision = 0;
  const say = (prefix: string, status: "isolated" | "returned", ms = 0): void => {
    const iso = (at: number): string => new Date(at).toISOString();
    const { now } = { now: clock.now() };
    mesh.isolations.say({ prefix, status, since: iso(now), until: iso(now + ms), why: "odd notes", by: "ada", revision: ++revision });
  };
  const states = (): readonly RunState[] => {
    const found = new Map<string, RunState>();
    for (const message of mesh.stream("office").messages) {
      const [, , , , run = ""] = message.subject.split(".");
      const journal = readJournalMessage(message);
      if (journal === undefined) continue;
      const state = found.get(run) ?? initialRun();
      found.set(run, state);
      state.length = journal.n;
      for (const event of journal.events) evolveRun(state, event, journal.envelopes[0]?.time ?? "");
    }
    return [...found.values()];
  };
  const ended = (): boolean => {
    const runs = states();
    return runs.length === asked && runs.every((state) => state.ended !== undefined);
  };
  const wait = (ms: number): Promise<unknown> => {
    const end = clock.now() + ms;
    void clock.sleep(ms).catch(() => undefined);
    return clock.run(() => clock.now() >= end, ms + 1);
  };
  const callsOf = (name: string) => calls.filter((call) => call.agent === name);
  const steps = () => states().flatMap((state) => [...state.steps.values()]);
  return { clock, mesh, calls, callsOf, begin, say, states, steps, ended, wait, both, start };
}

test.each([
  ["calm", CALM, 1],
  ["hostile", HOSTILE, 2],
  ["hostile", HOSTILE, 3],
])(
  "nothing of an isolated agent begins, of another all; afterwards all is done, without an attempt (%s, seed %#)",
  async (_, hostility, seed) => {
    const { clock, callsOf, begin, say, ended, wait, steps, start } = office({ hostility, seed });
    begin("file", 40);
    await clock.run(() => callsOf("clerk").length >= 6, 100 * S);
    say("office.clerk", "isolated", 5 * MINUTE);
    await wait(S);
    const before = callsOf("clerk").length;
    begin("carry", 20);
    start(); // one that comes later obeys as well
    await wait(4 * MINUTE);
    expect(callsOf("clerk").length).toBe(before);
    expect(callsOf("porter").length).toBeGreaterThanOrEqual(20);
    await clock.run(ended, 3 * MINUTE);
    expect(ended()).toBe(true);
    expect(steps().every((step) => step.status === "completed" && step.degraded === undefined)).toBe(true);
    // A hostile log has attempts be lost by itself.
    if (hostility === CALM) expect(steps().reduce((sum, step) => sum + step.failures + step.lost, 0)).toBe(0);
  },
);

test("one that is returned goes on at once, at most so many a second in each replica", async () => {
  const { clock, callsOf, begin, say, ended, wait } = office();
  say("office.clerk", "isolated", 60 * MINUTE);
  await wait(S);
  begin("file", 60);
  await wait(10 * MINUTE);
  expect(callsOf("clerk")).toEqual([]);
  say("office.clerk", "returned");
  const since = clock.now();
  await wait(2 * S);
  // 10 a second in each of two, and at most as many at once as an interval begins.
  expect(callsOf("clerk").length).toBeGreaterThan(8);
  expect(callsOf("clerk").length).toBeLessThanOrEqual(2 * (20 + 1));
  expect(callsOf("clerk")[0]?.at).toBeLessThan(since + 1_500);
  await clock.run(ended, MINUTE);
  expect(ended()).toBe(true);
});

test("with a fallback what is asked is answered at once, and says so", async () => {
  const { clock, begin, say, ended, wait, steps, calls } = office({ fallback: ({ note }) => ({ note: `${note}?` }) });
  say("office.clerk", "isolated", 60 * MINUTE);
  await wait(S);
  begin("file", 20);
  await clock.run(ended, 10 * S);
  expect(calls).toEqual([]);
  expect(steps().map(({ degraded, failures }) => [degraded?.code, failures])).toEqual(Array(20).fill(["ISOLATED", 0]));
  expect(steps()[0]?.degraded?.message).toMatch(/^office\.clerk is isolated until 2026-01-01T\S+ by ada: odd notes$/);
});

test("of a team that is isolated nothing begins, and what was asked of it meanwhile is done once it is back", async () => {
  const { clock, begin, say, ended, states, wait, calls, steps } = office();
  begin("file", 12);
  await clock.run(() => calls.length >= 6, 100 * S);
  say("office", "isolated", 5 * MINUTE);
  await wait(S);
  const [before, runs] = [calls.length, states().length];
  begin("carry", 5);
  await wait(4 * MINUTE);
  expect([calls.length, states().length]).toEqual([before, runs]);
  await clock.run(ended, 3 * MINUTE);
  expect(ended()).toBe(true);
  expect(steps().reduce((sum, step) => sum + step.failures + step.lost, 0)).toBe(0);
});

test("what a replica that dies had given back has lost no attempt, and what it had at work one", async () => {
  const { clock, begin, say, ended, wait, both, start, steps, callsOf } = office({ hostility: { ...CALM, latencyMs: 100 } });
  begin("file", 30);
  await clock.run(() => callsOf("clerk").length >= 8, 100 * S);
  say("office.clerk", "isolated", 20 * MINUTE);
  await wait(MINUTE); // what was at work is over
  for (const replica of both) replica.kill();
  await wait(10 * MINUTE);
  start();
  start();
  await clock.run(ended, 20 * MINUTE);
  expect(ended()).toBe(true);
  expect(steps().reduce((sum, step) => sum + step.failures + step.lost, 0)).toBe(0);
});

test("queues that an isolation stopped go on where it was ended while no replica was there", async () => {
  const { clock, begin, say, ended, wait, both, start } = office();
  say("office.clerk", "isolated", 24 * 60 * MINUTE);
  await wait(S);
  begin("file", 5);
  await wait(S);
  for (const replica of both) replica.kill();
  say("office.clerk", "returned");
  await wait(MINUTE);
  start();
  await clock.run(ended, MINUTE);
  expect(ended()).toBe(true);
});
