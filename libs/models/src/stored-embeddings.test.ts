import { expect, test } from "vitest";
import type { Embeddings } from "./embeddings.ts";
import { storedEmbeddings } from "./stored-embeddings.ts";

const never = new AbortController().signal;

/** Counts what it is asked; a text's vector is its length. */
function counting(): Embeddings & { readonly asked: string[]; fails: boolean } {
  const asked: string[] = [];
  const self = {
    model: "m",
    asked,
    fails: false,
    async embed(texts: readonly string[]) {
      await new Promise((resolve) => setImmediate(resolve));
      if (self.fails) throw new Error("the provider is away");
      asked.push(...texts);
      const vectors = texts.map((text) => [text.length, 0.5]);
      return { vectors, model: "m", usage: { inputTokens: texts.length, outputTokens: 0 }, costMicros: texts.length * 10 };
    },
  };
  return self;
}

function registers() {
  const values = new Map<string, { value: string; revision: number }>();
  return {
    values,
    get: (key: string) => Promise.resolve(values.get(key)),
    put(key: string, value: string, expected?: number) {
      const revision = values.get(key)?.revision ?? 0;
      if (expected !== undefined && expected !== revision) return Promise.resolve(undefined);
      values.set(key, { value, revision: revision + 1 });
      return Promise.resolve(revision + 1);
    },
  };
}

test("a text is computed once, over restarts and among doubles, and costs only then", async () => {
  const store = registers();
  const source = counting();
  const first = await storedEmbeddings(source, store).embed(["a", "bb", "a"], never);
  expect(first).toEqual({
    vectors: [
      [1, 0.5],
      [2, 0.5],
      [1, 0.5],
    ],
    model: "m",
    usage: { inputTokens: 2, outputTokens: 0 },
    costMicros: 20,
  });
  const again = await storedEmbeddings(source, store).embed(["bb", "ccc"], never);
  expect(again).toMatchObject({
    vectors: [
      [2, 0.5],
      [3, 0.5],
    ],
    costMicros: 10,
  });
  expect(source.asked).toEqual(["a", "bb", "ccc"]);
});

test("what is asked at the same time is computed once", async () => {
  const source = counting();
  const stored = storedEmbeddings(source, registers());
  const answers = await Promise.all([stored.embed(["a", "b"], never), stored.embed(["b", "c"], never), stored.embed(["c", "a"], never)]);
  expect(source.asked.toSorted((a, b) => a.localeCompare(b))).toEqual(["a", "b", "c"]);
  expect(answers.reduce((sum, { costMicros }) => sum + costMicros, 0)).toBe(30);
});

test("where the first fails, one of those that wait for it computes", async () => {
  const source = counting();
  const stored = storedEmbeddings(source, registers());
  source.fails = true;
  const first = stored.embed(["a"], never);
  const second = stored.embed(["a"], never);
  await expect(first).rejects.toThrow("away");
  source.fails = false;
  expect((await second).vectors).toEqual([[1, 0.5]]);
  const stop = new AbortController();
  const given = stored.embed(["dddd"], stop.signal);
  stop.abort("no time");
  await expect(given).rejects.toBe("no time");
});

test("another model's vectors are others, and what another process stored first stands", async () => {
  const store = registers();
  await storedEmbeddings(counting(), store).embed(["a"], never);
  await storedEmbeddings({ ...counting(), model: "n" }, store).embed(["a"], never);
  expect(store.values.size).toBe(2);
  const late = { ...store, get: (key: string) => (late.reads++ === 0 ? Promise.resolve(undefined) : store.get(key)), reads: 0 };
  const other: Embeddings = {
    ...counting(),
    embed: async () => ({ vectors: [[9, 9]], model: "m", usage: { inputTokens: 1, outputTokens: 0 }, costMicros: 1 }),
  };
  expect((await storedEmbeddings(other, late).embed(["a"], never)).vectors).toEqual([[1, 0.5]]);
});
