import { seededRandom, VirtualClock } from "@armada/event-sourcing/testing";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { ModelError } from "../errors.ts";
import type { CallOptions, ModelAnswer, ModelRequest, Models, Usage } from "../port.ts";
import { limitedModels, type RateLimitOptions } from "./limits.ts";

const MINUTE = 60_000;
const never = new AbortController().signal;
const request = (bytes = 0, task = "sort"): ModelRequest => ({
  tier: "worker",
  task,
  prompt: "x".repeat(bytes),
  material: [],
  schema: z.unknown(),
});

type Made = { readonly prompt: string; readonly at: number };

function world(limits: Omit<RateLimitOptions, "clock">, provider: { ms?: number; usage?: Usage; fails?: (n: number) => unknown } = {}) {
  const clock = new VirtualClock();
  const made: Made[] = [];
  const flight = { now: 0, most: 0 };
  const models: Models = {
    async call<T>(asked: ModelRequest<T>, signal: AbortSignal): Promise<ModelAnswer<T>> {
      const n = made.push({ prompt: asked.prompt ?? "", at: clock.now() });
      flight.most = Math.max(flight.most, ++flight.now);
      try {
        await clock.sleep(provider.ms ?? 100, signal);
        const failure = provider.fails?.(n);
        if (failure !== undefined) throw failure;
        return { value: asked.schema.parse(n), model: "m", usage: provider.usage ?? { inputTokens: 0, outputTokens: 0 }, costMicros: 0 };
      } finally {
        flight.now--;
      }
    },
  };
  const limited = limitedModels(models, { clock, ...limits });
  const call = (asked = request(), signal = never, callOptions: CallOptions = {}) => limited.call(asked, signal, callOptions);
  const within = (ms: number) => call(request(), never, { deadline: clock.now() + ms });
  const settled = async <T>(calls: readonly Promise<T>[], limit = 100 * MINUTE): Promise<PromiseSettledResult<T>[]> => {
    let all: PromiseSettledResult<T>[] | undefined;
    void Promise.allSettled(calls).then((results) => {
      all = results;
    });
    expect(await clock.run(() => all !== undefined, limit)).toBe("done");
    return all ?? [];
  };
  return { clock, made, flight, call, within, settled };
}

/** The most that began within `ms`, whenever they began. */
const mostWithin = (made: readonly Made[], ms: number): number =>
  Math.max(...made.map(({ at }) => made.filter((other) => other.at >= at && other.at < at + ms).length));

describe("requests", () => {
  test("of a spike begin in their order, at the limit's pace, at most a second's worth at once", async () => {
    const { clock, made, call, settled } = world({ requestsPerMinute: 600 });
    const start = clock.now();
    await settled(Array.from({ length: 900 }, (_, i) => call(request(i))));
    expect(made.map(({ prompt }) => prompt.length)).toEqual(Array.from({ length: 900 }, (_, i) => i));
    expect(mostWithin(made, MINUTE)).toBeLessThanOrEqual(610);
    expect(mostWithin(made, 1_000)).toBeLessThanOrEqual(20);
    expect((made.at(-1)?.at ?? 0) - start).toBeGreaterThan(88_000);
    expect((made.at(-1)?.at ?? 0) - start).toBeLessThan(90_000);
  });

  test.each(Array.from({ length: 10 }, (_, i) => i + 1))(
    "that come as they like never exceed the limit, whatever the share (seed %i)",
    async (seed) => {
      const random = seededRandom(seed);
      const limit = 30 + Math.floor(random.next() * 300);
      const share = 0.1 + random.next() * 0.9;
      const { clock, made, call, settled } = world({ requestsPerMinute: limit, share: () => share });
      const calls: Promise<unknown>[] = [];
      for (let i = 0; i < 200; i++) {
        calls.push(call());
        if (random.next() < 0.1) await settled([clock.sleep(random.next() * 20_000)]);
      }
      await settled(calls);
      expect(mostWithin(made, MINUTE)).toBeLessThanOrEqual(limit * share + Math.max(1, (limit * share) / 60) + 1);
    },
  );

  test("follow a share that changes", async () => {
    let share = 0.25;
    const { clock, made, call, settled } = world({ requestsPerMinute: 240, share: () => share });
    const start = clock.now();
    const calls = Array.from({ length: 180 }, () => call());
    await settled([clock.sleep(MINUTE)]);
    expect(made.length).toBeGreaterThanOrEqual(59);
    expect(made.length).toBeLessThanOrEqual(62);
    share = 0.5;
    await settled(calls);
    expect((made.at(-1)?.at ?? 0) - start).toBeLessThan(2 * MINUTE + 2_000);
    share = 0;
    await settled([call()]);
  });

  test("whose signal aborts leave their place, and cost nothing", async () => {
    const { clock, made, call, settled } = world({ requestsPerMinute: 60 });
    const gone = new AbortController();
    const [first, left, last] = [call(request(1)), call(request(2), gone.signal), call(request(3))];
    await settled([first]);
    gone.abort(new Error("gone"));
    const before = clock.now();
    expect(await settled([left])).toEqual([{ status: "rejected", reason: new Error("gone") }]);
    expect(clock.now()).toBe(before);
    await settled([last]);
    const late = new AbortController();
    const gaveUp = call(request(4), late.signal);
    late.abort(new Error("gone"));
    await settled([gaveUp]);
    const then = clock.now();
    expect([await clock.run(() => false, MINUTE), clock.now()]).toEqual(["idle", then]); // nobody waits for nothing
    expect(made.map(({ prompt }) => prompt.length)).toEqual([1, 3]);
    expect((made[1]?.at ?? 0) - (made[0]?.at ?? 0)).toBeLessThanOrEqual(1_001);
    await expect(call(request(), AbortSignal.abort(new Error("before")))).rejects.toThrow("before");
    expect(made).toHaveLength(2);
  });
});

describe("tokens", () => {
  test("are counted by what is sent and what its task's answers took, and corrected afterwards", async () => {
    const { made, call, settled } = world({ tokensPerMinute: 60_000 }, { usage: { inputTokens: 1_000, outputTokens: 1_000 } });
    await settled(Array.from({ length: 40 }, () => call(request(4_000))));
    const took = (made.at(-1)?.at ?? 0) - (made[0]?.at ?? 0);
    // 39 calls of 2,000 tokens at 1,000 a second.
    expect(took).toBeGreaterThan(70_000);
    expect(took).toBeLessThan(79_000);
  });

  test("that were expected and not taken are given back", async () => {
    const { made, call, settled } = world(
      { tokensPerMinute: 60_000 },
      { usage: { inputTokens: 10, outputTokens: 10, cacheReadTokens: 9_000 } },
    );
    for (let i = 0; i < 50; i++) await settled([call(request(40_000))]);
    expect((made.at(-1)?.at ?? 0) - (made[0]?.at ?? 0)).toBeLessThan(10_000);
  });

  test("of a long answer are expected once its task has given one, by all that are on their way", async () => {
    const { made, call, settled } = world({ tokensPerMinute: 60_000 }, { ms: 30_000, usage: { inputTokens: 0, outputTokens: 5_000 } });
    await settled([call()]);
    await settled(Array.from({ length: 10 }, () => call()));
    expect(mostWithin(made.slice(1), 20_000)).toBeLessThanOrEqual(5);
  });

  test("of a request beyond a minute's worth are waited for by the next", async () => {
    const { made, call, settled } = world({ tokensPerMinute: 6_000 }, { usage: { inputTokens: 12_000, outputTokens: 0 } });
    await settled([call(request(48_000)), call()]);
    expect((made[1]?.at ?? 0) - (made[0]?.at ?? 0)).toBeGreaterThan(115_000);
  });

  test("of a call that broke off are those that it cost", async () => {
    const usage = { inputTokens: 6_000, outputTokens: 0 };
    const broken = new ModelError("MODEL_STREAM_BROKEN", "broken", { spent: { model: "m", usage, costMicros: 1, exact: false } });
    const { made, call, settled } = world({ tokensPerMinute: 6_000 }, { fails: (n) => (n === 1 ? broken : undefined) });
    await settled([call()]);
    await settled([call()]);
    expect((made[1]?.at ?? 0) - (made[0]?.at ?? 0)).toBeGreaterThan(55_000);
  });
});

describe("a provider", () => {
  test.each(["MODEL_RATE_LIMITED", "MODEL_OVERLOADED"] as const)(
    "that answers %s with a time is left alone until then, by all, and then not stormed",
    async (code) => {
      const refusal = new ModelError(code, "later", { retryAfter: 30_000 });
      const { made, call, settled } = world({ requestsPerMinute: 120 }, { fails: (n) => (n === 3 ? refusal : undefined) });
      const results = await settled(Array.from({ length: 60 }, () => call()));
      expect(results.filter((one) => one.status === "rejected").map((one): unknown => one.reason)).toEqual([refusal]);
      const refused = (made[2]?.at ?? 0) + 100;
      expect(made.filter(({ at }) => at > refused && at < refused + 30_000)).toEqual([]);
      expect(mostWithin(made.slice(3), 1_000)).toBeLessThanOrEqual(4);
    },
  );

  test("gets no more calls at a time than are allowed", async () => {
    const { flight, made, call, settled } = world({ concurrency: 3 }, { fails: (n) => (n % 4 === 0 ? new Error("no") : undefined) });
    const gone = new AbortController();
    const left = call(request(), gone.signal);
    const all = Array.from({ length: 20 }, () => call());
    gone.abort(new Error("gone"));
    await settled([left, ...all]);
    expect([flight.most, made.length]).toEqual([3, 21]);
  });

  test("that names a time beyond an attempt is not asked before, and who asks is told until when and why", async () => {
    const refusal = new ModelError("MODEL_RATE_LIMITED", "m: 429: slow down", { retryAfter: 3_600_000 });
    const { clock, made, within, call, settled } = world({ requestsPerMinute: 60 }, { fails: (n) => (n === 1 ? refusal : undefined) });
    const first = within(20_000);
    const queued = within(20_000);
    const start = clock.now();
    const results = await settled([first, queued]);
    const until = new Date(clock.now() + 3_600_000).toISOString();
    const told = { code: "MODEL_RATE_LIMITED", sent: false, retryAfter: 3_600_000, message: expect.stringContaining(until) as string };
    expect(results).toMatchObject([{ reason: refusal }, { reason: told }]);
    expect(clock.now() - start).toBeLessThan(1_000);
    await expect(within(20_000)).rejects.toMatchObject(told);
    expect(made).toHaveLength(1);
    await settled([call()]); // who has no deadline waits
    expect((made[1]?.at ?? 0) - start).toBeGreaterThanOrEqual(3_600_000);
    await settled([within(20_000)]);
    expect(made).toHaveLength(3);
  });

  test("that cannot be reached is tried by one call at a time, ever more seldom, and by all once it is there", async () => {
    const down = new ModelError("MODEL_UNREACHABLE", "the API cannot be reached (connect ECONNREFUSED)", { sent: false });
    let there = false;
    const { clock, made, within, settled } = world({}, { fails: () => (there ? undefined : down) });
    const start = clock.now();
    const ask = async (): Promise<unknown> => {
      for (;;) {
        const [result] = await Promise.allSettled([within(30_000)]);
        if (result?.status === "fulfilled") return result.value;
        expect(result?.reason).toMatchObject({ code: "MODEL_UNREACHABLE", sent: false, message: down.message });
        await clock.sleep(result?.reason instanceof ModelError ? (result.reason.retryAfter ?? 0) : 0);
      }
    };
    const all = Array.from({ length: 20 }, ask);
    await settled([clock.sleep(20 * MINUTE)]);
    // All at first, then one after 1, 2, 4, … 256, 300, 300 and 300 s.
    expect(made.slice(0, 20).every(({ at }) => at === start)).toBe(true);
    expect(made.length).toBe(20 + 11);
    there = true;
    await settled(all);
    expect(clock.now() - start).toBeLessThanOrEqual(25 * MINUTE + 1_000);
    await settled(Array.from({ length: 5 }, () => within(30_000)));
  });

  test("whose limits are used up gives each that cannot wait a time at which it has its turn", async () => {
    const { clock, made, within, settled } = world({ requestsPerMinute: 60 });
    const start = clock.now();
    let refused = 0;
    const ask = async (): Promise<unknown> => {
      for (;;) {
        const [result] = await Promise.allSettled([within(30_000)]);
        if (result?.status === "fulfilled") return result.value;
        refused++;
        expect(result?.reason).toMatchObject({ code: "MODEL_RATE_LIMITED", sent: false });
        await clock.sleep(result?.reason instanceof ModelError ? (result.reason.retryAfter ?? 0) : 0);
      }
    };
    await settled(Array.from({ length: 120 }, ask));
    expect(made).toHaveLength(120);
    expect(clock.now() - start).toBeLessThan(2.5 * MINUTE);
    expect(refused).toBeLessThan(200);
  });

  test("is not held up by another, nor a model by another of the same", async () => {
    const clock = new VirtualClock();
    const made: string[] = [];
    const models: Models = {
      call: ({ tier }) => {
        made.push(tier);
        return Promise.reject(new ModelError("MODEL_RATE_LIMITED", "later", { retryAfter: 3_600_000 }));
      },
    };
    const limited = limitedModels(models, { clock }, ({ tier }) => ({ provider: "p", model: tier }));
    const ask = (tier: ModelRequest["tier"]) =>
      limited.call({ ...request(), tier }, never, { deadline: clock.now() + 30_000 }).catch(() => undefined);
    for (const tier of ["worker", "worker", "specialist"] as const) await ask(tier);
    expect(made).toEqual(["worker", "specialist"]);
  });

  test("without limits is asked at once", async () => {
    const { flight, call, settled } = world({});
    await settled(Array.from({ length: 50 }, () => call()));
    expect(flight.most).toBe(50);
  });
});
