import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Clock, Random } from "@armada/event-sourcing";
import { cachedModels, type ModelAnswer, ModelError, type ModelRequest, type Models } from "@armada/models";
import type { NatsPorts } from "@armada/nats";
import { startTestMesh, type TestMesh } from "@armada/nats/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";

const HOUR = 3_600_000;
const LEASE_MS = 2_000;
const clock: Clock = { now: () => Date.now(), sleep: (ms, signal) => sleep(ms, undefined, signal === undefined ? {} : { signal }) };
const random: Random = { next: () => Math.random(), id: () => randomUUID().replaceAll("-", "").slice(0, 16) };
const request = (prompt: string): ModelRequest => ({ tier: "worker", task: "sort", prompt, material: [], schema: z.string() });
const cache = { ttlMs: HOUR, scope: "team" } as const;

let mesh: TestMesh;

beforeAll(async () => {
  const team = (name: string, shares: boolean) => ({ team: name, queues: [], sources: new Map(), shares });
  mesh = await startTestMesh([team("alpha", false), team("sharer", true), team("other", true), team("private", false)]);
});
afterAll(() => mesh[Symbol.asyncDispose]());

/** A provider that takes `ms`, and how often it was asked. */
function provider(options: { ms?: number; length?: number; fails?: (n: number) => unknown } = {}) {
  const asked: number[] = [];
  const models: Models = {
    async call<T>(one: ModelRequest<T>, signal: AbortSignal): Promise<ModelAnswer<T>> {
      const n = asked.push(Date.now());
      await clock.sleep(options.ms ?? 1_000, signal);
      const failure = options.fails?.(n);
      if (failure !== undefined) throw failure;
      const value = one.schema.parse(`answer to ${one.prompt}`.padEnd(options.length ?? 0, "."));
      return { value, model: "m", usage: { inputTokens: 5, outputTokens: 2 }, costMicros: 9 };
    },
  };
  return { asked, models };
}

/** Replicas with connections of their own. */
async function replicas(n: number, models: Models): Promise<{ ports: NatsPorts; call(prompt: string): Promise<ModelAnswer> }[]> {
  const all = await Promise.all(Array.from({ length: n }, () => mesh.connect("alpha")));
  return all.map((ports) => {
    const cached = cachedModels(models, {
      ...ports,
      registers: ports.answers.team,
      team: "alpha",
      clock,
      random,
      about: () => ({ model: "m" }),
      leaseMs: LEASE_MS,
    });
    return { ports, call: (prompt) => cached.call(request(prompt), new AbortController().signal, { cache }) };
  });
}

const spread = (all: Awaited<ReturnType<typeof replicas>>, n: number, prompt: string): Promise<ModelAnswer>[] =>
  Array.from({ length: n }, (_, i) => all[i % all.length]?.call(prompt) ?? Promise.reject(new Error("no replica")));

test("200 equal requests over four connections are one call, and none after a restart of all", async () => {
  const { asked, models } = provider({ length: 50_000 });
  const before = await replicas(4, models);
  const answers = await Promise.all(spread(before, 200, "crowd"));
  expect(asked).toHaveLength(1);
  expect(answers.filter(({ cached }) => cached !== undefined)).toHaveLength(199);
  expect(new Set(answers.map(({ value }) => value)).size).toBe(1);
  await Promise.all(before.map(({ ports }) => ports.link.close()));
  const after = await Promise.all(spread(await replicas(2, models), 20, "crowd"));
  expect(asked).toHaveLength(1);
  expect(after.every(({ cached }) => cached?.saved.micros === 9)).toBe(true);
});

test("where the one fails, exactly one other tries", async () => {
  const { asked, models } = provider({ fails: (n) => (n === 1 ? new ModelError("MODEL_OVERLOADED", "busy") : undefined) });
  const results = await Promise.allSettled(spread(await replicas(4, models), 100, "failing"));
  expect(asked).toHaveLength(2);
  expect(results.filter(({ status }) => status === "rejected")).toHaveLength(1);
});

test("where the one loses its connection, exactly one other takes its place when the claim ends", async () => {
  const { asked, models } = provider({ ms: 5_000 });
  const [first, ...others] = await replicas(4, models);
  const lost = first?.call("killed");
  await expect.poll(() => asked.length, { timeout: 5_000 }).toBe(1);
  const waiting = spread(others, 30, "killed");
  await sleep(500);
  await first?.ports.link.close();
  const answers = await Promise.all(waiting);
  expect(asked).toHaveLength(2);
  expect((asked[1] ?? 0) - (asked[0] ?? 0)).toBeLessThan(LEASE_MS + 10_000);
  expect(answers.filter(({ cached }) => cached !== undefined)).toHaveLength(29);
  expect((await lost)?.value).toBe("answer to killed");
});

test("without a connection the call is made without the cache", async () => {
  const { asked, models } = provider({ ms: 10 });
  const [alone] = await replicas(1, models);
  await alone?.ports.link.close();
  expect((await alone?.call("alone"))?.value).toBe("answer to alone");
  expect(asked).toHaveLength(1);
});

test.each([10, 50_000])("teams that share on purpose have one answer of %d characters, and the others one each", async (length) => {
  const { asked, models } = provider({ ms: 10, length });
  const ask = async (team: string, scope: "fleet" | "team"): Promise<ModelAnswer> => {
    const ports = await mesh.connect(team);
    const cached = cachedModels(models, {
      ...ports,
      registers: ports.answers.team,
      fleet: ports.answers.fleet,
      team,
      clock,
      random,
      about: () => ({ model: "m" }),
    });
    return cached.call(request(`shared ${length}`), new AbortController().signal, { cache: { ttlMs: HOUR, scope } });
  };
  const first = await ask("sharer", "fleet");
  const second = await ask("other", "fleet");
  expect(asked).toHaveLength(1);
  expect(second.value).toBe(first.value);
  expect(second.cached?.saved.micros).toBe(9);
  for (const team of ["sharer", "other", "private"]) await ask(team, "team");
  expect(asked).toHaveLength(4);
  // What the server keeps from a team that does not share is no reason to fail its call.
  expect((await ask("private", "fleet")).cached).toBeUndefined();
  expect(asked).toHaveLength(5);
});
