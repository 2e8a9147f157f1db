import { agent, on, team, workflow } from "armada-mesh";
import { z } from "zod";
import { Handed, Loads } from "./contract.ts";
import { NAME } from "./settings.ts";

const Load = z.object({ url: z.url(), load: z.string() });
const Carried = z.object({ load: z.string() });

/** One attempt, so that whatever is charged to it is seen. */
const carry = agent({
  name: "carry",
  does: "carries a load",
  tier: "worker",
  input: Load,
  output: Carried,
  limits: { attempts: 1, timeout: "10s" },
  run: async ({ input: { url, load }, signal }) => {
    const answer = await fetch(url, { method: "POST", body: `${NAME} ${load}`, signal });
    await answer.body?.cancel();
    if (!answer.ok) throw new Error(`the address answers ${answer.status}`);
    return { load };
  },
});

const haul = workflow({
  name: "haul",
  version: 1,
  input: Loads,
  output: z.object({ carried: z.int() }),
  run: async ({ url, round, loads }, ctx) => {
    for (let n = 1; n <= loads; n++) await ctx.ask(carry, { url, load: `${round}-${n}` });
    return { carried: loads };
  },
});

export default team({
  name: NAME,
  agents: [carry],
  workflows: [haul],
  subscriptions: [on(Handed).start(haul, (fact) => fact.data)],
});
