import { agent, on, team, tool, workflow } from "@armada/agents";
import { encodeBody, event, Refusal } from "@armada/contracts";
import type { Logger } from "@armada/event-sourcing";
import { MemoryMesh } from "@armada/event-sourcing";
import { seededRandom, VirtualClock } from "@armada/event-sourcing/testing";
import type { Models } from "@armada/models";
import { expect, test } from "vitest";
import { z } from "zod";
import { startReplica } from "../testing/replica.ts";
import { stackOf } from "./stack.ts";

const models: Models = { call: () => Promise.reject(new Error("no model")) };
const None = z.object({});
const Poked = event("one.note.poked", { version: 1, id: () => "a", data: None });

function thrownByAgent(): never {
  throw new TypeError("of the agent");
}
function thrownByTool(): never {
  throw new Error("of the tool");
}
function thrownByFallback(): never {
  throw new Error("of the fallback");
}
function thrownByStep(): never {
  throw new Error("of the step", { cause: new RangeError("sk-below-the-step") });
}
function thrownByWorkflow(): never {
  throw new Error("of the workflow");
}
function thrownByMapping(): never {
  throw new Error("of the subscription");
}

const limits = { attempts: 2 };
const thrower = agent({ name: "thrower", does: "throws", tier: "worker", input: None, output: None, limits, run: () => thrownByAgent() });
const caller = agent({
  name: "caller",
  does: "calls its tool",
  tier: "worker",
  input: None,
  output: None,
  limits: { attempts: 1 },
  tools: { mark: tool({ input: None, output: None, effect: "write", run: () => thrownByTool() }) },
  run: ({ tools }) => tools.mark({}),
  fallback: () => thrownByFallback(),
});
const refuses = agent({
  name: "refuses",
  does: "refuses",
  tier: "worker",
  input: None,
  output: None,
  run: () => {
    throw new Refusal("NO", "it will not");
  },
});
const about = { version: 1, input: None, output: None };
const all = workflow({
  name: "all",
  ...about,
  run: async (_, ctx) => {
    await Promise.allSettled([ctx.ask(refuses, {}), ctx.step("count", () => thrownByStep())]);
    await Promise.race([ctx.ask(thrower, {}), ctx.ask(caller, {}), ctx.sleep("1h")]);
    return thrownByWorkflow();
  },
});
const one = team({
  name: "one",
  agents: [thrower, caller, refuses],
  workflows: [all],
  emits: [Poked],
  subscriptions: [on(Poked).start(all, () => thrownByMapping())],
});

test("the log has where an error of an agent, a tool, a fallback, a step, a workflow and a subscription was thrown, once for each attempt", async () => {
  const lines: { message: string; stack: string; run: unknown }[] = [];
  const logger: Logger = {
    info: () => undefined,
    warn: (message, fields = {}) => lines.push({ message, stack: String(fields.stack), run: fields.run }),
  };
  const clock = new VirtualClock();
  const mesh = new MemoryMesh(clock, seededRandom(1));
  startReplica(mesh, one, models, { clock, random: seededRandom(2), scheduler: clock.scheduler, logger });
  const envelope = { specversion: "1.0", time: "2026-01-01T00:00:00Z", schemaversion: 1, hops: 0 } as const;
  const put = (to: string, subject: string, id: string, type: string, by: string, data: unknown): void => {
    const about = {
      ...envelope,
      id,
      type,
      team: by,
      source: `/${by}`,
      subject,
      correlationid: id,
      causationid: id,
      data,
    };
    mesh.stream("one").append(to, encodeBody([about]), clock.now());
  };
  put("ask.one.operator.run_start.r1", "r1", "r1.run_start", "armada.asked", "operator", { workflow: "all", input: {} });
  put("evt.one.note.poked.a.k", "a", "k", "one.note.poked", "one", {});
  await clock.run(() => lines.some(({ message }) => message.includes("of the workflow")), 7_200_000);

  const of = (text: string) => lines.filter(({ message }) => message.includes(text));
  expect(of("of the agent").map(({ message }) => message)).toEqual([
    "attempt 1 of step 3 (thrower) failed: of the agent",
    "attempt 2 of step 3 (thrower) failed: of the agent",
  ]);
  expect(of("of the step")).toHaveLength(4);
  for (const [what, where, times] of [
    ["of the agent", "thrownByAgent", 2],
    ["of the tool", "thrownByTool", 1],
    ["of the fallback", "thrownByFallback", 1],
    ["of the step", "thrownByStep", 4],
    ["of the workflow", "thrownByWorkflow", 1],
  ] as const) {
    expect(of(what), what).toHaveLength(times);
    for (const { stack, run } of of(what)) {
      expect(stack).toMatch(new RegExp(`^at ${where} .*stack\\.test\\.ts:\\d+:\\d+`, "u"));
      expect(stack).not.toContain(what);
      expect(run).toBe("r1");
    }
  }
  expect(of("of the step")[0]?.stack).toContain("caused by RangeError\nat thrownByStep");
  expect(of("of the subscription")[0]?.stack).toMatch(/^at thrownByMapping .*stack\.test\.ts/u);
  expect(of("it will not")).toEqual([]);
  expect(JSON.stringify(lines)).not.toContain("sk-below");
});

test("a stack is the frames of what was thrown, without packages, and nothing where there is none", () => {
  const error = new Error("two\n    at lines");
  error.stack = `Error: two\n    at lines\n    at inner (/a/node_modules/x/i.js:1:1)\n    at more (/a/node_modules/x/m.js:1:1)\n    at process (node:internal/process:1:1)\n    at async mine (file:///a/team.ts:7:9)`;
  expect(stackOf(error)).toEqual({ stack: "at inner (/a/node_modules/x/i.js:1:1)\nat async mine (file:///a/team.ts:7:9)" });
  expect([stackOf("text"), stackOf(undefined), stackOf({ stack: "x" })]).toEqual([{}, {}, {}]);
  const odd = new Error("odd");
  Object.defineProperty(odd, "stack", { get: () => thrownByStep() });
  expect(stackOf(odd)).toEqual({});
  const loop = new Error("loop");
  loop.cause = loop;
  expect(stackOf(loop).stack?.split("caused by")).toHaveLength(4);
});
