import { agent, on, team, workflow } from "@armada/agents";
import { capability, event } from "@armada/contracts";
import { expect, test } from "vitest";
import { z } from "zod";
import { teamSession } from "../testing/team-session.ts";

const Named = z.object({ digest: z.string(), more: z.string() });
const reader = agent({
  name: "reader",
  does: "Reads a document",
  tier: "worker",
  input: z.object({ digest: z.string() }),
  output: z.string(),
  run: async ({ input, objects }) => Buffer.from(await objects.get(input.digest)).toString("utf8"),
});
const writer = agent({
  name: "writer",
  does: "Writes one",
  tier: "worker",
  input: z.object({ text: z.string() }),
  output: z.string(),
  run: ({ input, objects }) => objects.put(Buffer.from(input.text)),
});
/** More than a message holds: the value, and the digest in it, go to the objects. */
const LARGE = "x".repeat(100_000);

const read = capability("two.read", { input: Named, output: Named.extend({ had: z.string() }) });
const Told = event("one.paper.told", { version: 1, id: () => "paper", data: Named });
const Noted = event("two.paper.noted", { version: 1, id: () => "paper", data: z.object({ text: z.string() }) });
const answering = workflow({
  name: "answering",
  version: 1,
  input: Named,
  output: read.output,
  run: async ({ digest, more }, ctx) => ({
    had: await ctx.ask(reader, { digest }),
    digest: await ctx.ask(writer, { text: "an answer's" }),
    more,
  }),
});
const noting = workflow({
  name: "noting",
  version: 1,
  input: z.object({ digest: z.string() }),
  output: z.string(),
  run: async ({ digest }, ctx) => {
    const text = await ctx.ask(reader, { digest });
    await ctx.emit(Noted, { text });
    return text;
  },
});
const asking = workflow({
  name: "asking",
  version: 1,
  input: z.object({ more: z.string() }),
  output: z.array(z.string()),
  run: async ({ more }, ctx) => {
    const digest = await ctx.ask(writer, { text: "an ask's" });
    const answer = await ctx.ask(read, { digest, more });
    await ctx.emit(Told, { digest, more });
    const { text } = await ctx.waitFor(Noted, { id: "paper", within: "20s" });
    return [answer.had, await ctx.ask(reader, { digest: answer.digest }), text];
  },
});
const peek = capability("three.peek", { input: z.object({ digest: z.string() }), output: z.string() });
const write = capability("two.write", { input: z.object({ text: z.string() }), output: z.string() });
const peeking = workflow({
  name: "peeking",
  version: 1,
  input: peek.input,
  output: z.string(),
  run: (given, ctx) => ctx.ask(reader, given),
});
const writing = workflow({
  name: "writing",
  version: 1,
  input: write.input,
  output: z.string(),
  run: (given, ctx) => ctx.ask(writer, given),
});
/** Reads what it was answered in a generation before, and what a fact names that it waited for, and sends both on to a third team. */
const passing = workflow({
  name: "passing",
  version: 1,
  input: z.object({ digest: z.string().optional() }),
  output: z.array(z.string()),
  async run({ digest }, ctx) {
    if (digest === undefined) return ctx.continueAsNew({ digest: await ctx.ask(write, { text: "an answer's" }) });
    const told = await ctx.waitFor(Told, { id: "paper", within: "20s" });
    const digests = [digest, told.digest];
    const [own, passed] = await Promise.all([
      Promise.all(digests.map((one) => ctx.ask(reader, { digest: one }))),
      Promise.all(digests.map((one) => ctx.ask(peek, { digest: one }, { within: "20s" }))),
    ]);
    return [...own, ...passed];
  },
});
const one = team({ name: "one", agents: [reader, writer], workflows: [asking], asks: [read], emits: [Told], awaits: [Noted] });
const two = team({
  name: "two",
  agents: [reader, writer],
  workflows: [answering, noting],
  emits: [Noted],
  provides: [read.by(answering)],
  subscriptions: [on(Told).start(noting, ({ data: { digest } }) => ({ digest }))],
});

test.each([
  ["small", ""],
  ["large", LARGE],
])("a digest in a %s ask, answer or fact is read by who receives it", async (_size, more) => {
  const session = await teamSession(one, [two]);
  try {
    await session.ask("one", "run_start", "r1", { workflow: "asking", input: { more } });
    await expect
      .poll(async () => (await session.state("one", "r1")).ended, { timeout: 20_000 })
      .toMatchObject({
        status: "completed",
        output: ["an ask's", "an answer's", "an ask's"],
      });
  } finally {
    await session.stop();
  }
});

test("what a run was answered before it went on as new, and what an awaited fact names, is read and sent on to a third team", async () => {
  const telling = workflow({
    name: "telling",
    version: 1,
    input: z.object({}),
    output: z.null(),
    async run(_, ctx) {
      await ctx.emit(Told, { digest: await ctx.ask(writer, { text: "a fact's" }), more: "" });
      return null;
    },
  });
  const session = await teamSession(team({ name: "four", agents: [reader], workflows: [passing], asks: [write, peek], awaits: [Told] }), [
    team({ name: "one", agents: [writer], workflows: [telling], emits: [Told] }),
    team({ name: "two", agents: [writer], workflows: [writing], provides: [write.by(writing)] }),
    team({ name: "three", agents: [reader], workflows: [peeking], provides: [peek.by(peeking)] }),
  ]);
  try {
    await session.ask("four", "run_start", "r1", { workflow: "passing", input: {} });
    await expect.poll(async () => (await session.state("four", "r1~2")).waits.size, { timeout: 20_000 }).toBe(1);
    await session.ask("one", "run_start", "r2", { workflow: "telling", input: {} });
    await expect
      .poll(async () => (await session.state("four", "r1~2")).ended, { timeout: 20_000 })
      .toMatchObject({ status: "completed", output: ["an answer's", "a fact's", "an answer's", "a fact's"] });
  } finally {
    await session.stop();
  }
});
