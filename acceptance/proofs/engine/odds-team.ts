import { existsSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { type Checkout, copyCheckout } from "../harness/checkout.ts";
import { type OutsideEvent, sendEvents } from "../harness/gateway-events.ts";
import { type MeshFile, type Place, place, until, up } from "../harness/product.ts";
import { journalsOf } from "../judges/journals.ts";
import { readTeam, type StoredEvent } from "../judges/streams.ts";

const FILES = {
  "package.json": JSON.stringify({
    name: "@armada/odds",
    version: "0.1.0",
    private: true,
    type: "module",
    exports: { "./contract": "./src/contract.ts" },
  }),
  "src/main.ts": `import { serve } from "@armada/runtime";
import team from "./team.ts";

await serve(team);
`,
  "src/contract.ts": `import { external } from "@armada/contracts";
import { z } from "zod";

export const Poked = external("com.example.odds.poked", { id: (data) => data.id, data: z.object({ id: z.string(), k: z.number() }) });
`,
  "src/team.ts": `import { agent, team, workflow } from "@armada/agents";
import { z } from "zod";
import { Poked } from "./contract.ts";

const Id = z.object({ id: z.string() });
const Got = z.object({ got: z.array(z.number()) });
const Any = z.looseObject({});
const Long = "y".repeat(3_000_000);

const twice = workflow({
  name: "twice",
  version: 1,
  input: Id,
  output: Got,
  async run({ id }, ctx) {
    const first = await ctx.waitFor(Poked, { id, within: "1h" });
    const second = await ctx.waitFor(Poked, { id, within: "1h" });
    return { got: [first.k, second.k] };
  },
});
const again = workflow({
  name: "again",
  version: 1,
  input: Id,
  output: Got,
  async run({ id }, ctx) {
    for (let round = 1; ; round++) {
      const poked = await ctx.waitFor(Poked, { id, within: round === 1 ? "2s" : "1h" }).catch(() => undefined);
      if (poked !== undefined) return { got: [round, poked.k] };
    }
  },
});
const counter = workflow({
  name: "counter",
  version: 1,
  input: Id.extend({ left: z.number(), got: z.array(z.number()) }),
  output: Got,
  async run({ id, left, got }, ctx) {
    const { k } = await ctx.waitFor(Poked, { id, within: "30s" });
    return left <= 1 ? { got: [...got, k] } : ctx.continueAsNew({ id, left: left - 1, got: [...got, k] });
  },
});
const behind = workflow({
  name: "behind",
  version: 1,
  input: Id,
  output: Got,
  async run({ id }, ctx) {
    const { k } = await ctx.waitFor(Poked, { id, since: "2000-01-01T00:00:00Z", within: "30s" });
    return { got: [k] };
  },
});
const dated = workflow({
  name: "dated",
  version: 1,
  input: Any,
  output: Any,
  async run(_input, ctx) {
    const v = (await ctx.step("v", () => ({ at: new Date(0), und: undefined, list: [undefined] }))) as unknown as Record<string, unknown>;
    await ctx.sleep("6s");
    return { at: v["at"] instanceof Date ? "Date" : typeof v["at"], keys: Object.keys(v).join(), list: JSON.stringify(v["list"]) };
  },
});
const mapped = workflow({
  name: "mapped",
  version: 1,
  input: Any,
  output: Any,
  async run(_input, ctx) {
    await ctx.step("v", () => ({ at: new Date(0), map: new Map([["a", 1]]) }));
    return {};
  },
});
const big = workflow({
  name: "big",
  version: 1,
  input: Any,
  output: Any,
  run: async (_input, ctx) => ({ n: String((await ctx.step("v", () => ({ n: 10n }))).n) }),
});
const thrower = agent({
  name: "thrower",
  does: "throws a long error",
  tier: "worker",
  input: Any,
  output: Any,
  limits: { attempts: 2 },
  run: () => {
    throw new Error(Long);
  },
});
const thrown = workflow({
  name: "thrown",
  version: 1,
  input: z.object({ by: z.enum(["agent", "step", "workflow"]) }),
  output: Any,
  run: async ({ by }, ctx) => {
    if (by === "agent") return ctx.ask(thrower, {});
    if (by === "workflow") throw new Error(Long);
    return ctx.step("v", () => {
      throw new Error(Long);
    });
  },
});

export default team({
  name: "odds",
  agents: [thrower],
  workflows: [twice, again, counter, behind, dated, mapped, big, thrown],
  awaits: [Poked],
});
`,
};

/** A mesh with the team `odds`, whose workflows are the plain programs of cases. */
export type Odds = AsyncDisposable & {
  readonly at: Place;
  mesh(): MeshFile;
  /** Sends `poked` events of one id, in one batch. */
  poke(id: string, ks: readonly number[]): Promise<void>;
  /** All events of a run's journal. */
  journal(run: string): Promise<readonly StoredEvent[]>;
  /** What the run ended with, within `deadline` ms. */
  ended(run: string, deadline?: number): Promise<Ended>;
};

const Ended = z.looseObject({
  status: z.string(),
  output: z.unknown().optional(),
  failure: z.looseObject({ code: z.string(), message: z.string() }).optional(),
});
export type Ended = z.infer<typeof Ended>;

/** How long the mesh stays up for a case that comes next, ms. */
const LINGER_MS = 1_000;
let shared: { readonly odds: Promise<Odds>; users: number; end?: NodeJS.Timeout } | undefined;

/** Cases that follow each other use one mesh; it ends with the last. */
export async function useOdds(): Promise<Odds> {
  shared ??= { odds: start(), users: 0 };
  const mine = shared;
  clearTimeout(mine.end);
  mine.users++;
  const leave = async (): Promise<void> => {
    if (--mine.users > 0) return;
    mine.end = setTimeout(() => {
      shared = undefined;
      void mine.odds.then((odds) => odds[Symbol.asyncDispose]());
    }, LINGER_MS);
  };
  try {
    return { ...(await mine.odds), [Symbol.asyncDispose]: leave };
  } catch (error) {
    shared = undefined;
    throw error;
  }
}

async function start(): Promise<Odds> {
  const copy = copyCheckout();
  writeOdds(copy);
  const at = place({}, copy.root);
  const running = await up(["--only", "odds,gateway"], at);
  const mesh = running.mesh;
  const journal = async (run: string): Promise<readonly StoredEvent[]> =>
    journalsOf("odds", await readTeam("odds", mesh())).get(run)?.events ?? [];
  let sent = 0;
  return {
    at,
    mesh,
    journal,
    poke: async (id, ks) => {
      const events = ks.map((k): OutsideEvent => ({ id: `${id}-${++sent}`, type: "com.example.odds.poked", data: { id, k } }));
      await sendEvents(mesh(), events);
    },
    ended: (run, deadline = 20_000) =>
      until(`run ${run} to end`, deadline, async () => {
        const end = (await journal(run)).find(({ type }) => type === "armada.run.ended");
        return end === undefined ? undefined : Ended.parse(end.data);
      }),
    [Symbol.asyncDispose]: async () => {
      await running.stop();
      at[Symbol.dispose]();
      copy[Symbol.dispose]();
    },
  };
}

function writeOdds(copy: Checkout): void {
  for (const [path, text] of Object.entries(FILES)) copy.write(`services/odds/${path}`, text);
  const link = join(copy.root, "node_modules/@armada/odds");
  if (!existsSync(link)) symlinkSync(join(copy.root, "services/odds"), link);
}
