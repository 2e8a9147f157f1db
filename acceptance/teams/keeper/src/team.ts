import { Closed, Opened, Rested, Told } from "@armada/herald/contract";
import { agent, fold, on, readModel, team, workflow } from "armada-mesh";
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
  run: ({ context }) => Times.parse(context.heard),
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
    await ctx.sleep(`${ms}ms`);
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
