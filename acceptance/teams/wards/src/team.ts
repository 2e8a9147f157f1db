import { setTimeout as sleep } from "node:timers/promises";
import { agent, on, team, workflow } from "armada-mesh";
import { z } from "zod";
import { Admitted, Patient, States } from "./contract.ts";

const Seen = z.object({ patient: z.string() });
const Left = z.object({ rounds: z.int() });

/** None of these says anything of its limits. */
const ill = {
  well: async () => sleep(20),
  throws: () => {
    throw new Error("this one always throws");
  },
  garbles: () => ({ patience: 0 }),
  hangs: () => new Promise(() => undefined),
  loops: () => {
    for (;;);
  },
  leaks: async () => {
    for (const kept: number[][] = []; ; await sleep(1)) kept.push(Array.from({ length: 1_000_000 }, (_, n) => n + kept.length));
  },
  exits: () => process.exit(3),
} satisfies Record<z.infer<typeof Patient>["state"], () => unknown>;

const agents = new Map(
  States.map((state) => [
    state,
    agent({
      name: state,
      does: `is asked by patients of the state ${state}`,
      tier: "worker",
      input: Seen,
      output: Left,
      run: async () => ((await ill[state]()) ?? { rounds: 1 }) as z.infer<typeof Left>,
    }),
  ]),
);

const treat = workflow({
  name: "treat",
  version: 1,
  input: Patient,
  output: Left,
  run: async ({ state }, ctx) => {
    const one = agents.get(state);
    if (one === undefined) throw new Error(`no agent for ${state}`);
    for (let round = 1; round <= 3; round++) await ctx.ask(one, { patient: `${ctx.run.id}-${round}` });
    return { rounds: 3 };
  },
});

export default team({
  name: "wards",
  agents: [...agents.values()],
  workflows: [treat],
  subscriptions: [on(Admitted).start(treat, (fact) => fact.data)],
});
