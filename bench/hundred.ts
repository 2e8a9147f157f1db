import { agent, type Team, team, workflow } from "@armada/agents";
import { z } from "zod";

const Summary = z.object({ text: z.string() });

const agents = Array.from({ length: 100 }, (_, i) =>
  agent({
    name: `agent_${i}`,
    does: "sums up what it is given",
    tier: "worker",
    input: Summary,
    output: Summary,
    run: ({ input, model }) =>
      model.ask({ task: "summarize", material: [{ name: "given", text: input.text }], params: { sentences: 1 }, schema: Summary }),
  }),
);
const [first] = agents;

/** Asks one agent: the local model loads its language data at the first call. */
const ask = workflow({
  name: "ask",
  version: 1,
  input: z.object({ text: z.string() }),
  output: Summary,
  run: async ({ text }, ctx) => (first === undefined ? { text } : await ctx.ask(first, { text })),
});

/** A team of a hundred agents. */
export const hundred: Team = team({ name: "hundred", agents, workflows: [ask] });
