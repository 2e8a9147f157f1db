import { agent, team, workflow } from "armada-mesh";
import { z } from "zod";
import { frugal } from "./frugal.ts";

const Price = z.object({ item: z.string(), cents: z.number() });
const asker = (name: string, how: object) =>
  agent({
    name,
    does: "asks for a price",
    tier: "worker",
    input: z.object({}),
    output: Price,
    run: ({ model }) => model.ask({ task: "price", prompt: "the price of tea", material: [], schema: Price, maxTokens: 100 }),
    ...how,
  });
const agents = { frugal: asker("frugal", frugal), usual: asker("usual", {}) };
const spend = workflow({
  name: "spend",
  version: 1,
  input: z.object({ agent: z.enum(["frugal", "usual"]) }),
  output: Price,
  run: ({ agent }, ctx) => ctx.ask(agents[agent], {}),
});

export default team({ name: "spender", agents: Object.values(agents), workflows: [spend] });
