import { existsSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import type { Checkout } from "../harness/checkout.ts";

/** Tokens that an answer of the team's agents may have at most: with the prompt's it makes a call's ceiling. */
export const MAX_TOKENS = 400;
/** The same of the agent that uses them all up. */
const ESSAY_TOKENS = 2_000;
const ALWAYS = "00:00-24:00 UTC";

const FILES = {
  "package.json": JSON.stringify({
    name: "@armada/buyers",
    version: "0.1.0",
    private: true,
    type: "module",
    exports: { "./contract": "./src/contract.ts" },
  }),
  "src/main.ts": `import { serve } from "@armada/runtime";
import team from "./team.ts";

await serve(team);
`,
  "src/contract.ts": "export {};\n",
  "src/team.ts": `import { agent, team, tool, workflow } from "@armada/agents";
import { z } from "zod";

const Item = z.object({ item: z.string(), material: z.string().optional() });
const Price = z.object({ item: z.string(), cents: z.number() });

/** Agents that ask for one price each; they differ in how. */
const buyer = (name, how) =>
  agent({
    name,
    does: "asks for a price",
    tier: "worker",
    input: Item,
    output: Price,
    run: ({ input, model }) =>
      model.ask({
        task: "price",
        prompt: \`the price of \${input.item}\`,
        material: input.material === undefined ? [] : [{ name: "catalogue", text: input.material }],
        schema: how.schema ?? Price,
        maxTokens: ${MAX_TOKENS},
      }),
    ...how,
    limits: { timeout: "30s", attempts: 6, concurrency: 64, ...how.limits },
  });

/** Agents whose answers are as long as they may be: what they cost is near their ceilings. */
const essayist = (name, tier) => agent({
  name,
  does: "writes at length",
  tier,
  input: Item,
  output: Price,
  limits: { timeout: "5s", attempts: 12, concurrency: 2 },
  run: async ({ input, model }) => {
    const schema = z.object({ item: z.string(), text: z.string() });
    const { item, text } = await model.ask({ task: "essay", prompt: \`an essay on \${input.item}\`, material: [], schema, maxTokens: ${ESSAY_TOKENS} });
    return { item, cents: text.length };
  },
  fallback: ({ item }) => ({ item, cents: -1 }),
});

const agents = [
  essayist("essayist", "worker"),
  essayist("thinker", "orchestrator"),
  buyer("buyer", {}),
  buyer("planner", { tier: "orchestrator" }),
  buyer("modest", { fallback: ({ item }) => ({ item, cents: -1 }) }),
  buyer("saver", { cache: { ttl: "1h" } }),
  buyer("saver_schema", { cache: { ttl: "1h" }, schema: Price.extend({ note: z.string().optional() }) }),
  buyer("saver_tools", { cache: { ttl: "1h" }, tools: { look: tool({ input: Item, output: Item, effect: "read", run: (item) => item }) } }),
  buyer("joiner", { batch: { max: 10, within: "2s" } }),
  buyer("hasty", { batch: { max: 10, within: "2s" }, limits: { attempts: 1 }, fallback: ({ item }) => ({ item, cents: -1 }) }),
  buyer("patient", { lane: "batch", limits: { timeout: "1h", concurrency: 1_000 } }),
  buyer("nightly", { window: "${ALWAYS}" }),
];

/** Asks one agent for the price of each item, all at once or one after the other. */
const buy = workflow({
  name: "buy",
  version: 1,
  input: z.object({ agent: z.string(), items: z.array(z.string()), material: z.string().optional(), together: z.boolean().default(true) }),
  output: z.object({ prices: z.array(Price.nullable()) }),
  async run({ agent: name, items, material, together }, ctx) {
    const asked = agents.find((one) => one.name === name);
    const one = (item) => ctx.ask(asked, { item, ...(material === undefined ? {} : { material }) });
    if (together) return { prices: await Promise.all(items.map(one)) };
    const prices = [];
    for (const item of items) prices.push(await one(item));
    return { prices };
  },
});

export default team({ name: "buyers", agents, workflows: [buy] });
`,
};

/** Writes the team `buyers`, or one like it under another name, whose agents do nothing but ask models for prices (script `prices`). `window`: of the agent `nightly`. */
export function writeBuyers(copy: Checkout, window = ALWAYS, name = "buyers"): void {
  for (const [path, text] of Object.entries(FILES))
    copy.write(`services/${name}/${path}`, text.replace(ALWAYS, window).replace('"buyers"', `"${name}"`).replace("/buyers", `/${name}`));
  const link = join(copy.root, "node_modules/@armada", name);
  if (!existsSync(link)) symlinkSync(join(copy.root, "services", name), link);
}
