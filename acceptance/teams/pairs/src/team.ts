import { setTimeout as sleep } from "node:timers/promises";
import { agent, team, workflow } from "armada-mesh";
import { z } from "zod";
import { CONCURRENCY } from "./settings.ts";

/** Both branches of a join end at one instant, which its run gives them. */
const side = (name: string) =>
  agent({
    name,
    does: "waits for an instant",
    tier: "worker",
    input: z.object({ at: z.number() }),
    output: z.object({ pid: z.number() }),
    limits: { concurrency: CONCURRENCY },
    run: async ({ input }) => {
      await sleep(Math.max(0, input.at - Date.now()));
      return { pid: process.pid };
    },
  });
const left = side("left");
const right = side("right");
const many = workflow({
  name: "many",
  version: 1,
  input: z.object({ joins: z.number() }),
  output: z.object({ apart: z.number() }),
  async run({ joins }, ctx) {
    let apart = 0;
    for (let i = 0; i < joins; i++) {
      const at = ctx.now() + 60;
      const [one, two] = await Promise.all([ctx.ask(left, { at }), ctx.ask(right, { at })]);
      if (one.pid !== two.pid) apart++;
    }
    return { apart };
  },
});

export default team({ name: "pairs", agents: [left, right], workflows: [many] });
