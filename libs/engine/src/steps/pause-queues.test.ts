import { type Agent, agent } from "@armada/agents";
import { expect, test } from "vitest";
import { z } from "zod";
import { QueuePauses } from "./pause-queues.ts";

const Note = z.object({ note: z.string() });
const base = {
  name: "clerk",
  does: "files",
  tier: "worker",
  input: Note,
  output: Note,
  run: ({ input }: { input: { note: string } }) => input,
} as const;
const queues = { agents: ["do_clerk_a", "bulk_clerk_a", "do_guard_a"].map((name) => ({ name, agent: name.split("_")[1] ?? "" })) };
const until = "2026-01-01T00:01:00.000Z";
const end = Date.parse(until);
const open = { status: "open", until, opened: 1 } as const;
const closed = { status: "closed", until, opened: 1 } as const;

const clerk = (fallback: boolean): Agent =>
  agent({ ...base, ...(fallback ? { fallback: (input: { note: string }) => input } : {}) }) as unknown as Agent;

const pausesOf = (agent: Agent, pause: (queue: string, at: number) => unknown): QueuePauses =>
  new QueuePauses({ pause: async (queue, at) => void pause(queue, at) }, queues, new Map([[agent.name, agent]]));

test.each([
  ["open", open, false, false, end],
  ["closed, until when its calls are not looked at", closed, false, false, 0],
  ["open, with a fallback that its agent got meanwhile, as its replica starts", open, true, true, 0],
  ["open, as its replica starts", open, false, true, end],
])("the queues of an agent whose breaker is %s", async (_, state, fallback, starting, wanted) => {
  const told: [string, number][] = [];
  await pausesOf(clerk(fallback), (queue, at) => told.push([queue, at])).breaker("clerk", state, { starting });
  expect(told).toEqual([
    ["do_clerk_a", wanted],
    ["bulk_clerk_a", wanted],
  ]);
});

test("where a fallback answers nothing is paused", async () => {
  const told: string[] = [];
  const pauses = pausesOf(clerk(true), (queue) => told.push(queue));
  await pauses.breaker("clerk", open, { starting: false });
  await pauses.isolation("clerk", end, { starting: false });
  expect(told).toEqual([]);
});

test("they stand still until both its breaker and its isolation are over, in the order in which that became so", async () => {
  const told: number[] = [];
  const pauses = pausesOf(clerk(false), (queue, at) => queue === "do_clerk_a" && told.push(at));
  await Promise.all([
    pauses.isolation("clerk", end + 1_000, { starting: false }),
    pauses.breaker("clerk", open, { starting: false }),
    pauses.isolation("clerk", 0, { starting: false }),
    pauses.breaker("clerk", closed, { starting: false }),
  ]);
  expect(told.at(-1)).toBe(0);
  await pauses.breaker("clerk", open, { starting: false });
  await pauses.isolation("clerk", end - 1_000, { starting: false });
  await pauses.breaker("clerk", closed, { starting: false });
  expect(told.slice(-3)).toEqual([end, end, end - 1_000]);
});
