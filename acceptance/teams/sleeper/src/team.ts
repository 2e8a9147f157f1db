import { team, workflow } from "armada-mesh";
import { z } from "zod";

const nap = workflow({
  name: "nap",
  version: 1,
  input: z.object({}),
  output: z.object({ slept: z.boolean() }),
  async run(_input, ctx) {
    await ctx.sleep("10s");
    return { slept: true };
  },
});

export default team({ name: "sleeper", workflows: [nap] });
