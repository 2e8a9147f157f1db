import type { WorkflowContext } from "@armada/agents";
import { fold, on, readModel, team, workflow } from "@armada/agents";
import { event, external } from "@armada/contracts";
import { type TestTeam, testTeam } from "@armada/testing";
import { expect, test } from "vitest";
import { z } from "zod";

const Data = z.object({ id: z.string(), k: z.number() });
const Start = external("com.example.waits.start", { id: (data) => data.id, data: Data });
const Poked = external("com.example.waits.poked", { id: (data) => data.id, data: Data });
const Other = external("com.example.waits.other", { id: (data) => data.id, data: Data });
/** Of another namespace, by the same last word as `Poked`. */
const PokedElsewhere = external("com.example.elsewhere.poked", { id: (data) => data.id, data: Data });
const Done = event("desk.run.done", { version: 1, id: (data) => data.run, data: z.object({ run: z.string(), got: z.array(z.number()) }) });
const done = readModel<readonly (readonly number[])[]>({
  name: "done",
  version: 1,
  initial: () => [],
  folds: [fold(Done, (all, { data }) => [...all, data.got])],
});

type Doing = (input: z.infer<typeof Data>, ctx: WorkflowContext) => Promise<number[]>;

/** A team of one workflow that `Start` starts. */
function waiting(run: Doing): TestTeam {
  const waiter = workflow({
    name: "waiter",
    version: 1,
    input: Data,
    output: z.null(),
    run: async (input, ctx) => {
      await ctx.emit(Done, { run: ctx.run.id, got: await run(input, ctx) });
      return null;
    },
  });
  const desk = team({
    name: "desk",
    workflows: [waiter],
    readModels: [done],
    subscriptions: [on(Start).start(waiter, ({ data }) => data)],
    awaits: [Poked, PokedElsewhere, Other],
    emits: [Done],
  });
  return testTeam(desk, { seed: 1 });
}

function upTo(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}

/** What runs got, in the order in which they ended. */
function got(t: TestTeam): unknown {
  return t.state("done");
}

test("two waits of one run for one id take two events, in order, whenever these come", async () => {
  for (const early of [0, 1, 2]) {
    await using t = waiting(async ({ id }, ctx) => {
      await ctx.sleep("1m");
      const first = await ctx.waitFor(Poked, { id, within: "1h" });
      await ctx.sleep("1m");
      return [first.k, (await ctx.waitFor(Poked, { id, within: "1h" })).k];
    });
    await t.given(Start, { id: "a", k: 0 });
    for (let k = 1; k <= early; k++) await t.given(Poked, { id: "a", k });
    await t.advance(61_000);
    for (let k = early + 1; k <= 2; k++) await t.given(Poked, { id: "a", k });
    await t.advance(61_000);
    expect(got(t), `${early} before the first wait`).toEqual([[1, 2]]);
    await t.expectReplays();
  }
});

test("an event does not hide the waits for another type that ends in the same word", async () => {
  await using t = waiting(async ({ id }, ctx) => [(await ctx.waitFor(Poked, { id })).k]);
  await t.given(Start, { id: "a", k: 0 });
  await t.given(PokedElsewhere, { id: "a", k: 1 });
  await t.given(Poked, { id: "a", k: 2 });
  expect(got(t)).toEqual([[2]]);
});

test("waits side by side take events by the order in which they were made", async () => {
  await using t = waiting(async ({ id }, ctx) => {
    const [a, b, c] = await Promise.all([ctx.waitFor(Poked, { id }), ctx.waitFor(Poked, { id: "b" }), ctx.waitFor(Poked, { id })]);
    return [a.k, b.k, c.k];
  });
  await t.given(Start, { id: "a", k: 0 });
  await t.given(Poked, { id: "b", k: 9 });
  await t.given(Poked, { id: "a", k: 1 });
  expect(t.run().waitingFor).toHaveLength(1);
  await t.given(Poked, { id: "a", k: 2 });
  expect(got(t)).toEqual([[1, 9, 2]]);
  await t.expectReplays();
});

test("a wait that is over takes nothing: the next one is met", async () => {
  await using t = waiting(async ({ id }, ctx) => {
    for (let round = 0; round < 5; round++) {
      const poked = await ctx.waitFor(Poked, { id, within: "10s" }).catch(() => undefined);
      if (poked !== undefined) return [round, poked.k];
    }
    return [];
  });
  await t.given(Start, { id: "a", k: 0 });
  await t.advance(25_000);
  await t.given(Poked, { id: "a", k: 7 });
  expect(got(t)).toEqual([[2, 7]]);
});

test("since looks from another time on, and never takes again what the run has taken", async () => {
  await using t = waiting(async ({ id }, ctx) => {
    const before = new Date(ctx.now()).toISOString();
    await ctx.sleep("1m");
    const late = await ctx.waitFor(Poked, { id, since: new Date(ctx.now()).toISOString() });
    const early = await ctx.waitFor(Poked, { id, since: before });
    const next = await ctx.waitFor(Poked, { id, since: before });
    return [late.k, early.k, next.k];
  });
  await t.given(Start, { id: "a", k: 0 });
  await t.given(Poked, { id: "a", k: 1 });
  await t.advance(61_000);
  await t.given(Poked, { id: "a", k: 2 });
  await t.given(Poked, { id: "a", k: 3 });
  expect(got(t)).toEqual([[2, 1, 3]]);
});

test("what came while a run continued as new is the next generation's, whichever way it waits", async () => {
  await using t = waiting(async ({ id, k }, ctx) => {
    const before = new Date(ctx.now() - 3_600_000).toISOString();
    const poked = await ctx.waitFor(Poked, { id, within: "30s", ...(k % 2 === 0 ? {} : { since: before }) });
    return k < 5 ? ctx.continueAsNew({ id, k: k + 1 }) : [poked.k];
  });
  await t.given(Start, { id: "a", k: 0 });
  await Promise.all([1, 2, 3].map((k) => t.given(Poked, { id: "a", k })));
  for (const k of [4, 5, 6]) await t.given(Poked, { id: "a", k });
  expect(got(t)).toEqual([[6]]);
});

/** What the two tests of a thousand take on a busy machine, ms. */
const LONG = 30_000;

test(
  "behind a thousand facts of its id a wait takes the first",
  async () => {
    for (const since of [undefined, "1970-01-01T00:00:00.000Z"]) {
      await using t = waiting(async ({ id }, ctx) => {
        await ctx.sleep("1h");
        const first = await ctx.waitFor(Poked, { id, ...(since === undefined ? {} : { since }) });
        return [first.k, (await ctx.waitFor(Poked, { id })).k];
      });
      if (since === undefined) await t.given(Start, { id: "a", k: 0 });
      await Promise.all(upTo(1_010).map((k) => t.given(Poked, { id: "a", k })));
      if (since !== undefined) await t.given(Start, { id: "a", k: 0 });
      await t.advance(3_601_000);
      if (since !== undefined) await t.given(Poked, { id: "a", k: 2_000 });
      expect(got(t)).toEqual([since === undefined ? [1, 2] : [1, 2_000]]);
    }
  },
  LONG,
);

test(
  "an event finds its wait behind a thousand waits that are over",
  async () => {
    await using t = waiting(async ({ k }, ctx) => {
      if (k < 0) return [(await ctx.waitFor(Poked, { id: "all" })).k];
      await ctx.waitFor(Poked, { id: "all", within: "1s" }).catch(() => undefined);
      return [];
    });
    await Promise.all(upTo(1_005).map((k) => t.given(Start, { id: String(k), k })));
    await t.advance(2_000);
    for (const k of [5, 6]) {
      await t.start("waiter", { id: "all", k: -1 }, `last${k}`);
      await t.given(Poked, { id: "all", k });
    }
    expect(z.array(z.unknown()).parse(got(t)).slice(1_005)).toEqual([[5], [6]]);
  },
  LONG,
);
