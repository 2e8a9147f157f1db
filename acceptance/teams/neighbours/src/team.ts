import { setTimeout as sleep } from "node:timers/promises";
import { agent, on, team, workflow } from "armada-mesh";
import { z } from "zod";
import { Visit, Visited } from "./contract.ts";

const Round = z.object({ round: z.int() });

const greet = agent({
  name: "greet",
  does: "greets a neighbour",
  tier: "worker",
  input: Round,
  output: Round,
  run: async ({ input }) => {
    await sleep(20);
    return input;
  },
});

const visit = workflow({
  name: "visit",
  version: 1,
  input: Visit,
  output: Round,
  run: async (_, ctx) => {
    for (let round = 1; round < 3; round++) await ctx.ask(greet, { round });
    return ctx.ask(greet, { round: 3 });
  },
});

export default team({
  name: "neighbours",
  agents: [greet],
  workflows: [visit],
  subscriptions: [on(Visited).start(visit, (fact) => fact.data)],
});
