import type { Amount } from "@armada/contracts";
import { seededRandom, VirtualClock } from "@armada/event-sourcing/testing";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { ModelError } from "../errors.ts";
import type { CallCost, CallOptions, Drawing, Meter, ModelAnswer, ModelRequest, Models } from "../port.ts";
import { answerShape } from "../providers/answer-shape.ts";
import { batchedModels } from "./call-batching.ts";
import { costShares } from "./shares.ts";

const Summary = z.object({ summary: z.string(), words: z.number() });
const request = (n: number, more: Partial<ModelRequest> = {}): ModelRequest => ({
  tier: "worker",
  task: "summarise",
  prompt: "Summarise.",
  material: [{ name: "ticket", text: `text ${n}` }],
  params: { n },
  schema: Summary,
  ...more,
});
const batch: CallOptions = { batch: { max: 10, withinMs: 2_000 } };
const ceiling: Amount = { micros: 1_003, tokens: 5_005 };
const usage = { inputTokens: 107, outputTokens: 53, cacheReadTokens: 11 };
const COST = 777;

type Passages = ModelRequest["material"];
const one = (material: Passages, params: unknown): unknown => ({
  summary: `${material.map(({ name, text }) => `${name}: ${text}`).join()} ${JSON.stringify(params ?? null)}`,
  words: material.length,
});
const Params = z.object({ items: z.array(z.looseObject({ item: z.number(), params: z.unknown() })) });

type Provider = {
  ms?: number;
  wrong?: (entries: { item: number; value: unknown }[]) => unknown[];
  fails?: (n: number, asked: ModelRequest) => unknown;
};

/** Answers a joint request by its items as it would answer each alone; draws and settles as an adapter does. */
function provider(clock: VirtualClock, { ms = 1_000, wrong = (entries) => entries, fails }: Provider = {}) {
  const calls: { readonly request: ModelRequest; readonly at: number; aborted: boolean }[] = [];
  const models: Models = {
    async call<T>(asked: ModelRequest<T>, signal: AbortSignal, options?: CallOptions): Promise<ModelAnswer<T>> {
      const id = await options?.meter?.draw({ tier: asked.tier, model: "m", ceiling });
      const settle = (cost: CallCost): void => (id === undefined ? undefined : options?.meter?.settle(id, cost));
      const call = { request: asked, at: clock.now(), aborted: false };
      const n = calls.push(call);
      try {
        await clock.sleep(ms, signal);
      } catch (error) {
        call.aborted = true;
        settle({ kind: "unknown", reason: "given up" });
        throw error;
      }
      const failure = fails?.(n, asked);
      if (failure !== undefined) {
        settle({ kind: "free" });
        throw failure;
      }
      settle({ kind: "billed", model: "m", usage, amount: { micros: COST, tokens: 171 } });
      const joint = asked.material.some(({ name }) => name.startsWith("item "));
      return {
        value: asked.schema.parse(joint ? { items: wrong(entriesOf(asked)) } : one(asked.material, asked.params)),
        model: "m",
        usage,
        costMicros: COST,
      };
    },
  };
  return { calls, models };
}

function entriesOf({ material, params }: ModelRequest): { item: number; value: unknown }[] {
  return Params.parse(params).items.map(({ item, params: its }) => {
    const prefix = `item ${item}: `;
    const own = material.filter(({ name }) => name.startsWith(prefix)).map(({ name, text }) => ({ name: name.slice(prefix.length), text }));
    return { item, value: one(own, its) };
  });
}

/** What a meter was asked, and what is drawn and not settled. `draws` may wait or throw. */
function meterOf(name: string, draws: (about: Drawing) => Promise<void> | void = () => undefined) {
  const seen: { drawn: Drawing[]; settled: CallCost[]; open: number } = { drawn: [], settled: [], open: 0 };
  const meter: Meter = {
    async draw(about) {
      seen.drawn.push(about);
      await draws(about);
      seen.open++;
      return about.call ?? `call-${name}`;
    },
    settle(_, cost) {
      seen.open--;
      seen.settled.push(cost);
    },
  };
  return { meter, seen };
}

function world(options: Provider = {}) {
  const clock = new VirtualClock();
  const asked = provider(clock, options);
  const batched = batchedModels(asked.models, { clock });
  const never = new AbortController().signal;
  const call = <T>(one: ModelRequest<T>, how: CallOptions = batch, signal = never): Promise<ModelAnswer<T>> => {
    const answer = batched.call(one, signal, how);
    answer.catch(() => undefined); // looked at later
    return answer;
  };
  const settled = async <T>(calls: readonly Promise<T>[]): Promise<PromiseSettledResult<T>[]> => {
    let all: PromiseSettledResult<T>[] | undefined;
    void Promise.allSettled(calls).then((results) => {
      all = results;
    });
    expect(await clock.run(() => all !== undefined, 600_000)).toBe("done");
    return all ?? [];
  };
  return { clock, call, settled, calls: asked.calls, models: asked.models };
}

const ten = Array.from({ length: 10 }, (_, i) => i);
const givenOf = (result: PromiseSettledResult<ModelAnswer> | undefined): unknown =>
  result?.status === "fulfilled" ? result.value.value : undefined;
const reasonOf = (result: PromiseSettledResult<ModelAnswer> | undefined): unknown =>
  result?.status === "rejected" ? result.reason : undefined;
const valuesOf = (results: readonly PromiseSettledResult<ModelAnswer>[]): unknown[] => results.map(givenOf);
const expected = (n: number): unknown => one(request(n).material, request(n).params);

describe("ten calls of one kind", () => {
  test("are one request at once when they are ten, with the answers of ten single calls, and its cost in parts", async () => {
    const { clock, call, settled, calls, models } = world();
    const start = clock.now();
    const results = await settled(ten.map((n) => call(request(n))));
    expect(calls).toHaveLength(1);
    expect(clock.now() - start).toBe(1_000);
    const singles = await settled(ten.map((n) => models.call(request(n), new AbortController().signal)));
    expect(valuesOf(results)).toEqual(valuesOf(singles));
    const answers = results.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
    expect(answers.reduce((sum, { costMicros }) => sum + costMicros, 0)).toBe(COST);
    expect(answers.reduce((sum, answer) => sum + answer.usage.inputTokens, 0)).toBe(usage.inputTokens);
    expect(answers.reduce((sum, answer) => sum + (answer.usage.cacheReadTokens ?? 0), 0)).toBe(usage.cacheReadTokens);
  });

  test("tell the provider the schema of an item, and that there are ten", async () => {
    const { call, settled, calls } = world();
    await settled(ten.map((n) => call(request(n, { idempotencyKey: `r-${n}`, maxTokens: 300 }))));
    const joint = calls[0]?.request;
    const shape = answerShape(joint?.schema ?? z.unknown());
    expect(shape.enforced).toBe(true);
    expect(shape.jsonSchema).toMatchObject({
      properties: { items: { items: { properties: { value: { required: ["summary", "words"] } } } } },
    });
    expect(joint).toMatchObject({ task: "summarise", maxTokens: 3_000, idempotencyKey: expect.stringMatching(/^batch-.{22}$/) });
    expect(joint?.prompt).toContain("10 independent items");
    expect(joint?.prompt).toMatch(/Summarise\.$/);
  });

  test("wait for each other no longer than they said, and one that stays alone is the call that it was", async () => {
    const { clock, call, settled, calls } = world();
    const [first, second] = [request(1, { prompt: "One." }), request(2, { prompt: "Two." })];
    const waiting = [call(first)];
    await settled([clock.sleep(1_500)]);
    waiting.push(call(second));
    await settled(waiting);
    expect(calls.map(({ at }) => at)).toEqual([clock.now() - 1_000]);
    expect(calls[0]?.request.params).toEqual({
      items: [
        { item: 1, params: { n: 1 }, prompt: "One." },
        { item: 2, params: { n: 2 }, prompt: "Two." },
      ],
    });
    const alone = request(3);
    await settled([call(alone)]);
    expect(calls[1]?.request).toBe(alone);
  });

  test("of other kinds, or that do not ask for it, or whose schema cannot stand inside another, are not mixed", async () => {
    type Tree = { readonly children: readonly Tree[] };
    const Tree: z.ZodType<Tree> = z.object({ children: z.array(z.lazy(() => Tree)) });
    const { call, settled, calls } = world();
    await settled([
      call(request(1)),
      call(request(2, { tier: "specialist" })),
      call(request(3, { task: "sum" })),
      call(request(4, { system: "You are terse." })),
      call(request(5, { maxTokens: 10 })),
      call(request(6, { schema: Summary.extend({ words: z.number().max(9) }) })),
      call(request(7), {}),
      call(request(8), { batch: { max: 1, withinMs: 2_000 } }),
      call(request(9, { schema: Tree })),
      call(request(10, { schema: Tree })),
      call(request(11), { ...batch, meter: meterOf("m").meter }),
    ]);
    expect(calls).toHaveLength(11);
    expect(calls.filter(({ request: { prompt } }) => prompt?.includes("independent"))).toEqual([]);
  });
});

describe("an item", () => {
  const broken: [string, (entries: { item: number; value: unknown }[]) => unknown[]][] = [
    ["malformed", (entries) => entries.map((entry) => (entry.item === 4 ? { item: 4, value: { summary: 7 } } : entry))],
    ["missing", (entries) => entries.filter((entry) => entry.item !== 4)],
    ["nothing at all", (entries) => entries.map((entry): unknown => (entry.item === 4 ? "?" : entry))],
    ["there twice", (entries) => [...entries, { item: 4, value: expected(0) }]],
  ];
  test.each(broken)("that is %s fails alone, and says what it cost", async (_, wrong) => {
    const { call, settled, calls } = world({ wrong });
    const results = await settled(ten.map((n) => call(request(n))));
    expect(calls).toHaveLength(1);
    expect(reasonOf(results[3])).toMatchObject({ code: "MODEL_ANSWER_INVALID", terminal: false, spent: { costMicros: 78, exact: true } });
    expect(valuesOf(results.toSpliced(3, 1))).toEqual(ten.toSpliced(3, 1).map(expected));
  });

  test("is found by its number, whatever the order, and what was not asked for is passed over", async () => {
    const random = seededRandom(3);
    const shuffled = <T>(all: readonly T[]): T[] =>
      all
        .map((item) => ({ item, at: random.next() }))
        .sort((a, b) => a.at - b.at)
        .map(({ item }) => item);
    const { call, settled } = world({
      wrong: (entries) => [{ item: 0, value: expected(99) }, ...shuffled(entries), { item: 11, value: 1 }],
    });
    expect(valuesOf(await settled(ten.map((n) => call(request(n)))))).toEqual(ten.map(expected));
  });

  test("whose caller gives up leaves before it is sent; afterwards the others' answers still come", async () => {
    const { clock, call, settled, calls } = world();
    const [early, late] = [new AbortController(), new AbortController()];
    const all = [call(request(0), batch, early.signal), call(request(1), batch, late.signal), call(request(2)), call(request(3))];
    await settled([clock.sleep(500)]);
    early.abort(new Error("early"));
    await settled([clock.sleep(2_000)]);
    late.abort(new Error("late"));
    const before = clock.now();
    const results = await settled(all.slice(0, 2));
    expect(results.map(reasonOf)).toEqual([new Error("early"), new Error("late")]);
    expect(clock.now()).toBe(before);
    expect(valuesOf(await settled(all.slice(2)))).toEqual([expected(2), expected(3)]);
    expect(calls.map(({ request: { material }, aborted }) => [material.length, aborted])).toEqual([[3, false]]);
  });

  test("is not asked for when all have given up", async () => {
    const { clock, call, settled, calls } = world();
    const [a, b, c] = [new AbortController(), new AbortController(), new AbortController()];
    const unsent = call(request(0), batch, c.signal);
    c.abort(new Error("gone"));
    await settled([unsent]);
    await settled([clock.sleep(3_000)]);
    expect(calls).toEqual([]);
    const all = [call(request(1), batch, a.signal), call(request(2), batch, b.signal)];
    await settled([clock.sleep(2_500)]);
    a.abort(new Error("gone"));
    b.abort(new Error("gone"));
    await settled(all);
    expect(calls.map(({ aborted }) => aborted)).toEqual([true]);
    await expect(call(request(3), batch, AbortSignal.abort(new Error("before")))).rejects.toThrow("before");
  });
});

describe("a joint call", () => {
  test("is drawn by each in its part, under one id, and settled to the micro", async () => {
    const { call, settled } = world();
    const meters = ten.map((n) => meterOf(String(n)));
    const results = await settled(ten.map((n) => call(request(n), { ...batch, meter: meters[n]?.meter ?? meterOf("").meter })));
    const drawn = meters.flatMap(({ seen }) => seen.drawn);
    expect(drawn.map((about) => about.call)).toEqual([undefined, ...Array.from({ length: 9 }, () => "call-0")]);
    expect(drawn.map((about) => about.ceiling)).toEqual(ten.map(() => ({ micros: 101, tokens: 501 })));
    const costs = meters.flatMap(({ seen }) => seen.settled.flatMap((cost) => (cost.kind === "billed" ? [cost] : [])));
    expect(costs.reduce((sum, { amount }) => sum + amount.micros, 0)).toBe(COST);
    expect(costs.reduce((sum, { amount }) => sum + amount.tokens, 0)).toBe(171);
    expect(meters.map(({ seen }) => seen.open)).toEqual(ten.map(() => 0));
    expect(costs.map(({ amount }) => amount.micros)).toEqual(
      results.map((one) => (one.status === "fulfilled" ? one.value.costMicros : -1)),
    );
  });

  test("goes on without those whose draw is refused, who get the refusal", async () => {
    const { call, settled, calls } = world();
    const refusal = (n: number): Error => new Error(`no budget for ${n}`);
    const meters = ten.map((n) =>
      meterOf(String(n), () => {
        if (n === 0 || n === 5) throw refusal(n);
      }),
    );
    const results = await settled(ten.map((n) => call(request(n), { ...batch, meter: meters[n]?.meter ?? meterOf("").meter })));
    expect(calls).toHaveLength(1);
    expect([reasonOf(results[0]), reasonOf(results[5])]).toEqual([refusal(0), refusal(5)]);
    expect(valuesOf(results.filter((_, n) => n !== 0 && n !== 5))).toEqual(ten.filter((n) => n !== 0 && n !== 5).map(expected));
    expect(meters.map(({ seen }) => seen.open)).toEqual(ten.map(() => 0));
    expect(meters.map(({ seen }) => seen.settled.map(({ kind }) => kind))).toEqual(
      ten.map((n) => (n === 0 || n === 5 ? [] : ["free", "billed"])),
    );
  });

  test("does not wait for one whose budget takes long, nor for one whose caller gives up; what comes late is given back", async () => {
    const { clock, call, settled, calls } = world();
    const gone = new AbortController();
    const [slow, left, quick, other] = [
      meterOf("slow", () => clock.sleep(20_000)),
      meterOf("left", () => clock.sleep(9_000)),
      meterOf("quick"),
      meterOf("other"),
    ];
    const all = [
      call(request(0), { ...batch, meter: quick.meter }),
      call(request(1), { ...batch, meter: slow.meter }),
      call(request(2), { ...batch, meter: left.meter }, gone.signal),
      call(request(3), { ...batch, meter: other.meter }),
    ];
    await settled([clock.sleep(3_000)]);
    gone.abort(new Error("gone"));
    const start = clock.now();
    expect(valuesOf(await settled([all[0] ?? call(request(0)), all[3] ?? call(request(3))]))).toEqual([expected(0), expected(3)]);
    expect(clock.now() - start).toBeLessThan(6_000);
    expect((await settled([all[1] ?? call(request(1)), all[2] ?? call(request(2))])).map((one) => one.status)).toEqual([
      "fulfilled",
      "rejected",
    ]);
    await settled([clock.sleep(30_000)]);
    expect([slow, left, quick, other].map(({ seen }) => seen.open)).toEqual([0, 0, 0, 0]);
    expect(calls.map(({ request: { material } }) => material.length)).toEqual([2, 1]);
  });

  test.each(["MODEL_BAD_REQUEST", "MODEL_REFUSED", "MODEL_ANSWER_INVALID"] as const)(
    "that the provider cannot serve as such (%s) is asked one by one",
    async (code) => {
      const { call, settled, calls } = world({
        fails: (_, { material, params }) => (material.length > 1 || params?.n === 3 ? new ModelError(code, "no") : undefined),
      });
      const results = await settled(ten.map((n) => call(request(n))));
      expect(calls).toHaveLength(11);
      expect(reasonOf(results[3])).toMatchObject({ code });
      expect(valuesOf(results.toSpliced(3, 1))).toEqual(ten.toSpliced(3, 1).map(expected));
    },
  );

  test("that fails otherwise fails for each, with its part of what was spent", async () => {
    const spent = { model: "m", usage, costMicros: COST, exact: false };
    const failure = new ModelError("MODEL_OVERLOADED", "busy", { retryAfter: 7_000, spent });
    const { call, settled, calls } = world({ fails: () => failure });
    const results = await settled(ten.map((n) => call(request(n))));
    expect(calls).toHaveLength(1);
    const reasons = results.map(reasonOf).filter((reason) => reason instanceof ModelError);
    expect(reasons.map(({ code, retryAfter, cause }) => [code, retryAfter, cause])).toEqual(
      ten.map(() => ["MODEL_OVERLOADED", 7_000, failure]),
    );
    expect(reasons.reduce((sum, reason) => sum + (reason.spent?.costMicros ?? 0), 0)).toBe(COST);
  });
});

test("the parts of a bill sum to it, and differ by at most one", () => {
  const count = fc.nat({ max: 1_000_000 });
  const bill = fc.record({ micros: count, tokens: count, inputTokens: count, outputTokens: count, cacheWriteTokens: count });
  fc.assert(
    fc.property(bill, fc.integer({ min: 1, max: 20 }), ({ micros, tokens, ...counts }, n) => {
      const parts = costShares({ kind: "billed", model: "m", usage: counts, amount: { micros, tokens } }, n);
      const billed = parts.flatMap((part) => (part.kind === "billed" ? [part] : []));
      const sum = (of: (part: (typeof billed)[number]) => number): number => billed.reduce((all, part) => all + of(part), 0);
      expect([sum((p) => p.amount.micros), sum((p) => p.amount.tokens)]).toEqual([micros, tokens]);
      expect([sum((p) => p.usage.inputTokens), sum((p) => p.usage.outputTokens)]).toEqual([counts.inputTokens, counts.outputTokens]);
      expect(sum((p) => p.usage.cacheWriteTokens ?? 0)).toBe(counts.cacheWriteTokens);
      const all = billed.map((part) => part.amount.micros);
      expect(Math.max(...all) - Math.min(...all)).toBeLessThanOrEqual(1);
      expect(Math.max(...all)).toBeLessThanOrEqual(Math.ceil(micros / n));
    }),
  );
});
