import type { WorkflowContext } from "@armada/agents";
import { agent, fold, on, readModel, team, workflow } from "@armada/agents";
import { event, external, Refusal } from "@armada/contracts";
import { type TestTeam, testTeam } from "@armada/testing";
import { expect, test } from "vitest";
import { z } from "zod";

const Any = z.looseObject({ id: z.string() });
const Start = external("com.example.values.start", { id: (data) => data.id, data: Any });
const Dated = external("com.example.values.dated", { id: (data) => data.id, data: z.object({ id: z.string(), at: z.coerce.date() }) });
const Mapped = external("com.example.values.mapped", {
  id: (data) => data.id,
  data: z.object({ id: z.string(), n: z.unknown().transform(() => new Map()) }),
});
const Done = event("desk.run.done", { version: 1, id: (data) => data.run, data: z.object({ run: z.string(), saw: z.unknown() }) });
const Odd = event("desk.odd.stated", { version: 1, id: () => "odd", data: z.unknown() });
const Foreign = event("bank.order.paid", { version: 1, id: (data) => data.id, data: Any });
const done = readModel<readonly unknown[]>({
  name: "done",
  version: 1,
  initial: () => [],
  folds: [fold(Done, (all, { data }) => [...all, data.saw])],
});
const maps = readModel<ReadonlyMap<string, number>>({ name: "maps", version: 1, initial: () => new Map(), folds: [] });
let calls = 0;
let answer: unknown;
const giver = agent({
  name: "giver",
  does: "gives",
  tier: "worker",
  input: z.unknown(),
  output: z.unknown(),
  run: () => {
    calls++;
    if (answer instanceof Error) throw answer;
    return answer;
  },
});
const mapper = agent({
  name: "mapper",
  does: "maps",
  tier: "worker",
  input: z.unknown(),
  output: z.unknown(),
  context: [maps],
  run: () => 1,
});

/** Runs a workflow with an input; what it saw is in the read model, and its journal fits when it is run again. */
async function saw(run: (ctx: WorkflowContext, input: unknown) => Promise<unknown>, also: (t: TestTeam) => Promise<void> = async () => {}) {
  calls = 0;
  const looker = workflow({
    name: "looker",
    version: 1,
    input: z.unknown(),
    output: z.unknown(),
    run: async (input, ctx) => {
      await ctx.emit(Done, { run: ctx.run.id, saw: await run(ctx, input) });
      return null;
    },
  });
  const desk = team({
    name: "desk",
    agents: [giver, mapper],
    workflows: [looker],
    readModels: [done, maps],
    subscriptions: [on(Start).start(looker, ({ data }) => data)],
    awaits: [Dated, Mapped],
    emits: [Done, Odd],
  });
  await using t = testTeam(desk, { seed: 1 });
  await t.given(Start, { id: "a" });
  await also(t);
  await t.advance(3_600_000);
  await t.expectReplays();
  const { status, reason } = t.run();
  return { status, code: reason?.code, message: reason?.message, saw: z.array(z.unknown()).parse(t.state("done"))[0] };
}

test("what a workflow sees is what the journal gives back, from the first time on", async () => {
  const value = { at: new Date(0), und: undefined };
  const form = { at: "1970-01-01T00:00:00.000Z" };
  expect(await saw((ctx) => ctx.step("v", () => value))).toMatchObject({ status: "completed", saw: form });
  answer = value;
  expect(await saw((ctx) => ctx.ask(giver, null))).toMatchObject({ status: "completed", saw: form });
  const dated = async (t: TestTeam): Promise<void> => t.given(Dated, { id: "a", at: new Date(0) });
  expect(await saw((ctx) => ctx.waitFor(Dated, { id: "a" }), dated)).toMatchObject({ saw: { id: "a", ...form } });
});

test("a value that no journal can hold ends its call at once, with its place and type", async () => {
  let tries = 0;
  const step = await saw((ctx) =>
    ctx.step("v", () => {
      tries++;
      return { list: [{ n: 10n }] };
    }),
  );
  expect(step).toMatchObject({ status: "failed", code: "VALUE_NOT_JSON" });
  expect(step.message).toContain('the result of step "v" cannot be journaled: list[0].n is a bigint');
  expect(tries).toBe(1);
  answer = { map: new Map() };
  expect(await saw((ctx) => ctx.ask(giver, null))).toMatchObject({ status: "parked", code: "VALUE_NOT_JSON" });
  expect(calls).toBe(1);
  const odd = { n: Number.NaN };
  const caught = (error: unknown): unknown => (error instanceof Error && "code" in error ? error.code : "not thrown");
  for (const call of [
    (ctx: WorkflowContext) => ctx.ask(giver, odd),
    (ctx: WorkflowContext) => ctx.emit(Odd, odd),
    (ctx: WorkflowContext) => ctx.approval("ok?", { show: odd, within: "1m", otherwise: "continue" }),
    (ctx: WorkflowContext) => ctx.continueAsNew(odd),
    (ctx: WorkflowContext) => ctx.step("v", () => odd),
  ])
    expect(await saw((ctx) => call(ctx).then(String, caught))).toMatchObject({ status: "completed", saw: "VALUE_NOT_JSON" });
  const mapped = async (t: TestTeam): Promise<void> => t.given(Mapped, { id: "a", n: 1 as never });
  expect(await saw((ctx) => ctx.waitFor(Mapped, { id: "a" }).then(String, caught), mapped)).toMatchObject({ saw: "VALUE_NOT_JSON" });
  expect(await saw((ctx) => ctx.ask(mapper, null))).toMatchObject({ status: "stopped", code: "VALUE_NOT_JSON" });
});

test("texts of errors are cut, whoever throws them, and odd ones end like others", async () => {
  const long = "y".repeat(3_000_000);
  answer = new Error(long);
  for (const call of [
    (ctx: WorkflowContext) => ctx.ask(giver, null),
    (ctx: WorkflowContext) =>
      ctx.step("v", () => {
        throw new Error(long);
      }),
    () => Promise.reject(new Error(long)),
    () => Promise.reject(new Refusal(long, long, { hint: long, details: { n: 10n } })),
    () => Promise.reject(new Refusal("R", long, { details: { long } })),
    () => Promise.reject(Object.create(null)),
    () => Promise.reject(Object.assign(new Error("odd"), { message: 10n })),
  ]) {
    const { status, message = "" } = await saw(call);
    expect(["failed", "parked"]).toContain(status);
    expect(message.length).toBeLessThanOrEqual(4_200);
  }
  answer = Object.assign(new Error("late"), { retryAfter: Number.POSITIVE_INFINITY });
  expect(await saw((ctx) => ctx.ask(giver, null))).toMatchObject({ status: "waiting" });
});

test("a turn that asks for more than a message can hold stops the run, whose cause is journaled", async () => {
  const stopped = await saw(async (ctx) => {
    await ctx.step("first", () => 1);
    return Promise.all(Array.from({ length: 5_000 }, (_, i) => ctx.ask(giver, i)));
  });
  expect(stopped).toMatchObject({ status: "stopped", code: "DECISION_TOO_LARGE" });
  expect(await saw((ctx) => ctx.step("n".repeat(10_000), () => 1))).toMatchObject({ status: "failed", code: "INPUT_INVALID" });
  expect(await saw((ctx) => ctx.sleep("9999999999d"))).toMatchObject({ status: "failed", code: "BAD_DURATION" });
});

test("a loop that waits for nothing stops its run, and takes nobody along", async () => {
  const loops: ((ctx: WorkflowContext) => Promise<unknown>)[] = [
    (ctx) => ctx.emit(Odd, 1),
    (ctx) => ctx.sleep("soon" as "1s").catch(() => undefined),
    (ctx) => ctx.ask(giver, 1n).catch(() => undefined),
    (ctx) => ctx.continueAsNew(1n).catch(() => undefined),
    (ctx) => ctx.waitForFact(Done, { id: "x" }).catch(() => undefined), // not in its awaits
    (ctx) => ctx.emit(Foreign, { id: "x" }).catch(() => undefined), // a fact of another team
  ];
  for (const round of loops) {
    const stopped = await saw(async (ctx) => {
      for (;;) await round(ctx);
    });
    expect(stopped).toMatchObject({ status: "stopped", code: "WORKFLOW_SPINS" });
  }
});

test("a function that is not async ends its run as one that is", async () => {
  const any = z.unknown();
  const run = (() => {
    throw new Error("at once");
  }) as () => Promise<unknown>;
  const throws = workflow({ name: "throws", version: 1, input: any, output: any, run });
  const answers = workflow({ name: "answers", version: 1, input: any, output: any, run: (() => 7) as unknown as () => Promise<unknown> });
  await using t = testTeam(team({ name: "desk", workflows: [throws, answers] }), { seed: 1 });
  await t.start("throws", null, "a");
  await t.start("answers", null, "b");
  expect(t.run("a")).toMatchObject({ status: "failed", reason: { message: "at once" } });
  expect(t.run("b")).toMatchObject({ status: "completed" });
  await t.expectReplays();
});
