import { existsSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import type { Checkout } from "../harness/checkout.ts";

/** Orders that one message of a journal holds. */
const TOGETHER = 50;

const PACKAGE = (name: string): string =>
  JSON.stringify({
    name: `@armada/${name}`,
    version: "0.1.0",
    private: true,
    type: "module",
    exports: { "./contract": "./src/contract.ts" },
  });
const MAIN = `import { serve } from "@armada/runtime";
import team from "./team.ts";

await serve(team);
`;

const SHOP = {
  "package.json": PACKAGE("shop"),
  "src/main.ts": MAIN,
  "src/contract.ts": `import { event } from "@armada/contracts";
import { z } from "zod";

export const OrderPlaced = event("shop.order.placed", {
  version: 1,
  id: (data) => String(data.order),
  data: z.object({ order: z.number().int() }),
});
`,
  "src/team.ts": `import { team, workflow } from "@armada/agents";
import { z } from "zod";
import { OrderPlaced } from "./contract.ts";

const sell = workflow({
  name: "sell",
  version: 1,
  input: z.object({ first: z.number().int(), count: z.number().int() }),
  output: z.object({ sold: z.number() }),
  async run({ first, count }, ctx) {
    for (let at = 0; at < count; at += ${TOGETHER})
      await Promise.all(Array.from({ length: Math.min(${TOGETHER}, count - at) }, (_, i) => ctx.emit(OrderPlaced, { order: first + at + i })));
    return { sold: count };
  },
});

export default team({ name: "shop", workflows: [sell], emits: [OrderPlaced] });
`,
};

const BOOKS = {
  "package.json": PACKAGE("books"),
  "src/main.ts": MAIN,
  "src/read-models/orders.ts": `import { fold, readModel } from "@armada/agents";
import { OrderPlaced } from "@armada/shop/contract";

/** How often each order was folded, by shelf and order. */
export type Orders = Readonly<Record<string, Readonly<Record<string, number>>>>;

export const orders = readModel<Orders>({
  name: "orders",
  version: 1,
  initial: () => ({}),
  folds: [
    fold(OrderPlaced, (shelves, { data: { order } }) => {
      const shelf = String(order % 100);
      const held = shelves[shelf] ?? {};
      return { ...shelves, [shelf]: { ...held, [order]: (held[order] ?? 0) + 1 } };
    }),
  ],
});
`,
  "src/workflows/file.ts": `import { workflow } from "@armada/agents";
import { z } from "zod";

export const file = workflow({
  name: "file",
  version: 1,
  input: z.object({ order: z.number().int() }),
  output: z.object({ filed: z.number() }),
  run: async ({ order }) => ({ filed: order }),
});
`,
  "src/workflows/count.ts": `import { agent, workflow } from "@armada/agents";
import { z } from "zod";
import { orders, type Orders } from "../read-models/orders.ts";

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
    const times = Object.values(context["orders"] as Orders).flatMap((shelf) => Object.values(shelf));
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
`,
};

/** The subscribing team's definition: `none` of the other's facts, or a read model and a subscription from a place on. */
export type Subscribed = "none" | "now" | "beginning";

/** Writes the teams `shop`, which places orders, and `books`, which does not know of them yet. */
export function writeTeams(copy: Checkout): void {
  for (const [name, files] of Object.entries({ shop: SHOP, books: BOOKS })) {
    for (const [path, text] of Object.entries(files)) copy.write(`services/${name}/${path}`, text);
    const link = join(copy.root, "node_modules/@armada", name);
    if (!existsSync(link)) symlinkSync(join(copy.root, "services", name), link);
  }
  subscribe(copy, "none");
}

/** Edits the subscriber's `team.ts`. */
export function subscribe(copy: Checkout, what: Subscribed): void {
  const none = what === "none";
  const from = what === "beginning" ? ', { from: "beginning" }' : "";
  copy.write(
    "services/books/src/team.ts",
    `import { ${none ? "" : "on, "}team } from "@armada/agents";
${none ? "" : 'import { OrderPlaced } from "@armada/shop/contract";\nimport { orders } from "./read-models/orders.ts";\nimport { clerk, count } from "./workflows/count.ts";\n'}import { file } from "./workflows/file.ts";

export default team({
  name: "books",
  workflows: [file${none ? "" : ", count"}],
${none ? "" : `  agents: [clerk],\n  readModels: [orders],\n  subscriptions: [on(OrderPlaced).start(file, (order) => order.data${from})],\n`}});
`,
  );
}
