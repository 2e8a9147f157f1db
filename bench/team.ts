import { agent, type Team, team, workflow } from "@armada/agents";
import { allQueues, queuesOf, sourcesOf } from "@armada/engine";
import type { TeamTopology } from "@armada/nats";
import { z } from "zod";

/** Runs in flight in the rows that measure throughput. */
export const IN_FLIGHT = 64;
export const WIDTH = 10;
export const ROUTE = "worker-a";

const Text = z.object({ text: z.string() });
const TEXT = "a body of about the size that a step's result has when large values are kept in the object store, as they are ".repeat(2);

/** When each agent call began; for the rows that look at single steps. */
export const calls: number[] = [];

const worker = agent({
  name: "worker",
  does: "answers with what it was asked",
  tier: "worker",
  input: Text,
  output: Text,
  limits: { concurrency: IN_FLIGHT },
  run: ({ input }) => {
    calls.push(performance.now());
    return input;
  },
});

const Steps = z.object({ steps: z.number().int() });

/** One dispatched step after the other. */
const chain = workflow({
  name: "chain",
  version: 1,
  input: Steps,
  output: Steps,
  run: async ({ steps }, ctx) => {
    for (let i = 0; i < steps; i++) await ctx.ask(worker, { text: TEXT });
    return { steps };
  },
});

const inline = workflow({
  name: "inline",
  version: 1,
  input: Steps,
  output: Steps,
  run: async ({ steps }, ctx) => {
    for (let i = 0; i < steps; i++) await ctx.step("inline", () => ({ text: TEXT }));
    return { steps };
  },
});

/** `steps` fan-outs of ten, each joined before the next. */
const fan = workflow({
  name: "fan",
  version: 1,
  input: Steps,
  output: Steps,
  run: async ({ steps }, ctx) => {
    for (let i = 0; i < steps; i++) await Promise.all(Array.from({ length: WIDTH }, () => ctx.ask(worker, { text: TEXT })));
    return { steps };
  },
});

/** The same team under the name of each side: subjects of the same length. */
export function benchTeam(name: string): Team {
  return team({ name, agents: [worker], workflows: [chain, inline, fan] });
}

export function topology(of: Team): TeamTopology {
  return { team: of.name, queues: allQueues(queuesOf(of)), sources: sourcesOf(of) };
}
