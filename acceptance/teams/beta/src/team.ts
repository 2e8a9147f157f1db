import { agent, on, team, workflow } from "armada-mesh";
import { help, Poked, Text } from "./contract.ts";

const worker = agent({
  name: "worker",
  does: "takes its time",
  tier: "worker",
  input: Text,
  output: Text,
  run: async ({ input }) => {
    await new Promise((resolve) => setTimeout(resolve, 100));
    return input;
  },
});
const answer = workflow({ name: "answer", version: 1, input: Text, output: Text, run: async (input) => input });
const work = workflow({
  name: "work",
  version: 1,
  input: Text,
  output: Text,
  run: async (input, ctx) => ctx.ask(worker, await ctx.ask(worker, input)),
});

export default team({
  name: "beta",
  agents: [worker],
  workflows: [answer, work],
  provides: [help.by(answer)],
  subscriptions: [on(Poked).start(work, ({ data }) => data)],
});
