import { team, workflow } from "armada-mesh";
import { z } from "zod";

const loop = workflow({
  name: "loop",
  version: 1,
  input: z.object({ left: z.number(), each: z.number() }),
  output: z.object({ done: z.boolean() }),
  async run({ left, each }, ctx) {
    for (let i = 0; i < Math.min(left, each); i++) await ctx.step("count", () => i);
    return left > each ? ctx.continueAsNew({ left: left - each, each }) : { done: true };
  },
});

export default team({ name: "looper", workflows: [loop] });
