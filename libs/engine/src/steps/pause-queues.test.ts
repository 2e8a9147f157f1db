import { type Agent, agent } from "@armada/agents";
import { expect, test } from "vitest";
import { z } from "zod";
import { pauseQueues } from "./pause-queues.ts";

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

test.each([
  ["open", open, false, false, end],
  ["closed, until when its calls are not looked at", closed, false, false, 0],
  ["open, with a fallback that its agent got meanwhile, as its replica starts", open, true, true, 0],
  ["open, as its replica starts", open, false, true, end],
])("the queues of an agent whose breaker is %s", async (_, state, fallback, starting, wanted) => {
  const told: [string, number][] = [];
  await pauseQueues({ pause: async (queue, at) => void told.push([queue, at]) }, queues, clerk(fallback), state, { starting });
  expect(told).toEqual([
    ["do_clerk_a", wanted],
    ["bulk_clerk_a", wanted],
  ]);
});

test("where a fallback answers nothing is paused", async () => {
  const pause = (): Promise<void> => Promise.reject(new Error("paused"));
  await pauseQueues({ pause }, queues, clerk(true), open, { starting: false });
});
