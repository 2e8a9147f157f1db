import { type AgentRun, agent, readModel, team, tool, type WorkflowContext, workflow } from "@armada/agents";
import { testTeam } from "@armada/testing";
import { expect, test } from "vitest";
import { z } from "zod";

const Any = z.unknown();
const stock = readModel<readonly string[]>({ name: "stock", version: 1, initial: () => ["a"], folds: [] });
const label = tool({ input: Any, output: Any, effect: "read", run: () => "labelled" });

/** How the run of one step ends, and how often it was tried. */
async function packed(run: (about: AgentRun<unknown>) => unknown, given: z.ZodType = Any) {
  let attempts = 0;
  const packer = agent({
    name: "packer",
    does: "packs",
    tier: "worker",
    input: given,
    output: Any,
    context: [stock],
    tools: { label },
    run: (about) => {
      attempts++;
      return run(about as unknown as AgentRun<unknown>);
    },
  });
  const pack = workflow({ name: "pack", version: 1, input: Any, output: Any, run: (input, ctx) => ctx.ask(packer, input) });
  await using t = testTeam(team({ name: "desk", agents: [packer], workflows: [pack], readModels: [stock] }), { seed: 1 });
  await t.start("pack", { id: 1 }, "r1");
  const { status, reason, output } = t.run("r1");
  return { attempts, status, reason, output };
}

test("a tool that the agent does not declare ends its attempts, and is named with those that there are", async () => {
  const misspelt = await packed(({ tools }) => (tools as Record<string, (input: unknown) => unknown>).labl?.("x"));
  expect(misspelt).toMatchObject({
    attempts: 1,
    status: "parked",
    reason: { code: "NOT_DECLARED", message: expect.stringContaining("agent packer has no tool labl: it declares label") },
  });
  expect(misspelt.reason?.hint).toContain("add it to tools of the agent; then `armada runs retry r1`");
});

test("so does a read model, and a value that it has no member of is the author's own mistake", async () => {
  type Loose = Record<string, readonly string[]>;
  expect(await packed(({ context }) => (context as Loose).stok?.length)).toMatchObject({
    attempts: 1,
    reason: { code: "NOT_DECLARED", message: expect.stringContaining("no read model stok: it declares stock") },
  });
  expect(await packed(({ context }) => (context as Loose).stock?.at(7)?.length.toFixed())).toMatchObject({ status: "completed" });
  expect(await packed(({ input }) => (input as { no: { such: string } }).no.such)).toMatchObject({
    attempts: 4,
    status: "parked",
    reason: { code: "AGENT_FAILED" },
  });
});

test("what is declared can be looked for, listed, copied and answered", async () => {
  const seen = await packed(async ({ tools, context }) => [
    "label" in tools,
    "labl" in tools,
    Object.keys(tools),
    structuredClone(context),
    JSON.parse(JSON.stringify(context)),
    await Promise.resolve(context),
    context,
  ]);
  const state = { stock: ["a"] };
  expect(seen).toMatchObject({ status: "completed", output: [true, false, ["label"], state, state, state, state] });
});

test("an input that does not fit its agent is not tried again: the next attempt gets the same", async () => {
  const once = z.unknown().refine((input) => typeof input === "string" || checks++ === 0, "not twice");
  let checks = 0;
  expect(await packed(() => 1, once)).toMatchObject({ attempts: 0, status: "parked", reason: { code: "INPUT_INVALID" } });
});

test("a call of ctx with what is undefined stops the run, and says which", async () => {
  const none = undefined as never;
  const cases: readonly [string, (ctx: WorkflowContext) => Promise<unknown>][] = [
    ["ctx.ask was given undefined, which is no agent and no capability", (ctx) => ctx.ask(none, 1)],
    [
      "ctx.waitFor was given something of kind tool, which is no event and no external",
      (ctx) => ctx.waitFor({ kind: "tool" } as never, { id: "a" }),
    ],
    ["ctx.emit was given undefined, which is no event and no external", (ctx) => ctx.emit(none, none)],
    ["the work of step count is no function but undefined", (ctx) => ctx.step("count", none)],
  ];
  for (const [message, run] of cases) {
    const odd = workflow({ name: "odd", version: 1, input: Any, output: Any, run: (_, ctx) => run(ctx) });
    await using t = testTeam(team({ name: "desk", workflows: [odd] }), { seed: 1 });
    await t.start("odd", null, "r1");
    expect(t.run("r1")).toMatchObject({ status: "stopped", reason: { code: "WRONG_KIND", message } });
  }
});
