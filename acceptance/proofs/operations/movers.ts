import { existsSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import type { Checkout } from "../harness/checkout.ts";

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

/** States what it is told to. */
const HERALD = {
  "package.json": PACKAGE("herald"),
  "src/main.ts": MAIN,
  "src/contract.ts": `import { event } from "@armada/contracts";
import { z } from "zod";

const about = { version: 1, id: (data: { id: string }) => data.id } as const;
export const Opened = event("herald.thing.opened", { ...about, data: z.object({ id: z.string() }) });
export const Closed = event("herald.thing.closed", { ...about, data: z.object({ id: z.string() }) });
export const Told = event("herald.thing.told", { ...about, data: z.object({ id: z.string() }) });
export const Rested = event("herald.thing.rested", { ...about, data: z.object({ id: z.string(), ms: z.number() }) });
`,
  "src/team.ts": `import { team, workflow } from "@armada/agents";
import { z } from "zod";
import { Closed, Opened, Rested, Told } from "./contract.ts";

const ids = z.array(z.string()).default([]);
const say = workflow({
  name: "say",
  version: 1,
  input: z.object({ opened: ids, closed: ids, told: ids, rested: z.array(z.object({ id: z.string(), ms: z.number() })).default([]) }),
  output: z.object({ said: z.number() }),
  async run({ opened, closed, told, rested }, ctx) {
    await Promise.all([
      ...opened.map((id) => ctx.emit(Opened, { id })),
      ...closed.map((id) => ctx.emit(Closed, { id })),
      ...told.map((id) => ctx.emit(Told, { id })),
      ...rested.map((one) => ctx.emit(Rested, one)),
    ]);
    return { said: opened.length + closed.length + told.length + rested.length };
  },
});

export default team({ name: "herald", workflows: [say], emits: [Opened, Closed, Told, Rested] });
`,
};

/** Holds runs open, sleeps, notes what it is told, and counts that. */
const KEEPER = {
  "package.json": PACKAGE("keeper"),
  "src/main.ts": MAIN,
  "src/contract.ts": `import { event } from "@armada/contracts";
import { z } from "zod";

export const Noted = event("keeper.thing.noted", { version: 1, id: (data) => data.id, data: z.object({ id: z.string() }) });
`,
  "src/team.ts": `import { agent, fold, on, readModel, team, workflow } from "@armada/agents";
import { Closed, Opened, Rested, Told } from "@armada/herald/contract";
import { z } from "zod";
import { Noted } from "./contract.ts";

const Id = z.object({ id: z.string() });
const Times = z.record(z.string(), z.number());
/** How often each was folded. */
const heard = readModel<Readonly<Record<string, number>>>({
  name: "heard",
  version: 1,
  initial: () => ({}),
  folds: [fold(Told, (times, { data: { id } }) => ({ ...times, [id]: (times[id] ?? 0) + 1 }))],
});
const clerk = agent({
  name: "clerk",
  does: "tells what was heard",
  tier: "worker",
  input: z.object({}),
  output: Times,
  context: [heard],
  run: ({ context }) => Times.parse(context["heard"]),
});
const hold = workflow({
  name: "hold",
  version: 1,
  input: Id,
  output: Id,
  run: async ({ id }, ctx) => {
    await ctx.waitFor(Closed, { id, within: "1d" });
    return { id };
  },
});
const rest = workflow({
  name: "rest",
  version: 1,
  input: z.object({ id: z.string(), ms: z.number() }),
  output: Id,
  run: async ({ id, ms }, ctx) => {
    await ctx.sleep(\`\${ms}ms\`);
    return { id };
  },
});
const note = workflow({
  name: "note",
  version: 1,
  input: Id,
  output: Id,
  run: async ({ id }, ctx) => {
    await ctx.emit(Noted, { id });
    return { id };
  },
});
const count = workflow({ name: "count", version: 1, input: z.object({}), output: Times, run: (input, ctx) => ctx.ask(clerk, input) });

export default team({
  name: "keeper",
  agents: [clerk],
  workflows: [hold, rest, note, count],
  readModels: [heard],
  subscriptions: [
    on(Opened).start(hold, ({ data }) => data),
    on(Rested).start(rest, ({ data }) => data),
    on(Told).start(note, ({ data }) => data),
  ],
  awaits: [Closed],
  emits: [Noted],
});
`,
};

export const TEAMS = ["herald", "keeper"] as const;

/** Writes `herald`, which states facts, and `keeper`, which waits, sleeps and notes by them. */
export function writeMovers(copy: Checkout): void {
  for (const [name, files] of Object.entries({ herald: HERALD, keeper: KEEPER })) {
    for (const [path, text] of Object.entries(files)) copy.write(`services/${name}/${path}`, text);
    const link = join(copy.root, "node_modules/@armada", name);
    if (!existsSync(link)) symlinkSync(join(copy.root, "services", name), link);
  }
}
