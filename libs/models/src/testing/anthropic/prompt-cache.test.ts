import { expect, test } from "vitest";
import { promptCache, type Segment } from "./prompt-cache.ts";

const MODEL = "claude-sonnet-5-5";
const text = (name: string, tokens: number): string => name.repeat(tokens * 4).slice(0, tokens * 4);
const long: Segment = { text: text("a", 2_000), cache: "5m" };
const tail: Segment = { text: text("z", 10) };
const MINUTE = 60_000;

test("a prefix is written once, then read, and each read lets it live on", () => {
  const cache = promptCache();
  const first = cache.look(MODEL, [long, tail], 0);
  expect(first).toMatchObject({ input: 10, read: 0, write5m: 2_000, write1h: 0 });
  // Nobody can read it before the first answer begins.
  expect(cache.look(MODEL, [long, tail], 0).read).toBe(0);
  first.commit(0);
  const second = cache.look(MODEL, [long, { text: text("y", 30) }], 4 * MINUTE);
  expect(second).toMatchObject({ input: 30, read: 2_000, write5m: 0 });
  second.commit(4 * MINUTE);
  expect(cache.look(MODEL, [long, tail], 8 * MINUTE).read).toBe(2_000);
  expect(cache.look(MODEL, [long, tail], 9 * MINUTE).read).toBe(0);
});

test("an hour's entry lives an hour, and is counted apart", () => {
  const cache = promptCache();
  const hour: Segment = { ...long, cache: "1h" };
  const both = [hour, { text: text("b", 500), cache: "5m" as const }, tail];
  const first = cache.look(MODEL, both, 0);
  expect(first).toMatchObject({ input: 10, read: 0, write5m: 500, write1h: 2_000 });
  first.commit(0);
  expect(cache.look(MODEL, both, 59 * MINUTE)).toMatchObject({ input: 10, read: 2_000, write5m: 500, write1h: 0 });
});

test("another model, another byte before the breakpoint, and a short prefix are not found", () => {
  const cache = promptCache();
  cache.look(MODEL, [long, tail], 0).commit(0);
  expect(cache.look("claude-opus-5-5", [long, tail], 1).read).toBe(0);
  expect(cache.look(MODEL, [{ ...long, text: `b${long.text.slice(1)}` }, tail], 1).read).toBe(0);
  const short = [{ text: text("s", 1_023), cache: "5m" as const }, tail];
  const use = cache.look(MODEL, short, 0);
  expect(use).toMatchObject({ input: 1_033, read: 0, write5m: 0 });
  use.commit(0);
  expect(cache.look(MODEL, short, 1).read).toBe(0);
  expect(cache.look("claude-haiku-4-5", [long, tail], 1)).toMatchObject({ input: 2_010, write5m: 0 });
});

test("an earlier prefix is found up to 20 blocks before a breakpoint", () => {
  const grown = (more: number): Segment[] => [
    { text: long.text },
    ...Array.from({ length: more }, (_, i) => ({ text: `block ${i}`, cache: i === more - 1 ? ("5m" as const) : undefined })),
  ];
  const cache = promptCache();
  cache.look(MODEL, [long], 0).commit(0);
  expect(cache.look(MODEL, grown(19), 1).read).toBe(2_000);
  expect(cache.look(MODEL, grown(20), 1).read).toBe(0);
});

test("a prefix that has expired is written anew with the life that it is given then", () => {
  const cache = promptCache();
  const hour = [{ ...long, cache: "1h" as const }, tail];
  cache.look(MODEL, [long, tail], 0).commit(0);
  cache.look(MODEL, hour, 10 * MINUTE).commit(10 * MINUTE);
  expect(cache.look(MODEL, hour, 69 * MINUTE).read).toBe(2_000);
});
