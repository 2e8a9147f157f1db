import { MemoryMesh } from "@armada/event-sourcing";
import { seededRandom, VirtualClock } from "@armada/event-sourcing/testing";
import { expect, test } from "vitest";
import { z } from "zod";
import type { CallOptions, Meter, ModelAnswer, ModelRequest, Models } from "../port.ts";
import { limitedModels } from "../rate-limit/limits.ts";
import { cachedModels } from "../result-cache/cache.ts";
import { batchedModels } from "./call-batching.ts";

const Params = z.object({ items: z.array(z.object({ item: z.number(), params: z.object({ n: z.number() }) })) });
const Alone = z.object({ n: z.number() });
const request = (n: number): ModelRequest<number> => ({ tier: "worker", task: "square", params: { n }, material: [], schema: z.number() });
const options: CallOptions = { cache: { ttlMs: 3_600_000, scope: "team" }, batch: { max: 10, withinMs: 2_000 } };
const bill = { usage: { inputTokens: 100, outputTokens: 50 }, costMicros: 1_000 };

/** Squares numbers, one or many, and lets each call be paid. */
function provider(clock: VirtualClock) {
  const starts: number[] = [];
  const models: Models = {
    async call<T>({ params, schema, tier }: ModelRequest<T>, signal: AbortSignal, how?: CallOptions): Promise<ModelAnswer<T>> {
      const call = await how?.meter?.draw({ tier, model: "m", ceiling: { micros: 2_000, tokens: 300 } });
      starts.push(clock.now());
      await clock.sleep(1_000, signal);
      if (call !== undefined)
        how?.meter?.settle(call, { kind: "billed", model: "m", usage: bill.usage, amount: { micros: bill.costMicros, tokens: 150 } });
      const joint = Params.safeParse(params);
      const value = joint.success
        ? { items: joint.data.items.map(({ item, params: { n } }) => ({ item, value: n * n })) }
        : Alone.parse(params).n ** 2;
      return { value: schema.parse(value), model: "m", ...bill };
    },
  };
  return { starts, models };
}

test("cached, batched and limited together: 400 calls for 40 answers over two replicas, paid once", async () => {
  const clock = new VirtualClock();
  const random = seededRandom(1);
  const mesh = new MemoryMesh(clock, random);
  const { starts, models } = provider(clock);
  let [open, spent, calls] = [0, 0, 0];
  const meter: Meter = {
    draw: ({ call }) => {
      open++;
      return Promise.resolve(call ?? `call-${++calls}`);
    },
    settle: (_, cost) => {
      open--;
      spent += cost.kind === "billed" ? cost.amount.micros : 0;
    },
  };
  const replicas = [1, 2].map(() => {
    const batched = batchedModels(limitedModels(models, { clock, requestsPerMinute: 30, share: () => 0.5 }), { clock });
    return cachedModels(batched, { ...mesh.connect("alpha"), team: "alpha", clock, random, about: () => ({ model: "m" }) });
  });
  const never = new AbortController().signal;
  const asked = replicas.flatMap((replica) =>
    Array.from({ length: 200 }, async (_, i) => {
      const n = Math.floor(i / 5);
      const answer = await replica.call(request(n), never, { ...options, meter });
      expect(answer.value).toBe(n ** 2);
      return answer;
    }),
  );
  let answers: readonly ModelAnswer<number>[] = [];
  const all = Promise.all(asked).then((given) => {
    answers = given;
  });
  expect(await clock.run(() => answers.length > 0, 600_000)).toBe("done");
  await all;
  const made = answers.filter(({ cached }) => cached === undefined);
  expect(made).toHaveLength(40);
  expect(starts.length).toBeLessThanOrEqual(6);
  expect([open, spent]).toEqual([0, starts.length * bill.costMicros]);
  expect(made.reduce((sum, { costMicros }) => sum + costMicros, 0)).toBe(spent);
});
