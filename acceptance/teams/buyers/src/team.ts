import { agent, type Limits, team, tool, workflow } from "armada-mesh";
import { z } from "zod";
import { NAME, WINDOW } from "./settings.ts";

/** Tokens that an answer of the team's agents may have at most: with the prompt's it makes a call's ceiling. */
const MAX_TOKENS = 400;
/** The same of the agents that use them all up. */
const ESSAY_TOKENS = 2_000;

const Item = z.object({ item: z.string(), material: z.string().optional() });
const Price = z.object({ item: z.string(), cents: z.number() });
type Item = z.infer<typeof Item>;
type Price = z.infer<typeof Price>;

type How = Partial<Pick<Parameters<typeof agent<Item, Price>>[0], "tier" | "cache" | "batch" | "lane" | "window" | "fallback">> & {
  readonly schema?: z.ZodType<Price>;
  readonly limits?: Limits;
  readonly tools?: { readonly look?: typeof look };
};
const look = tool({ input: Item, output: Item, effect: "read", run: (item) => item });
const dear = ({ item }: Item): Price => ({ item, cents: -1 });

/** Agents that ask for one price each; they differ in how. However often their provider fails, all of them go on to ask. */
const buyer = (name: string, { schema = Price, tools = {}, limits, ...how }: How = {}) =>
  agent({
    name,
    does: "asks for a price",
    tier: "worker",
    input: Item,
    output: Price,
    run: ({ input, model }) =>
      model.ask({
        task: "price",
        prompt: `the price of ${input.item}`,
        material: input.material === undefined ? [] : [{ name: "catalogue", text: input.material }],
        schema,
        maxTokens: MAX_TOKENS,
      }),
    ...how,
    tools,
    limits: { timeout: "30s", attempts: 6, concurrency: 64, breaker: false, ...limits },
  });

/** Agents whose answers are as long as they may be: what they cost is near their ceilings. */
const essayist = (name: string, tier: "worker" | "orchestrator") =>
  agent({
    name,
    does: "writes at length",
    tier,
    input: Item,
    output: Price,
    limits: { timeout: "5s", attempts: 12, concurrency: 2, breaker: false },
    run: async ({ input, model }) => {
      const schema = z.object({ item: z.string(), text: z.string() });
      const { item, text } = await model.ask({
        task: "essay",
        prompt: `an essay on ${input.item}`,
        material: [],
        schema,
        maxTokens: ESSAY_TOKENS,
      });
      return { item, cents: text.length };
    },
    fallback: dear,
  });

const agents = [
  essayist("essayist", "worker"),
  essayist("thinker", "orchestrator"),
  buyer("buyer"),
  buyer("planner", { tier: "orchestrator" }),
  buyer("modest", { fallback: dear }),
  buyer("saver", { cache: { ttl: "1h" } }),
  buyer("saver_schema", { cache: { ttl: "1h" }, schema: Price.extend({ note: z.string().optional() }) }),
  buyer("saver_tools", { cache: { ttl: "1h" }, tools: { look } }),
  buyer("joiner", { batch: { max: 10, within: "2s" } }),
  buyer("hasty", { batch: { max: 10, within: "2s" }, limits: { attempts: 1 }, fallback: dear }),
  buyer("patient", { lane: "batch", limits: { timeout: "1h", concurrency: 1_000 } }),
  buyer("nightly", { window: WINDOW }),
];

/** Asks one agent for the price of each item, all at once or one after the other. */
const buy = workflow({
  name: "buy",
  version: 1,
  input: z.object({ agent: z.string(), items: z.array(z.string()), material: z.string().optional(), together: z.boolean().default(true) }),
  output: z.object({ prices: z.array(Price.nullable()) }),
  async run({ agent: name, items, material, together }, ctx) {
    const asked = agents.find((one) => one.name === name);
    if (asked === undefined) throw new Error(`there is no agent ${name}`);
    const one = (item: string): Promise<Price> => ctx.ask(asked, { item, ...(material === undefined ? {} : { material }) });
    if (together) return { prices: await Promise.all(items.map(one)) };
    const prices: Price[] = [];
    for (const item of items) prices.push(await one(item));
    return { prices };
  },
});

export default team({ name: NAME, agents, workflows: [buy] });
