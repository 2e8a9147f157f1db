import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { agent, fold, readModel, team, tool, workflow } from "@armada/agents";
import { capability, event, Refusal } from "@armada/contracts";
import { expect, test } from "vitest";
import { z } from "zod";
import { type Answers, answers, inTurn, testTeam } from "./index.ts";

const Note = z.object({ text: z.string() });
const Published = event("desk.note.published", { version: 1, id: (data) => data.text, data: Note });
let broken = true;
const writer = agent({
  name: "writer",
  does: "writes",
  tier: "worker",
  input: Note,
  output: Note,
  run: ({ input }) => {
    if (broken) throw new Error("not yet");
    return { text: input.text.toUpperCase() };
  },
});
const publish = workflow({
  name: "publish",
  version: 1,
  input: Note,
  output: Note,
  run: async (input, ctx) => {
    const written = await ctx.ask(writer, input);
    await ctx.approval("publish?", { within: "4h", otherwise: "cancel" });
    await ctx.emit(Published, written);
    return written;
  },
});
const desk = team({ name: "desk", agents: [writer], workflows: [publish], emits: [Published] });

test("idle retries what fails, and lets no approval expire; advance does", async () => {
  broken = true;
  await using t = testTeam(desk, { seed: 1 });
  await t.start("publish", { text: "a" }, "r1");
  expect(t.run("r1")).toMatchObject({ status: "parked", steps: [{ attempts: 4 }] });
  broken = false;
  await t.start("publish", { text: "b" }, "r2");
  expect(t.run("r2").waitingFor).toMatchObject([{ kind: "approval", what: "publish?" }]);
  await t.approve("r2");
  expect(t.run("r2").status).toBe("completed");
  t.expectEvents([[Published, { text: "B" }]]);
  await t.start("publish", { text: "c" }, "r3");
  await t.advance(5 * 3_600_000);
  expect(t.run("r3").status).toBe("cancelled");
  expect(() => t.expectEvents([])).toThrow();
  await t.expectReplays();
});

test("a fact that is missing is told with why its run did not come to it, and a run that is not there is named", async () => {
  broken = true;
  await using t = testTeam(desk, { seed: 1 });
  await t.start("publish", { text: "a" }, "r1");
  expect(() => t.expectEvents([[Published, { text: "A" }]])).toThrow(/run r1 \(publish\) is parked: .*step 1 \(writer\).*not yet/s);
  expect(() => t.run("r2")).toThrow("there is no run r2; there are 1: r1");
});

test("a name that the team does not have, and an approval that nobody waits for, are told", async () => {
  broken = false;
  await using t = testTeam(desk, { seed: 1 });
  await expect(t.approve()).rejects.toThrow("none was started");
  await t.start("publish", { text: "a" });
  await t.approve("run-1");
  expect(t.run("run-1").status).toBe("completed");
  await expect(t.approve("run-1")).rejects.toThrow("run run-1 (publish) is completed and waits for no approval");
  await expect(t.start("publsh", {})).rejects.toThrow("team desk has no workflow publsh; it has publish");
  expect(() => t.state("notes")).toThrow("team desk has no read model notes; it has none");
  await expect(t.given(Published, { text: "a" })).rejects.toThrow(
    "nothing in team desk starts with, waits for or folds desk.note.published; it hears no events",
  );
  expect(() => testTeam(shop, { seed: 1, teams: answers({ "risk.check_fruad": {} }) })).toThrow(
    "answers(…) has risk.check_fruad, which team shop does not ask; it asks risk.check_fraud",
  );
  await using open = testTeam(shop, { seed: 1 });
  await open.start("check", { text: "a" }, "r1");
  await expect(open.approve()).rejects.toThrow("run r1 (check) is waiting and waits for no approval, only for ask risk.check_fraud");
});

test("advance moves time, whether anything waits for it or not", async () => {
  await using t = testTeam(desk, { seed: 1 });
  broken = false;
  await t.advance(3_600_000);
  await t.start("publish", { text: "a" }, "r1");
  expect(t.run("r1").startedAt.slice(0, 13)).toBe("2026-01-01T01");
});

const checkFraud = capability("risk.check_fraud", { input: Note, output: z.object({ suspicious: z.boolean() }) });
const check = workflow({
  name: "check",
  version: 1,
  input: Note,
  output: z.unknown(),
  run: async (note, ctx) => {
    const first = await ctx.ask(checkFraud, note, { within: "1h" });
    return [first, await ctx.ask(checkFraud, note).catch((error: Error) => error.message)];
  },
});
const shop = team({ name: "shop", workflows: [check], asks: [checkFraud] });
const outputOf = async (teams: Answers | undefined): Promise<unknown> => {
  let output: unknown;
  const read = workflow({ ...check, run: async (note, ctx) => (output = await check.run(note, ctx)) });
  await using t = testTeam(team({ ...shop, workflows: [read] }), { seed: 1, ...(teams === undefined ? {} : { teams }) });
  await t.start("check", { text: "a" }, "r1");
  return output ?? t.run("r1").waitingFor;
};

test("other teams answer from a table: a value, one after the other, a function of the input, a refusal", async () => {
  expect(await outputOf(answers({ "risk.check_fraud": { suspicious: true } }))).toEqual([{ suspicious: true }, { suspicious: true }]);
  const turns = answers({ "risk.check_fraud": inTurn({ suspicious: false }, { suspicious: true }) });
  expect(await outputOf(turns)).toEqual([{ suspicious: false }, { suspicious: true }]);
  const refusing = answers({
    "risk.check_fraud": (input: unknown, nth: number) => {
      if (nth === 2) throw new Refusal("NOT_COVERED", "not in this country");
      return { suspicious: Note.parse(input).text === "a" };
    },
  });
  expect(await outputOf(refusing)).toEqual([{ suspicious: true }, "not in this country"]);
});

test("what no table answers is waited for; an answer that does not fit, or is not there, fails the test", async () => {
  expect(await outputOf(undefined)).toMatchObject([{ kind: "ask", what: "risk.check_fraud" }]);
  await expect(outputOf(answers({ "risk.check_fraud": { suspicious: "perhaps" } }))).rejects.toThrow("suspicious");
  await expect(outputOf(answers({ "risk.check_fraud": inTurn({ suspicious: false }) }))).rejects.toThrow("asked for number 2");
  expect(() => answers({ check_fraud: {} })).toThrow("is no capability of a team");
});

test("what a tool really waits for takes no virtual time", async () => {
  const server = createServer((_, response) => void setTimeout(() => response.end("late"), 150)).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const get = tool({
    input: Note,
    output: Note,
    effect: "read",
    run: async ({ text }) => ({ text: text + (await (await fetch(`http://127.0.0.1:${port}`)).text()) }),
  });
  const reader = agent({
    name: "reader",
    does: "reads",
    tier: "worker",
    input: Note,
    output: Note,
    limits: { timeout: "1s", attempts: 1 },
    tools: { get },
    run: ({ input, tools }) => tools.get(input),
  });
  const read = workflow({ name: "read", version: 1, input: Note, output: Note, run: (note, ctx) => ctx.ask(reader, note) });
  await using t = testTeam(team({ name: "desk", agents: [reader], workflows: [read] }), { seed: 1 });
  await t.start("read", { text: "too " }, "r1");
  server.close();
  expect(t.run("r1")).toMatchObject({ status: "completed", steps: [{ attempts: 1, ms: 0 }] });
});

test("what the test itself had under way hides no real wait of a tool", async () => {
  const before = [1, 2, 3].map(() => setTimeout(() => undefined, 60_000));
  let done = 0;
  const book = tool({
    input: Note,
    output: Note,
    effect: "write",
    run: async (note) => {
      await pause(100);
      for (let i = 0; i < 20; i++) await readFile(new URL(import.meta.url));
      await crypto.subtle.digest("SHA-256", new Uint8Array(4_000_000));
      done++;
      return note;
    },
  });
  const clerk = agent({
    name: "clerk",
    does: "books",
    tier: "worker",
    input: Note,
    output: Note,
    tools: { book },
    run: ({ input, tools }) => tools.book(input),
  });
  const enter = workflow({ name: "enter", version: 1, input: Note, output: Note, run: (note, ctx) => ctx.ask(clerk, note) });
  await using t = testTeam(team({ name: "desk", agents: [clerk], workflows: [enter] }), { seed: 1 });
  for (const one of before) clearTimeout(one);
  await t.start("enter", { text: "a" }, "r1");
  expect(done).toBe(1);
  expect(t.run("r1")).toMatchObject({ status: "completed", steps: [{ attempts: 1, ms: 0 }] });
});

test("a wait for what the team does not list, and another team's fact, reject at once", async () => {
  const Paid = event("bank.order.paid", { version: 1, id: (data) => data.text, data: Note });
  const hopeless = workflow({
    name: "hopeless",
    version: 1,
    input: Note,
    output: z.unknown(),
    run: async ({ text }, ctx) => {
      const waited = await ctx.waitFor(Paid, { id: text }).catch((error: Error) => error.message);
      return [waited, await ctx.emit(Paid, { text }).catch((error: Error) => error.message)];
    },
  });
  let output: unknown;
  const kept = workflow({ ...hopeless, run: async (note, ctx) => (output = await hopeless.run(note, ctx)) });
  await using t = testTeam(team({ name: "desk", workflows: [kept] }), { seed: 1 });
  await t.start("hopeless", { text: "a" }, "r1");
  expect(t.run("r1").status).toBe("completed");
  expect(output).toEqual([
    "workflow hopeless waits for bank.order.paid, which team desk does not list",
    "workflow hopeless of team desk emits bank.order.paid, a fact of bank",
  ]);
  await t.expectReplays();
});

test("a run that ends of what its team does not list is stopped, not failed", async () => {
  const Paid = event("desk.bill.paid", { version: 1, id: (data) => data.text, data: Note });
  const about = { version: 1, input: Note, output: z.unknown() };
  const waits = workflow({ ...about, name: "waits", run: ({ text }, ctx) => ctx.waitFor(Paid, { id: text }) });
  const wants = workflow({ ...about, name: "wants", run: ({ text }, ctx) => ctx.waitForFact(Paid, { id: text }) });
  const asks = workflow({ ...about, name: "asks", run: (note, ctx) => ctx.ask(checkFraud, note) });
  await using t = testTeam(team({ name: "desk", workflows: [waits, wants, asks], emits: [Paid] }), { seed: 1 });
  for (const { name } of [waits, wants, asks]) {
    await t.start(name, { text: "a" }, name);
    expect(t.run(name)).toMatchObject({ status: "stopped", reason: { code: "NOT_LISTED", hint: expect.stringContaining("runs retry") } });
  }
  expect(t.run("asks").reason?.message).toBe("workflow asks asks for risk.check_fraud, which team desk does not list");
});

test("a step of an agent that the team does not list is told as on a mesh", async () => {
  const order = workflow({ name: "order", version: 1, input: Note, output: Note, run: (note, ctx) => ctx.ask(writer, note) });
  await using t = testTeam(team({ name: "desk", workflows: [order], emits: [Published] }), { seed: 1 });
  await t.start("order", { text: "a" }, "r1");
  expect(t.run("r1")).toMatchObject({ status: "waiting", reason: { code: "AGENT_NOT_SERVED" }, waitingFor: [{ kind: "agent" }] });
  expect(() => t.expectEvents([[Published, { text: "A" }]])).toThrow("waits for the agent writer, which no replica of team desk serves");
});

test("a run that goes on with an input that does not fit its workflow fails, and says so", async () => {
  const count = workflow({
    name: "count",
    version: 1,
    input: z.object({ round: z.number() }),
    output: z.object({ round: z.number() }),
    run: async ({ round }, ctx) => (round > 2 ? { round } : ctx.continueAsNew({ rounds: round + 1 })),
  });
  await using t = testTeam(team({ name: "desk", workflows: [count] }), { seed: 1 });
  await t.start("count", { round: 1 }, "r1");
  expect(t.run("r1")).toMatchObject({ status: "failed", reason: { code: "INPUT_INVALID" } });
  expect(t.run("r1").reason?.message).toContain("the input of continueAsNew does not fit its schema: round:");
});

test("a run continues as new behind a deadline that was kept, and not beside one that may still pass", async () => {
  const rounds = workflow({
    name: "rounds",
    version: 1,
    input: z.object({ n: z.number(), beside: z.boolean() }),
    output: z.number(),
    run: async ({ n, beside }, ctx) => {
      const working = ctx.deadline("1h", () => (beside ? ctx.sleep("1m") : ctx.sleep("1s")));
      if (!beside) await working;
      return n < 2 ? ctx.continueAsNew({ n: n + 1, beside }) : n;
    },
  });
  await using t = testTeam(team({ name: "desk", workflows: [rounds] }), { seed: 1 });
  await t.start("rounds", { n: 1, beside: false }, "kept");
  await expect(t.advance(Number.NaN)).rejects.toMatchObject({ code: "BAD_DURATION" });
  await t.advance("3s");
  expect(t.run("kept~2").status).toBe("completed");
  await t.start("rounds", { n: 1, beside: true }, "open");
  expect(t.run("open")).toMatchObject({ status: "failed", reason: { code: "CONTINUE_WITH_OUTSTANDING" } });
});

test("the generations of one run are one: the newest is shown and answered", async () => {
  const rounds = workflow({
    name: "rounds",
    version: 1,
    input: z.object({ n: z.number() }),
    output: z.object({ n: z.number() }),
    run: async ({ n }, ctx) => {
      if (n === 1) return ctx.continueAsNew({ n: 2 });
      await ctx.approval("enough?", { within: "1d", otherwise: "cancel" });
      return { n };
    },
  });
  await using t = testTeam(team({ name: "loops", workflows: [rounds] }), { seed: 1 });
  await t.start("rounds", { n: 1 }, "r1");
  expect(t.run()).toMatchObject({ run: "r1~2", status: "waiting" });
  expect(t.run("r1")).toMatchObject({ status: "continued", next: "r1~2" });
  await t.approve("r1");
  expect(t.run()).toMatchObject({ run: "r1~2", status: "completed" });
  await t.start("rounds", { n: 2 }, "r2");
  expect(() => t.run()).toThrow("there are 3: r1, r1~2, r2");
});

test("a fold that throws fails the test with the read model and its event", async () => {
  const model = readModel({
    name: "texts",
    version: 1,
    initial: (): readonly string[] => [],
    folds: [
      fold(Published, (texts: readonly string[], { data }): readonly string[] => {
        if (data.text === "bad") throw new TypeError("no text");
        return [...texts, data.text];
      }),
    ],
  });
  await using t = testTeam(team({ name: "desk", readModels: [model], emits: [Published] }), { seed: 1 });
  await t.given(Published, { text: "good" });
  await expect(t.given(Published, { text: "bad" })).rejects.toThrow(
    /the read model texts v1 stopped at event .* \(desk.note.published, sequence 2\): no text/,
  );
  expect(t.state("texts")).toEqual(["good"]);
});
