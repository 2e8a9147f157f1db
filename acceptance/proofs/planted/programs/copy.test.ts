import { expect, test } from "vitest";
import { firstOfChange, type Search } from "./copy.ts";

/** A search over programs of which these seeds are red. */
function over(red: readonly number[]) {
  return (programs: number, seed: number): Promise<Search> => {
    const first = red.find((one) => one >= seed && one < seed + programs);
    const tried = first === undefined ? programs : first - seed + 1;
    return Promise.resolve({ tried, seed: first, why: first === undefined ? "" : `why of ${first}` });
  };
}

function found(beside: readonly number[], without: readonly number[]) {
  const plain = over(without);
  return firstOfChange({ beside: over(beside), without: (seed) => plain(1, seed), programs: 10, seed: 100 });
}

test("a program that is red beside a change and green without it is found", async () => {
  expect(await found([103], [])).toEqual({ tried: 4, seed: 103, why: "why of 103", own: [] });
});

test("what is red without the change as well is told, and the search goes on behind it", async () => {
  expect(await found([103, 107], [103])).toEqual({ tried: 8, seed: 107, why: "why of 107", own: [{ seed: 103, why: "why of 103" }] });
});

test("a change beside which only such programs are red is not found", async () => {
  const own = [103, 109].map((seed) => ({ seed, why: `why of ${seed}` }));
  expect(await found([103, 109], [103, 109])).toEqual({ tried: 10, seed: undefined, why: "", own });
});

test("no program beyond those that were asked for is drawn", async () => {
  expect(await found([110], [])).toEqual({ tried: 10, seed: undefined, why: "", own: [] });
});
