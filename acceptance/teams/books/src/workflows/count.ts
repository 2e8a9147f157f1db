import { agent, workflow } from "armada-mesh";
import { z } from "zod";
import { type Orders, orders } from "../read-models/orders.ts";

const Counted = z.object({ rows: z.number(), twice: z.number() });

/** Tells the read model as its replica has it. */
export const clerk = agent({
  name: "clerk",
  does: "counts the orders",
  tier: "worker",
  input: z.object({}),
  output: Counted,
  context: [orders],
  run: ({ context }) => {
    const times = Object.values(context.orders as Orders).flatMap((shelf) => Object.values(shelf));
    return { rows: times.length, twice: times.filter((n) => n !== 1).length };
  },
});

export const count = workflow({
  name: "count",
  version: 1,
  input: z.object({}),
  output: Counted,
  run: (input, ctx) => ctx.ask(clerk, input),
});
