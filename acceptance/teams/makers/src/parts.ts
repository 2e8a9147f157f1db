import { agent, fold, readModel, workflow } from "armada-mesh";
import { event } from "armada-mesh/contracts";
import { z } from "zod";

const Thing = z.object({ id: z.string() });
const Count = z.object({ count: z.number() });

export const Made = event("makers.thing.made", { version: 1, id: (data) => data.id, data: Thing });
export const things = readModel({
  name: "things",
  version: 1,
  initial: () => ({ count: 0 }),
  folds: [fold(Made, (state: { count: number }) => ({ count: state.count + 1 }))],
});
export const helper = agent({
  name: "helper",
  does: "helps",
  tier: "worker",
  input: Thing,
  output: Count,
  context: [things],
  run: ({ context }) => ({ count: context.things.count }),
});
export const ask = workflow({
  name: "ask",
  version: 1,
  input: Thing,
  output: Count,
  run: async (input, ctx) => {
    await ctx.emit(Made, input);
    return ctx.ask(helper, input);
  },
});
