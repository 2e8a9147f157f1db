import { expect, test } from "vitest";
import { pricesFrom } from "../../pricing/price-text.ts";
import { startApiServer } from "../../testing/index.ts";
import { recordingMeter } from "../../testing/recording-meter.ts";
import { openaiEmbeddings } from "./embeddings.ts";

const never = new AbortController().signal;
const prices = pricesFrom("embed-x: $20 in");
const at = (url: string) => openaiEmbeddings({ apiKey: "k", baseURL: `${url}/v1`, model: "embed-x", prices });
const server = (options: object = {}) => startApiServer({ script: () => ({}), models: ["embed-x"], prices, ...options });

test("each text gets its vector, counted, priced and settled", async () => {
  await using api = await server();
  const meter = recordingMeter();
  const { vectors, usage, costMicros, model } = await at(api.url).embed(["a text", "", "a text"], never, { meter });
  expect(vectors).toHaveLength(3);
  expect(vectors[2]).toEqual(vectors[0]);
  expect(vectors[1]).not.toEqual(vectors[0]);
  expect(model).toBe("embed-x");
  expect(costMicros).toBe(usage.inputTokens * 20);
  expect(costMicros).toBeGreaterThan(0);
  expect(meter.settled.get("c1")).toMatchObject({ kind: "billed", amount: { micros: costMicros, tokens: usage.inputTokens } });
  expect(api.log.at(-1)).toMatchObject({ outcome: "answered", costMicros, call: "c1" });
});

test("many texts are several calls, in their order", async () => {
  await using api = await server();
  const meter = recordingMeter();
  const texts = Array.from({ length: 300 }, (_, i) => `text ${i}`);
  const { vectors, costMicros } = await at(api.url).embed(texts, never, { meter });
  expect(meter.settled.size).toBe(2);
  expect(vectors[299]).toEqual((await at(api.url).embed(["text 299"], never)).vectors[0]);
  expect(costMicros).toBe(
    api.log
      .filter(({ event }) => event === "end")
      .slice(0, 2)
      .reduce((sum, line) => sum + line.costMicros, 0),
  );
});

test("failures are the port's, and say what they may have cost", async () => {
  for (const [faults, code, kind] of [
    [{ rateLimited: 1 }, "MODEL_RATE_LIMITED", "free"],
    [{ brokenStream: 1 }, "MODEL_UNREACHABLE", "unknown"],
  ] as const) {
    await using api = await server({ faults });
    const meter = recordingMeter();
    await expect(at(api.url).embed(["a"], never, { meter })).rejects.toMatchObject({ code });
    expect(meter.settled.get("c1")?.kind).toBe(kind);
  }
});
