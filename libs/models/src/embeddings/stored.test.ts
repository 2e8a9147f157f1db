import { expect, test } from "vitest";
import type { Embeddings } from "./port.ts";
import { storedEmbeddings } from "./stored.ts";

const never = new AbortController().signal;

/** Counts what it is asked; a text's vector is its length. */
function counting(): Embeddings & { readonly asked: string[]; fails: boolean } {
  const asked: string[] = [];
  const self = {
    model: "m",
    asked,
    fails: false,
    async embed(texts: readonly string[]): ReturnType<Embeddings["embed"]> {
      await new Promise((resolve) => setImmediate(resolve));
      if (self.fails) throw new Error("the provider is away");
      asked.push(...texts);
      const vectors = texts.map((text) => [text.length, 0.5]);
      return { vectors, model: "m", usage: { inputTokens: texts.length, outputTokens: 0 }, costMicros: texts.length * 10 };
    },
  };
  return self;
}

/** Shared by all replicas, as the clock is. */
function registers() {
  const values = new Map<string, { value: string; revision: number }>();
  const time = { ms: 1 };
  const clock = {
    now: () => time.ms,
    async sleep(ms: number) {
      await new Promise((resolve) => setImmediate(resolve));
      time.ms += ms;
    },
  };
  return { clock, values, time, registers: registersOf(values) };
}

function registersOf(values: Map<string, { value: string; revision: number }>) {
  return {
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

test("what is asked at the same time, by one process or several, is computed once", async () => {
  const store = registers();
  const source = counting();
  const [stored, replica] = [storedEmbeddings(source, store), storedEmbeddings(source, store)];
  const answers = await Promise.all([stored.embed(["a", "b"], never), stored.embed(["b", "c"], never), replica.embed(["c", "a"], never)]);
  expect(source.asked.toSorted((a, b) => a.localeCompare(b))).toEqual(["a", "b", "c"]);
  expect(answers.reduce((sum, { costMicros }) => sum + costMicros, 0)).toBe(30);
  expect(answers.map(({ vectors }) => vectors.map(([length]) => length))).toEqual([
    [1, 1],
    [1, 1],
    [1, 1],
  ]);
});

test("where the first fails or gives up, one of those that wait for it computes", async () => {
  const store = registers();
  const source = counting();
  const stored = storedEmbeddings(source, store);
  source.fails = true;
  const first = stored.embed(["a"], never);
  const second = storedEmbeddings(counting(), store).embed(["a"], never);
  await expect(first).rejects.toThrow("away");
  expect((await second).vectors).toEqual([[1, 0.5]]);
  const stop = new AbortController();
  const given = stored.embed(["dddd"], stop.signal);
  stop.abort("no time");
  await expect(given).rejects.toBe("no time");
  source.fails = false;
  const before = store.time.ms;
  expect((await stored.embed(["dddd"], never)).vectors).toEqual([[4, 0.5]]);
  expect(store.time.ms - before).toBeLessThan(1_000);
});

test("what a dead process was computing is another's after its lease", async () => {
  const store = registers();
  const silent: Embeddings = { model: "m", embed: () => new Promise(() => undefined) };
  void storedEmbeddings(silent, store).embed(["a"], never);
  await expect.poll(() => store.values.size).toBe(1);
  const source = counting();
  expect((await storedEmbeddings(source, store).embed(["a"], never)).costMicros).toBe(10);
  expect(store.time.ms).toBeGreaterThan(60_000);
});

test("many texts are stored part by part: what fails later loses nothing of what was paid", async () => {
  const store = registers();
  const source = counting();
  const texts = Array.from({ length: 300 }, (_, i) => `text ${i}`);
  const half: Embeddings = {
    model: "m",
    embed: (some, ...rest) => (some.length < 256 ? Promise.reject(new Error("away")) : source.embed(some, ...rest)),
  };
  await expect(storedEmbeddings(half, store).embed(texts, never)).rejects.toThrow("away");
  expect((await storedEmbeddings(source, store).embed(texts, never)).costMicros).toBe(440);
});

test("another model's vectors are others; registers that fail on reading fail the call, on writing nothing", async () => {
  const store = registers();
  await storedEmbeddings(counting(), store).embed(["a"], never);
  await storedEmbeddings({ ...counting(), model: "n" }, store).embed(["a"], never);
  expect(store.values.size).toBe(2);
  const deaf = { ...store.registers, get: () => Promise.reject(new Error("no registers")) };
  await expect(storedEmbeddings(counting(), { ...store, registers: deaf }).embed(["b"], never)).rejects.toThrow("no registers");
  const full = {
    ...store.registers,
    put: (key: string, value: string, revision?: number) =>
      value.startsWith("until") ? store.registers.put(key, value, revision) : Promise.reject(new Error("full")),
  };
  expect((await storedEmbeddings(counting(), { ...store, registers: full }).embed(["cc"], never)).vectors).toEqual([[2, 0.5]]);
});
