import { fold, on, readModel, team, workflow } from "@armada/agents";
import { external } from "@armada/contracts";
import { testTeam } from "@armada/testing";
import { expect, test } from "vitest";
import { z } from "zod";

const Order = z.object({ order: z.string() });
const Placed = external("com.example.order.placed", { id: ({ order }) => order, data: Order });
const Paid = external("com.example.order.paid", { id: ({ order }) => order, data: Order });
const sell = workflow({
  name: "sell",
  version: 1,
  input: z.object({ order: z.string(), shard: z.unknown() }),
  output: z.unknown(),
  run: async ({ order, shard }, ctx) => {
    const whole = await ctx.waitForFact(Paid, { id: order });
    const { data, extensions, source, key, type } = whole;
    const again = await ctx.waitFor(Paid, { id: order });
    expect("datacontenttype" in whole).toBe(false); // as a replay sees it
    return { shard, data, extensions, source, known: key !== "", type, again };
  },
});
const shards = readModel({
  name: "shards",
  version: 1,
  initial: (): readonly unknown[] => [],
  folds: [fold(Placed, (before: readonly unknown[], { extensions }) => [...before, extensions.partitionkey])],
});
const shop = team({
  name: "shop",
  workflows: [sell],
  readModels: [shards],
  awaits: [Paid],
  subscriptions: [on(Placed).start(sell, ({ data, extensions }) => ({ ...data, shard: extensions.partitionkey }))],
});

test("what starts a workflow, is waited for or is folded has its sender's extension attributes", async () => {
  await using t = testTeam(shop, { seed: 1 });
  await t.given(Placed, { order: "o1" }, { partitionkey: "p7" });
  await t.given(Paid, { order: "o1" }, { sampled: true, team: "blue" });
  await t.given(Paid, { order: "o1" });
  expect(t.run()).toMatchObject({
    status: "completed",
    output: {
      shard: "p7",
      data: { order: "o1" },
      extensions: { sampled: true, team: "blue" },
      source: "/gateway",
      known: true,
      type: "com.example.order.paid",
      again: { order: "o1" },
    },
  });
  expect(t.state("shards")).toEqual(["p7"]);
  await t.expectReplays();
});
