import { expect, test } from "vitest";
import { localEmbeddings } from "./local.ts";

const never = new AbortController().signal;
const embed = async (...texts: string[]) => (await localEmbeddings.embed(texts, never)).vectors;
const near = (a: readonly number[] = [], b: readonly number[] = []): number => a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0);

test("vectors have 256 dimensions and unit length, and are the same for the same text, however it is written", async () => {
  const [a, b, c] = await embed("Solar panels on school roofs", "solar PANELS on school roofs!", "Ünïcode 東京");
  expect(a).toHaveLength(256);
  expect(Math.hypot(...(a ?? []))).toBeCloseTo(1);
  expect(Math.hypot(...(c ?? []))).toBeCloseTo(1);
  expect(b).toEqual(a);
  expect(a?.slice(0, 400).map((value) => Math.round(value * 1e6))).toEqual(
    (await embed("Solar panels on school roofs"))[0]?.map((value) => Math.round(value * 1e6)),
  );
});

test("near are texts that share words or most of their letters", async () => {
  const [topic, same, inflected, other] = await embed(
    "solar panels on school roofs",
    "the roofs of our school carry solar panels",
    "a schoolhouse roof with a solar panel",
    "quarterly earnings of a shipping company",
  );
  expect(near(topic, same)).toBeGreaterThan(0.6);
  expect(near(topic, inflected)).toBeGreaterThan(near(topic, other) + 0.15);
  expect(Math.abs(near(topic, other))).toBeLessThan(0.25);
});

test("a text of nothing is nowhere, and nothing costs anything", async () => {
  const { vectors, usage, costMicros, model } = await localEmbeddings.embed(["", "…"], never);
  expect(vectors.flat().every((value) => value === 0)).toBe(true);
  expect({ usage, costMicros, model }).toEqual({ usage: { inputTokens: 0, outputTokens: 0 }, costMicros: 0, model: "local-ngrams-256" });
  await expect(localEmbeddings.embed(["x"], AbortSignal.abort("gone"))).rejects.toBe("gone");
});
