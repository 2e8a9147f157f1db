import type { TeamManifest } from "@armada/contracts";
import { expect, test } from "vitest";
import { choicesIn, keyOf, sourcesOf, unknownIn } from "./choice.ts";

const none = { external: [], capabilities: [], asks: [], queues: [], sources: [], subscriptions: [], agents: [], shares: false, code: "" };
const manifest = (
  team: string,
  types: readonly string[],
  workflows: readonly string[] = [],
  external: readonly string[] = [],
): TeamManifest => ({
  ...none,
  team,
  events: types.map((type) => ({ type, version: 1, schema: {} })),
  external: external.map((type) => ({ type, version: 1, schema: {}, id: [] as unknown as TeamManifest["external"][number]["id"] })),
  workflows: workflows.map((name) => ({ name, version: 1, source: "" })),
});
const all = [
  manifest("shop", ["shop.order.placed", "shop.order.paid", "shop.parcel.sent"], ["sell"]),
  manifest("books", ["books.row.written"], ["file", "count"], ["com.example.order.placed"]),
  manifest("quiet", ["quiet.thing.seen"], ["rest"]),
];
const read = (types: readonly string[], runs: readonly string[]) =>
  [...sourcesOf({ types, runs }, all).values()].map(({ filter, team, wants }) => [filter, team, [...wants].sort()]);

test("a hook reads an entity once however many of its types it wants, and nothing of other teams", () => {
  expect(read(["shop.order.*"], [])).toEqual([["evt.shop.order.*.*.*", "shop", ["shop.order.paid", "shop.order.placed"]]]);
  expect(read(["shop.order.paid", "shop.parcel.sent"], [])).toEqual([
    ["evt.shop.order.*.*.*", "shop", ["shop.order.paid"]],
    ["evt.shop.parcel.*.*.*", "shop", ["shop.parcel.sent"]],
  ]);
});

test("what comes from outside is read of the gateway, ends of runs of their teams", () => {
  expect(read(["com.example.*"], ["books.*"])).toEqual([
    ["evt.gateway.com_example_order.*.*.*", "gateway", ["com.example.order.placed"]],
    ["run.books.end.>", "books", ["count", "file"]],
  ]);
  expect(read([], ["*"]).map(([filter]) => filter)).toEqual(["run.shop.end.>", "run.books.end.>", "run.quiet.end.>"]);
  expect(read([], ["shop.file"])).toEqual([]);
});

test("what names nothing that there is, is told", () => {
  const choices = choicesIn(all);
  expect(choices.workflows).toEqual(["books.count", "books.file", "quiet.rest", "shop.sell"]);
  expect(unknownIn({ types: ["shop.*", "shop.order.lost", "armada.*"], runs: ["shop.sell", "shop.file", "lost.*"] }, choices)).toEqual({
    types: ["shop.order.lost", "armada.*"],
    runs: ["shop.file", "lost.*"],
  });
});

test("the key of a fact is what it is about, of an end its run", () => {
  expect(keyOf("evt.shop.order.placed.17.k1")).toBe("evt.shop.order.*.17.*");
  expect(keyOf("run.shop.end.sell.sell-1.9")).toBe("run.shop.end.*.sell-1.*");
  expect(keyOf("ask.shop.books.run_start.x")).toBeUndefined();
});
