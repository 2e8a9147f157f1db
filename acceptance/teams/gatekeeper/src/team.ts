import { team, workflow } from "armada-mesh";
import { z } from "zod";

const Given = z.object({ approved: z.boolean(), by: z.string(), expired: z.boolean() });

const twice = workflow({
  name: "twice",
  version: 1,
  input: z.object({}),
  output: z.array(Given),
  run: async (_, ctx) => [
    await ctx.approval("first?", { within: "1h", otherwise: "fail" }),
    await ctx.approval("second?", { within: "1h", otherwise: "fail" }),
  ],
});
const once = workflow({
  name: "once",
  version: 1,
  input: z.object({ within: z.templateLiteral([z.number(), z.literal("s")]), otherwise: z.enum(["cancel", "fail", "continue"]) }),
  output: Given,
  run: ({ within, otherwise }, ctx) => ctx.approval("this?", { within, otherwise }),
});

export default team({ name: "gatekeeper", workflows: [twice, once] });
