import { team, workflow } from "armada-mesh";
import { z } from "zod";

const Order = z.object({ order: z.number() });
export const orders = workflow({
  name: "orders",
  version: 1,
  input: Order,
  output: z.unknown(),
  search: ({ order }) => ({ order }),
  run: async (input, ctx) => {
    await ctx.step("check", () => input);
    return ctx.step("pack", () => input);
  },
});
export default team({ name: "depot", workflows: [orders] });
