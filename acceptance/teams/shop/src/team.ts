import { team, workflow } from "armada-mesh";
import { z } from "zod";
import { OrderPlaced } from "./contract.ts";

/** Orders that one message of a journal holds. */
const TOGETHER = 50;

const sell = workflow({
  name: "sell",
  version: 1,
  input: z.object({ first: z.number().int(), count: z.number().int() }),
  output: z.object({ sold: z.number() }),
  async run({ first, count }, ctx) {
    for (let at = 0; at < count; at += TOGETHER)
      await Promise.all(Array.from({ length: Math.min(TOGETHER, count - at) }, (_, i) => ctx.emit(OrderPlaced, { order: first + at + i })));
    return { sold: count };
  },
});

export default team({ name: "shop", workflows: [sell], emits: [OrderPlaced] });
