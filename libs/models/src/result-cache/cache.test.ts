import type { Objects, Registers } from "@armada/event-sourcing";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { ModelError } from "../errors.ts";
import type { Models } from "../port.ts";
import { cached, HOUR, outcomes, provider, request, Urgency, value, world } from "../testing/cache-world.ts";
import { requestDigest } from "./request-digest.ts";

describe("over four replicas", () => {
  test.each([false, true])("200 equal requests are one call, and the others say what they saved (slow registers: %s)", async (hostile) => {
    const { clock, replica, settled } = world({ hostile });
    const { calls, models } = provider(clock, { ms: 40_000 });
    const replicas = Array.from({ length: 4 }, () => replica(models));
    const all = outcomes(await settled(Array.from({ length: 200 }, (_, i) => (replicas[i % 4] ?? replica(models)).call())));
    expect(calls).toHaveLength(1);
    expect([all.made, all.hits, [...all.values]]).toEqual([1, 199, [JSON.stringify(value)]]);
    const hit = all.answers.find((one) => one.cached !== undefined);
    expect(hit).toMatchObject({ model: "m", usage: { inputTokens: 0, outputTokens: 0 }, costMicros: 0 });
    expect(hit?.cached).toEqual({ at: expect.stringMatching(/^2026-01-01T00:00:4/), saved: { micros: 77, tokens: 42 } });
    expect(replicas.flatMap(({ logged }) => logged)).toEqual([]);
  });

  test("those of one replica share one watch, which ends with the last of them", async () => {
    const { clock, mesh, replica, settled, after } = world();
    const { models } = provider(clock, { ms: 40_000 });
    const watched: AbortSignal[] = [];
    const { registers } = mesh.connect("alpha");
    const counting: Registers = {
      ...registers,
      watch: (key, handler, signal) => {
        watched.push(signal);
        return registers.watch(key, handler, signal);
      },
    };
    const asked = Array.from({ length: 50 }, () => replica(models)).map((one) => one.call());
    const one = replica(models, { registers: counting });
    asked.push(...Array.from({ length: 50 }, () => one.call()));
    await after(30_000);
    expect(watched.map((signal) => signal.aborted)).toEqual([false]);
    await settled(asked);
    expect(watched.map((signal) => signal.aborted)).toEqual([true]);
  });

  test("where the one fails, exactly one other tries, and only the first is told", async () => {
    const { clock, replica, settled } = world({ hostile: true });
    const failure = new ModelError("MODEL_OVERLOADED", "busy");
    const { calls, models } = provider(clock, { fails: (n) => (n === 1 ? failure : undefined) });
    const replicas = Array.from({ length: 4 }, () => replica(models));
    const all = outcomes(await settled(replicas.flatMap((one) => Array.from({ length: 10 }, () => one.call()))));
    expect(calls).toHaveLength(2);
    expect([all.made, all.hits, all.errors]).toEqual([1, 38, [failure]]);
  });

  test("where the one is killed, exactly one other takes its place when the claim ends", async () => {
    const { clock, replica, settled, after } = world({ hostile: true });
    const { calls, models } = provider(clock, { ms: 60_000 });
    const killed = replica({
      call: (asked, signal, options) => models.call(asked, signal, options).then(() => new Promise(() => undefined)),
    });
    const others = Array.from({ length: 3 }, () => replica(models));
    void killed.call();
    await after(1_000);
    const waiting = others.flatMap((one) => Array.from({ length: 10 }, () => one.call()));
    await after(9_000);
    killed.kill();
    const all = outcomes(await settled(waiting));
    expect(calls).toHaveLength(2);
    expect((calls[1]?.at ?? 0) - (calls[0]?.at ?? 0)).toBeLessThan(9_000 + 15_000 + 1_000);
    expect([all.made, all.hits]).toEqual([1, 29]);
  });

  test("a claim is held as long as its call takes, also where that waits for its budget", async () => {
    const { clock, replica, settled } = world();
    const { calls, models } = provider(clock, { ms: 200_000 });
    const drawn: string[] = [];
    const meter = {
      draw: async () => {
        await clock.sleep(100_000);
        drawn.push("draw");
        return "c1";
      },
      settle: () => undefined,
    };
    const paying: Models = {
      async call(asked, signal, options) {
        await options?.meter?.draw({ tier: "worker", model: "m", ceiling: { micros: 1, tokens: 1 } });
        return models.call(asked, signal, options);
      },
    };
    const replicas = Array.from({ length: 4 }, () => replica(paying));
    const onText = (): void => undefined;
    const how = { ...cached(), meter, onText };
    const all = outcomes(await settled(replicas.map((one) => one.call(request(), new AbortController().signal, how))));
    expect([calls.length, drawn.length, all.hits]).toEqual([1, 1, 3]);
    expect(calls[0]?.options).toBe(how);
  });
});

describe("a signal", () => {
  test("of the one who asks hands its place to one other at once", async () => {
    const { clock, replica, settled, after } = world({ hostile: true });
    const { calls, models } = provider(clock, { ms: 10_000 });
    const [first, second] = [replica(models), replica(models)];
    const gone = new AbortController();
    const left = first.call(request(), gone.signal);
    await after(1_000);
    const waiting = [1, 2, 3].map(() => second.call());
    await after(1_000);
    gone.abort(new Error("gone"));
    const [lost, ...served] = await settled([left, ...waiting]);
    expect(lost).toEqual({ status: "rejected", reason: new Error("gone") });
    expect(outcomes(served)).toMatchObject({ made: 1, hits: 2 });
    expect(calls).toHaveLength(2);
    expect((calls[1]?.at ?? 0) - (calls[0]?.at ?? 0)).toBeLessThan(2_500);
  });

  test("that aborts while the claim is being made leaves no claim behind", async () => {
    const { clock, mesh, replica, settled } = world();
    const { calls, models } = provider(clock);
    const gone = new AbortController();
    const { registers } = mesh.connect("alpha");
    const slow: Registers = {
      ...registers,
      put: async (...put) => {
        const stored = await registers.put(...put);
        gone.abort(new Error("gone"));
        await clock.sleep(50);
        return stored;
      },
    };
    const start = clock.now();
    await settled([replica(models, { registers: slow }).call(request(), gone.signal)]);
    expect(outcomes(await settled([replica(models).call()])).made).toBe(1);
    expect((calls[0]?.at ?? 0) - start).toBeLessThan(200);
    expect(calls).toHaveLength(1);
  });

  test("of one who waits ends its own waiting only", async () => {
    const { clock, replica, settled, after } = world();
    const { calls, models } = provider(clock, { ms: 10_000 });
    const [first, second] = [replica(models), replica(models)];
    const leading = first.call();
    await after(10);
    const gone = new AbortController();
    const [left, stays] = [second.call(request(), gone.signal), second.call()];
    await after(1_000);
    gone.abort(new Error("gone"));
    const before = clock.now();
    await settled([left]);
    expect(clock.now()).toBe(before);
    expect(outcomes(await settled([leading, stays]))).toMatchObject({ made: 1, hits: 1 });
    expect(calls).toHaveLength(1);
    expect(clock.now() - (calls[0]?.at ?? 0)).toBe(10_000); // told, not found at the end of the claim
    await expect(second.call(request(), AbortSignal.abort(new Error("never begun")))).rejects.toThrow("never begun");
  });
});

test("a claim by a clock that is far ahead holds a lease and no longer", async () => {
  const { clock, replica, settled } = world();
  const { calls, models } = provider(clock);
  const alpha = replica(models);
  const key = `answer-${requestDigest(request(), { model: "m" })}`;
  await alpha.registers.put(key, JSON.stringify({ kind: "claimed", by: "killed", until: clock.now() + 10 * HOUR }));
  const start = clock.now();
  expect(outcomes(await settled([alpha.call(), alpha.call()]))).toMatchObject({ made: 1, hits: 1 });
  expect((calls[0]?.at ?? 0) - start).toBeLessThan(15_100);
});

describe("a stored answer", () => {
  test("serves after a restart of all, until it expires for the writer or the reader", async () => {
    const { clock, replica, settled, after } = world();
    const { calls, models } = provider(clock);
    await settled([replica(models).call()]);
    expect(outcomes(await settled([replica(models).call(), replica(models).call()])).hits).toBe(2);
    await after(HOUR / 2);
    expect(outcomes(await settled([replica(models).call(request(), undefined, cached(HOUR / 4))])).made).toBe(1);
    expect(calls).toHaveLength(2);
    await after(HOUR + 10_000);
    expect(outcomes(await settled([replica(models).call(request(), undefined, cached(24 * HOUR))])).made).toBe(1);
    expect(calls).toHaveLength(3);
  });

  test("does not serve another request, another team, or whoever asks for no cache", async () => {
    const { clock, replica, settled } = world();
    const { calls, models } = provider(clock);
    const alpha = replica(models);
    await settled([alpha.call()]);
    await settled([alpha.call(request("sort."))]);
    await settled([replica(models, {}, "beta").call()]);
    await settled([alpha.call(request(), undefined, {})]);
    expect(calls).toHaveLength(4);
  });

  test("serves the fleet where it is asked for and there is a register for it, long ones included", async () => {
    const { clock, mesh, replica, settled } = world();
    const { calls, models } = provider(clock, { value: { urgency: "x".repeat(40_000) } });
    const fleet = mesh.connect("fleet").registers;
    const shared = cached(HOUR, "fleet");
    await settled([replica(models, { fleet }).call(request(), undefined, shared)]);
    // Teams share answers in one account, where each reads in the others' objects.
    const getShown: Objects["getShown"] = (digest, owner) => mesh.connect(owner).objects.get(digest);
    const beta = replica(models, { fleet, objects: { ...mesh.connect("beta").objects, getShown } }, "beta");
    expect(outcomes(await settled([beta.call(request(), undefined, shared)])).hits).toBe(1);
    expect(calls).toHaveLength(1);
    await settled([beta.call(), replica(models, {}, "gamma").call(request(), undefined, shared)]);
    expect(calls).toHaveLength(3);
  });

  test("is an object where it is long, and a miss where that is gone or spoilt", async () => {
    const { clock, mesh, replica, settled } = world();
    const { calls, models } = provider(clock, { value: { urgency: "x".repeat(40_000) } });
    const digests: string[] = [];
    const keeping = (objects: Objects): Objects => ({
      ...objects,
      put: async (bytes) => {
        const digest = await objects.put(bytes);
        digests.push(digest);
        return digest;
      },
    });
    const first = replica(models, { objects: keeping(mesh.connect("alpha").objects) });
    await settled([first.call()]);
    expect(outcomes(await settled([replica(models).call()])).hits).toBe(1);
    mesh.objects.spoil("alpha", digests[0] ?? "");
    expect(outcomes(await settled([replica(models).call()])).made).toBe(1);
    mesh.objects.drop("alpha", digests[0] ?? "");
    expect(outcomes(await settled([replica(models).call()])).made).toBe(1);
    expect([digests.length, calls.length]).toEqual([1, 3]);
  });

  test("that does not fit, or cannot be read, is a miss and replaced", async () => {
    const { clock, replica, settled } = world();
    const { calls, models } = provider(clock);
    const strict = request(
      "sort",
      Urgency.refine(({ urgency }) => urgency !== "low"),
    );
    const alpha = replica(models);
    const key = `answer-${requestDigest(strict, { model: "m" })}`;
    await settled([alpha.call(strict)]);
    const stored = (await alpha.registers.get(key))?.value ?? "";
    for (const wrong of [
      stored.replace('"high"', '"low"'),
      stored.replace('"high"', "7"),
      stored.slice(0, 40),
      "",
      '{"kind":"answered"}',
      "[]",
    ]) {
      const before = calls.length;
      await alpha.registers.put(key, wrong);
      expect(outcomes(await settled([alpha.call(strict)]))).toMatchObject({ made: 1, values: new Set([JSON.stringify(value)]) });
      expect(outcomes(await settled([alpha.call(strict)])).hits).toBe(1);
      expect(calls.length - before).toBe(1);
    }
  });

  test("is not kept where the schema would change it when it is read again", async () => {
    const { clock, replica, settled } = world();
    const { calls, models } = provider(clock);
    const louder = request("sort", z.object({ urgency: z.string().transform((text) => `${text}!`) }));
    const alpha = replica(models);
    const all = outcomes(await settled([alpha.call(louder), alpha.call(louder)]));
    expect([...all.values]).toEqual([JSON.stringify({ urgency: "high!" })]);
    expect([calls.length, all.hits]).toEqual([2, 0]);
    expect(alpha.logged[0]).toContain("read again by its schema");
  });
});
