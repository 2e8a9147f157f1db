import { expect, onTestFinished, test } from "vitest";

test("what Node 20 lacks does as Node's own", async () => {
  const own = { withResolvers: Promise.withResolvers, groupBy: Map.groupBy, fromAsync: Array.fromAsync };
  onTestFinished(() => void Object.assign(Promise, { withResolvers: own.withResolvers }));
  onTestFinished(() => void Object.assign(Map, { groupBy: own.groupBy }));
  onTestFinished(() => void Object.assign(Array, { fromAsync: own.fromAsync }));
  for (const [on, name] of [
    [Promise, "withResolvers"],
    [Map, "groupBy"],
    [Array, "fromAsync"],
  ] as const)
    Reflect.deleteProperty(on, name);
  await import(new URL("node-20.mjs", import.meta.url).href);
  expect([Promise.withResolvers, Map.groupBy, Array.fromAsync]).not.toContain(own.withResolvers);

  const resolved = Promise.withResolvers<number>();
  resolved.resolve(1);
  const rejected = Promise.withResolvers<number>();
  rejected.reject(new Error("no"));
  await expect(resolved.promise).resolves.toBe(1);
  await expect(rejected.promise).rejects.toThrow("no");

  const byLength = (word: string, at: number): string => `${word.length} ${at % 2}`;
  const wordsOf = (): Iterable<string> => new Set(["a", "bb", "c", "dd", "e"]);
  expect(Map.groupBy(wordsOf(), byLength)).toEqual(own.groupBy(wordsOf(), byLength));

  async function* counted(): AsyncGenerator<number> {
    yield* [1, 2, 3];
  }
  expect(await Array.fromAsync(counted())).toEqual([1, 2, 3]);
  expect(await Array.fromAsync([Promise.resolve(1), 2], async (one) => one * 2)).toEqual([2, 4]);
});
