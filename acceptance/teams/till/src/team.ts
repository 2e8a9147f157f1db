import { agent, fold, readModel, team, workflow } from "@armada/agents";
import { z } from "zod";
import { Paid } from "./contract.ts";

const SHELVES = 1_000;

/** How often each payment was folded, by shelf and payment: a small object is copied for each, not all. */
type Payments = Readonly<Record<string, Readonly<Record<string, number>>>>;
const payments = readModel<Payments>({
  name: "payments",
  version: 1,
  initial: () => ({}),
  folds: [
    fold(Paid, (shelves, { data: { client, n } }) => {
      const shelf = String(n % SHELVES);
      const payment = `${client}-${n}`;
      const held = shelves[shelf] ?? {};
      return { ...shelves, [shelf]: { ...held, [payment]: (held[payment] ?? 0) + 1 } };
    }),
  ],
});

const Counted = z.object({ rows: z.number(), twice: z.number() });
const clerk = agent({
  name: "clerk",
  does: "counts the payments as its replica has them",
  tier: "worker",
  input: z.object({}),
  output: Counted,
  context: [payments],
  run: ({ context }) => {
    const times = Object.values(context.payments as Payments).flatMap((shelf) => Object.values(shelf));
    return { rows: times.length, twice: times.filter((n) => n !== 1).length };
  },
});
const count = workflow({ name: "count", version: 1, input: z.object({}), output: Counted, run: (input, ctx) => ctx.ask(clerk, input) });

export default team({ name: "till", agents: [clerk], workflows: [count], readModels: [payments] });
