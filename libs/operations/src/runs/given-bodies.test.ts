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
