import { capability, event } from "@armada/contracts";
import { expect, test } from "vitest";
import { z } from "zod";
import { agent, fold, on, readModel, workflow } from "./authoring.ts";
import { team } from "./team.ts";

const Id = z.object({ id: z.string() });
const Done = event("alpha.thing.done", { version: 1, id: (d) => d.id, data: Id });
const Theirs = event("beta.thing.done", { version: 1, id: (d) => d.id, data: Id });
const model = readModel({ name: "seen", version: 1, initial: () => 0, folds: [fold(Done, (seen: number) => seen + 1)] });
const worker = agent({ name: "worker", does: "works", tier: "worker", input: Id, output: Id, context: [model], run: ({ input }) => input });
const run = workflow({ name: "run", version: 1, input: Id, output: Id, run: (id, ctx) => ctx.ask(worker, id) });
const own = capability("alpha.do", { input: Id, output: Id });
const theirs = capability("beta.do", { input: Id, output: Id });
const odd = (more: object) =>
  agent({ name: "odd", does: "works", tier: "worker", input: Id, output: Id, run: ({ input }) => input, ...more });
const cast = <T>(wrong: unknown): T => wrong as T;

test.each([
  ["workflows[0] is the agent worker, and no workflow", () => team({ name: "alpha", workflows: [cast(worker)] })],
  ["agents[0] is undefined, and no agent", () => team({ name: "alpha", agents: [cast(undefined)] })],
  ["awaits[0] is the capability beta.do, and no event or external", () => team({ name: "alpha", awaits: [cast(theirs)] })],
  ["asks[0] is hello, and no capability", () => team({ name: "alpha", asks: [cast("hello")] })],
  [
    "the read model seen in the context of the agent worker, which is not in its readModels",
    () => team({ name: "alpha", agents: [worker] }),
  ],
  ["provides alpha.do by the workflow run, which is not in its workflows", () => team({ name: "alpha", provides: [own.by(run)] })],
  [
    "starts the workflow run on beta.thing.done, which is not in its workflows",
    () => team({ name: "alpha", subscriptions: [on(Theirs).start(run, ({ data }) => data)] }),
  ],
  [
    'subscribes to beta.thing.done from "soon", which is no time',
    () => team({ name: "alpha", workflows: [run], subscriptions: [on(Theirs).start(run, ({ data }) => data, { from: { time: "soon" } })] }),
  ],
  ["cannot emit beta.thing.done", () => team({ name: "alpha", emits: [Theirs] })],
  ["provides beta.do, which is another team's", () => team({ name: "alpha", workflows: [run], provides: [theirs.by(run)] })],
  [
    'subscribes to beta.thing.done from "1", which is no time',
    () => team({ name: "alpha", workflows: [run], subscriptions: [on(Theirs).start(run, ({ data }) => data, { from: { time: "1" } })] }),
  ],
  ["lists alpha.thing.done twice in emits", () => team({ name: "alpha", emits: [Done, { ...Done, version: 2 }] })],
  ["agent odd: limits.timeout is 0s", () => odd({ limits: { timeout: "0s" } })],
  ["agent odd: limits.attempt is no limit", () => odd({ limits: cast({ attempt: 2 }) })],
  ['agent odd: tier is "boss"', () => odd({ tier: cast("boss") })],
  ["lists run v1 twice in workflows", () => team({ name: "alpha", workflows: [run, { ...run }] })],
  [
    "lists on(beta.thing.done).start(run) twice in subscriptions",
    () => team({ name: "alpha", workflows: [run], subscriptions: [1, 2].map(() => on(Theirs).start(run, ({ data }) => data)) }),
  ],
])("%s", (sentence, make) => {
  expect(make).toThrow(sentence);
  expect(() => make()).toThrow(expect.objectContaining({ hint: expect.stringMatching(/./) as unknown }));
});

test("all that is wrong is told at once, each hint once", () => {
  const kinds = () => team({ name: "alpha", workflows: [cast(worker)], asks: [cast("hello")] });
  expect(kinds).toThrow(/^team alpha: workflows\[0\] is the agent worker, and no workflow; team alpha: asks\[0\] is hello/);
  const rest = () => team({ name: "alpha", agents: [worker], emits: [Theirs], provides: [own.by(run)], workflows: [] });
  expect(rest).toThrow(/provides alpha\.do .* not in its workflows; .* not in its readModels; .* cannot emit beta\.thing\.done/);
  expect(rest).toThrow(
    expect.objectContaining({
      code: "NOT_LISTED",
      hint: expect.stringMatching(/^add it to workflows.*; add it to readModels.*; an event/) as unknown,
    }),
  );
});

test("a team whose parts are in their lists is made", () => {
  const made = team({
    name: "alpha",
    agents: [worker],
    workflows: [run],
    readModels: [model],
    provides: [own.by(run)],
    subscriptions: [on(Theirs).start(run, ({ data }) => data)],
    asks: [theirs],
    emits: [Done],
    awaits: [Theirs],
  });
  expect(made.provides[0]?.workflow.name).toBe("run");
});
