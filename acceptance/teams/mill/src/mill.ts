import { agent, on, type Team, team, tool, workflow } from "armada-mesh";
import { z } from "zod";
import { Delivered, Sack } from "./contract.ts";

const tell = tool({
  effect: "write",
  input: z.object({ url: z.url(), what: z.string() }),
  output: z.object({ status: z.int() }),
  run: async ({ url, what }, { signal }) => {
    const { status, body } = await fetch(url, { method: "POST", body: what, signal });
    await body?.cancel();
    return { status };
  },
});
const limits = { attempts: 2, timeout: "10s", breaker: false } as const;
const coded = (code: string, message: string): Error => Object.assign(new Error(message), { code });

/** The team; `mended`: it grinds stones too. */
export function mill(mended: boolean): Team {
  const grind = agent({
    name: "grind",
    does: "grinds a sack",
    tier: "worker",
    input: Sack,
    output: Sack,
    tools: { tell },
    limits,
    run: async ({ input, tools }) => {
      const { url, sack, holds } = input;
      await tools.tell({ url, what: `weighed ${sack}` });
      if (holds === "nothing") throw coded("EMPTY_SACK", `there is nothing in ${sack}`);
      if (holds === "stones" && !mended) throw coded("STONES_IN_SACK", `there are stones in ${sack}`);
      return input;
    },
  });
  const ship = agent({
    name: "ship",
    does: "ships the flour of a sack",
    tier: "worker",
    input: Sack,
    output: z.object({ shipped: z.string() }),
    tools: { tell },
    limits,
    run: async ({ input: { url, sack }, tools }) => {
      await tools.tell({ url, what: `shipped ${sack}` });
      return { shipped: sack };
    },
  });
  const process = workflow({
    name: "process",
    version: 1,
    input: Sack,
    output: z.object({ shipped: z.string() }),
    run: async (sack, ctx) => ctx.ask(ship, await ctx.ask(grind, sack)),
  });
  const takenIn = (sack: z.infer<typeof Sack>): z.infer<typeof Sack> => {
    if (sack.holds === "rubble" && !mended) throw new Error(`${sack.sack} does not fit through the door`);
    return sack;
  };
  return team({
    name: "mill",
    agents: [grind, ship],
    workflows: [process],
    subscriptions: [on(Delivered).start(process, ({ data }) => takenIn(data))],
  });
}
