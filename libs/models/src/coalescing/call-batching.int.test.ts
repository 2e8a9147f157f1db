import { setTimeout as sleep } from "node:timers/promises";
import type { Clock } from "@armada/event-sourcing";
import { expect, test } from "vitest";
import { z } from "zod";
import type { ModelAnswer, ModelRequest } from "../port.ts";
import { anthropicModels } from "../providers/anthropic/models.ts";
import { startApiServer } from "../testing/index.ts";
import { batchedModels } from "./call-batching.ts";

const clock: Clock = { now: () => Date.now(), sleep: (ms, signal) => sleep(ms, undefined, signal === undefined ? {} : { signal }) };
const Triage = z.object({ urgency: z.enum(["high", "low"]) });
const triage = (text: string): z.infer<typeof Triage> => ({ urgency: text.length % 2 === 0 ? "high" : "low" });
const Items = z.object({ items: z.array(z.object({ item: z.number() })) });
const request = (n: number): ModelRequest => ({
  tier: "worker",
  task: "triage",
  prompt: "Sort by urgency.",
  params: { n },
  material: [{ name: "ticket", text: "x".repeat(n + 1) }],
  schema: Triage,
});

test("over the wire, ten are one request held to its schema, each is answered as alone, and a malformed one fails alone", async () => {
  const schemas: unknown[] = [];
  await using server = await startApiServer({
    script: (_, { material, params, schema }) => {
      const text = (name: string): string => material.find((passage) => passage.name === name)?.text ?? "";
      const joint = Items.safeParse(params);
      if (!joint.success) return triage(text("ticket"));
      schemas.push(schema);
      const answered = (item: number): unknown => (item === 3 ? { urgency: "?" } : triage(text(`item ${item}: ticket`)));
      return { items: joint.data.items.map(({ item }) => ({ item, value: answered(item) })) };
    },
  });
  const single = anthropicModels({ apiKey: "key", baseURL: server.url, modelOf: () => "claude-haiku-5-5" });
  const batched = batchedModels(single, { clock });
  const ask = (n: number): Promise<ModelAnswer> =>
    batched.call(request(n), new AbortController().signal, { batch: { max: 10, withinMs: 10_000 } });
  const results = await Promise.allSettled(Array.from({ length: 10 }, (_, n) => ask(n)));
  expect(server.log.filter(({ event }) => event === "arrival")).toHaveLength(1);
  expect(schemas).toEqual([expect.objectContaining({ required: ["items"] })]);
  for (const [n, result] of results.entries()) {
    if (n === 2) expect(result).toMatchObject({ status: "rejected", reason: { code: "MODEL_ANSWER_INVALID" } });
    else expect(result).toMatchObject({ value: { value: (await single.call(request(n), new AbortController().signal)).value } });
  }
  const billed = server.log.find(({ event }) => event === "end")?.costMicros;
  const parts = results.map((one) => (one.status === "fulfilled" ? one.value.costMicros : one.reason.spent.costMicros));
  expect(parts.reduce((sum, micros) => sum + micros, 0)).toBe(billed);
});
