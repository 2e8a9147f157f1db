import { agent, team, workflow } from "armada-mesh";
import { z } from "zod";

const Text = z.object({ text: z.string() });
const clerk = agent({
  name: "clerk",
  does: "copies",
  tier: "worker",
  input: Text,
  output: Text,
  limits: { concurrency: 32 },
  run: ({ input }) => input,
});
const copy = workflow({ name: "copy", version: 1, input: Text, output: Text, run: (input, ctx) => ctx.ask(clerk, input) });

export default team({ name: "clerks", agents: [clerk], workflows: [copy] });
