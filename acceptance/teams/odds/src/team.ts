import { agent, team, workflow } from "armada-mesh";
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
    return { at: v.at instanceof Date ? "Date" : typeof v.at, keys: Object.keys(v).join(), list: JSON.stringify(v.list) };
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
