import { type AgentRun, agent, fold, readModel, type Team, team, tool, type WorkflowContext, workflow } from "@armada/agents";
import { askMessage, capability, chainOf, event, runFilter } from "@armada/contracts";
import { script, startReplica } from "@armada/engine/testing";
import { MemoryMesh, type Message } from "@armada/event-sourcing";
import { seededRandom, VirtualClock } from "@armada/event-sourcing/testing";
import { beforeEach, expect, test } from "vitest";
import { z } from "zod";
import { type Shadow, type ShadowedStep, shadowStep } from "./shadow-step.ts";

const Page = z.object({ page: z.string() });
const Told = event("desk.page.told", { version: 1, id: ({ page }) => page, data: Page });
const print = capability("press.print", { input: Page, output: Page });
const Answer = z.object({ words: z.string() });

/** What was done for good: by tools, and by inline steps. */
const done: string[] = [];
const stamp = tool({
  effect: "write",
  input: Page,
  output: z.object({ stamp: z.string() }),
  run: ({ page }) => {
    done.push(`stamp ${page}`);
    return { stamp: `s-${page}` };
  },
});
const lookUp = tool({
  effect: "read",
  input: Page,
  output: z.object({ weight: z.number() }),
  run: ({ page }) => {
    done.push(`look up ${page}`);
    return { weight: 7 };
  },
});
const told = readModel({
  name: "told",
  version: 1,
  initial: () => ({ pages: 0 }),
  folds: [fold(Told, ({ pages }: { readonly pages: number }) => ({ pages: pages + 1 }))],
});

const tools = { stamp, lookUp };
type Written = (about: AgentRun<z.infer<typeof Page>, typeof tools, readonly [typeof told]>) => unknown;
type Flow = (ask: () => Promise<z.infer<typeof Page>>, ctx: WorkflowContext) => Promise<unknown>;
const fails: Written = () => {
  throw new Error("there is no paper");
};
const writes: Written = ({ input }) => input;
const goesOn: Flow = async (ask, ctx) => {
  const page = await ask();
  await ctx.emit(Told, page);
  await ctx.step("bill", async () => void done.push("bill"));
  return ctx.ask(print, page, { within: "1h" });
};

/** The team with its writer as it is written, and its workflow. */
function desk(
  run: Written,
  { fallback, flow = goesOn, name = "writer" }: { fallback?: () => unknown; flow?: Flow; name?: string } = {},
): Team {
  const writer = agent({
    name,
    does: "writes",
    tier: "worker",
    limits: { attempts: 1, breaker: false },
    input: Page,
    output: z.unknown().pipe(Page),
    tools,
    context: [told],
    run: async (about) => Page.parse(await run(about)),
    ...(fallback === undefined ? {} : { fallback: async () => Page.parse(fallback()) }),
  });
  const flows = workflow({
    name: "flows",
    version: 1,
    input: Page,
    output: z.unknown(),
    run: (input, ctx) => flow(() => ctx.ask(writer, input), ctx),
  });
  return team({ name: "desk", agents: [writer], workflows: [flows], emits: [Told], asks: [print], readModels: [told] });
}

/** The journal of a run of `parks` whose step is parked, and how a shadow of it comes out. */
async function parkedBy(parks: Team) {
  const clock = new VirtualClock();
  const random = seededRandom(1);
  const mesh = new MemoryMesh(clock, random);
  const replica = startReplica(mesh, parks, script({}), { clock, random, scheduler: clock.scheduler });
  const start = { to: "desk", from: "operator", source: "/operator", capability: "run_start", id: "r1" };
  const ask = askMessage({ ...start, data: { workflow: "flows", input: { page: "p1" } }, time: "2026-01-01T00:00:00Z" }, chainOf("r1"));
  mesh.stream("desk").append(ask.subject, ask.body, clock.now());
  const journal = (): readonly Message[] => {
    const loaded = mesh.stream("desk").load(runFilter("desk", "r1"), mesh.stream("desk").head);
    return loaded.kind === "loaded" ? loaded.messages : [];
  };
  await clock.run(() => journal().some(({ subject }) => subject.includes(".park.")), 60_000);
  const head = mesh.stream("desk").head;
  return async (now: Team, how: Partial<Shadow> = {}): Promise<ShadowedStep> => {
    const shadow: Shadow = {
      clock,
      random,
      scheduler: clock.scheduler,
      objects: replica.ports.objects,
      answers: async () => undefined,
      reads: false,
      context: async (models) => Object.fromEntries(models.map((model) => [model, { pages: 3 }])),
      ...how,
    };
    let found: ShadowedStep | undefined;
    let failed: unknown;
    const shadowed = shadowStep(now, { id: "r1", n: 1, journal: journal() }, shadow).then(
      (step) => {
        found = step;
      },
      (error) => {
        failed = error;
      },
    );
    await clock.run(() => found !== undefined || failed !== undefined, 60_000);
    await shadowed;
    expect(mesh.stream("desk").head).toBe(head);
    if (found === undefined) throw failed;
    return found;
  };
}

beforeEach(() => {
  done.length = 0;
});

test("mended code answers, and the workflow is seen to go on: what it would emit, do and ask, of which nothing is done", async () => {
  const shadow = await parkedBy(desk(fails));
  const found = await shadow(desk(writes));
  expect(found).toMatchObject({ n: 1, agent: "writer", attempt: 2, outcome: { kind: "completed", output: { page: "p1" } }, calls: [] });
  expect(found.next).toEqual([
    { does: "emit", what: "desk.page.told", data: { page: "p1" } },
    { does: "step", what: "bill" },
  ]);
  expect(done).toEqual([]);
});

test("the end of the run, and an ask of another team, are told", async () => {
  const shadow = await parkedBy(desk(fails));
  const { next: asks } = await shadow(desk(writes, { flow: async (ask, ctx) => ctx.ask(print, await ask(), { within: "1h" }) }));
  expect(asks).toEqual([{ does: "ask team", what: "press.print", data: { page: "p1" } }]);
  const { next: ends } = await shadow(desk(writes, { flow: (ask) => ask() }));
  expect(ends).toEqual([{ does: "end", what: "completed", data: { page: "p1" } }]);
});

test("code that fails still says how, with its stack, and what its fallback answers", async () => {
  const shadow = await parkedBy(desk(fails));
  const still = await shadow(desk(fails));
  expect(still).toMatchObject({
    outcome: { kind: "failed", code: "AGENT_FAILED", message: "there is no paper", terminal: false },
    next: [],
  });
  expect(still.outcome).toHaveProperty("stack", expect.stringContaining("shadow-step.test.ts"));
  const fallen = await shadow(desk(fails, { fallback: () => ({ page: "blank" }) }));
  expect(fallen.outcome).toMatchObject({ kind: "failed", fallback: { output: { page: "blank" } } });
  expect(fallen.next[0]).toEqual({ does: "emit", what: "desk.page.told", data: { page: "blank" } });
  const worse = await shadow(desk(fails, { fallback: () => ({ leaf: 1 }) }));
  expect(worse.outcome).toMatchObject({ kind: "failed", message: "there is no paper", fallback: { code: "AGENT_FAILED" } });
});

test("a tool that writes is told and not called, one that reads only where that is wanted; what is on record is not done again", async () => {
  const uses: Written = async ({ input, tools: { lookUp: look, stamp: put } }) => {
    const { weight } = await look(input);
    return { page: (await put({ page: `${input.page} ${weight}` })).stamp };
  };
  const shadow = await parkedBy(desk(fails));
  const held = { kind: "tool", how: "held" };
  expect(await shadow(desk(uses))).toMatchObject({
    outcome: { kind: "held" },
    calls: [{ ...held, tool: "lookUp", effect: "read", input: { page: "p1" } }],
    next: [],
  });
  expect(done).toEqual([]);
  expect((await shadow(desk(uses), { reads: true })).calls).toEqual([
    { kind: "tool", tool: "lookUp", effect: "read", input: { page: "p1" }, how: "ran" },
    { kind: "tool", tool: "stamp", effect: "write", input: { page: "p1 7" }, how: "held" },
  ]);
  expect(done).toEqual(["look up p1"]);

  done.length = 0;
  const stamped = await parkedBy(
    desk(async ({ input, tools: { stamp: put } }) => {
      await put(input);
      throw new Error("after it was stamped");
    }),
  );
  expect(done).toEqual(["stamp p1"]);
  const again = await stamped(desk(async ({ input, tools: { stamp: put } }) => ({ page: (await put(input)).stamp })));
  expect(again).toMatchObject({ outcome: { kind: "completed", output: { page: "s-p1" } }, onRecord: ["stamp.1"], calls: [] });
  expect(done).toEqual(["stamp p1"]);
});

test("of model calls those on record are answered; all that go out at one moment are told, and none of them is made", async () => {
  const asks: Written = async ({ input, model }) => {
    const ask = (task: string) => model.ask({ task, material: [{ name: "page", text: input.page.repeat(50) }], schema: Answer });
    const { words } = await ask("title");
    await Promise.all([ask("text"), ask("image")]);
    return { page: words };
  };
  const shadow = await parkedBy(desk(fails));
  const about = { kind: "model", tier: "worker", tokens: 25 };
  expect((await shadow(desk(asks))).calls).toEqual([{ ...about, task: "title", how: "held" }]);
  const at = "2026-01-01T00:00:00.000Z";
  const answer = { model: "m", usage: { inputTokens: 0, outputTokens: 0 }, costMicros: 0, cached: { at, saved: { micros: 1, tokens: 1 } } };
  const answers: Shadow["answers"] = async (request) =>
    request.task === "title" ? { how: "recorded", answer: { ...answer, value: request.schema.parse({ words: "tides" }) } } : undefined;
  expect(await shadow(desk(asks), { answers })).toMatchObject({
    outcome: { kind: "held" },
    calls: [
      { ...about, task: "title", how: "recorded", at },
      { ...about, task: "text", how: "held" },
      { ...about, task: "image", how: "held" },
    ],
  });
});

test("what a read model holds comes with the request; one that the agent reads only now holds what it holds now", async () => {
  const reads: Written = ({ context }) => ({ page: `${context.told.pages} pages` });
  const shadow = await parkedBy(desk(fails));
  expect((await shadow(desk(reads))).outcome).toMatchObject({ output: { page: "0 pages" } });
  const without = await parkedBy({ ...desk(fails), agents: desk(fails).agents.map((one) => ({ ...one, context: [] })) });
  expect((await without(desk(reads))).outcome).toMatchObject({ output: { page: "3 pages" } });
});

test("a workflow that was edited since says that its run would stop; an agent that is gone is said", async () => {
  const shadow = await parkedBy(desk(fails));
  const other = await shadow(
    desk(writes, { flow: async (ask, ctx) => [await ctx.ask(print, { page: "p1" }, { within: "1h" }), await ask()] }),
  );
  expect(other.next).toEqual([{ does: "stop", what: expect.stringContaining("(WORKFLOW_CHANGED)") }]);
  await expect(shadow(desk(writes, { name: "author" }))).rejects.toMatchObject({ code: "AGENT_UNKNOWN" });
});
