import { z } from "zod";

const text = z.string();
const count = z.int().min(0);
const iso = z.string().describe("ISO-8601 UTC");
const micros = count.describe("micro-dollars");

/** A call that may have been billed, at most its ceiling. */
const suspected = {
  team: text,
  month: text.describe("of the ledger that holds it, 2026-11"),
  call: text,
  agent: text,
  workflow: text,
  run: text,
  model: text,
  ceilingMicros: micros,
  ceilingTokens: count,
};

const spent = {
  calls: count.describe("model calls whose bill is known, those that cost nothing too"),
  tokens: count,
  costMicros: micros,
  savedMicros: micros.describe("what answers from a cache did not cost"),
  suspects: count.describe("calls that may have been billed; not in costMicros"),
  suspectMicros: micros.describe("what suspects cost at most"),
};

/** The lines of `budgets` and `costs`. */
export const moneyLines = {
  budget: z.object({
    type: z.literal("budget"),
    team: text.describe("federation for the limit of all teams together"),
    of: text.describe("team, fleet (of a team: what it was granted so far), or the agent whose own limit it is"),
    period: z.enum(["run", "day", "month"]),
    limitMicros: micros.optional().describe("micro-dollars; absent where money is not limited"),
    limitTokens: count.optional(),
    spentMicros: micros.optional().describe("this and what follows is absent for the limit of a run: `runs show` has each run's cost"),
    spentTokens: count.optional(),
    reservedMicros: micros
      .optional()
      .describe("held by replicas for calls to come or on their way; of the fleet, what teams were granted and have not spent"),
    reservedTokens: count.optional(),
    suspectMicros: micros.optional().describe("calls that may have been billed, at their ceilings"),
    suspectTokens: count.optional(),
    level: z
      .number()
      .min(0)
      .optional()
      .describe("the share of the limit that is spent or suspect, the higher of money and tokens; 0 without one"),
    forecastMicros: micros
      .optional()
      .describe(
        "spent by the end of the period if it goes on as so far: spent over the share of the period that is over; absent in its first 1 %",
      ),
    forecastTokens: count.optional(),
    resetAt: iso.optional().describe("when the period ends in the zone of the budgets"),
  }),
  suspect: z.object({ type: z.literal("suspect"), ...suspected, tier: text, at: iso, ageMs: count }),
  reconciled: z.object({
    type: z.literal("reconciled"),
    ...suspected,
    became: z.enum(["settled", "released", "suspect"]).describe("with a dry run, what it would become"),
    costMicros: micros.optional().describe("what it was settled at"),
    tokens: count.optional(),
    why: text,
  }),
  "reconcile-total": z.object({
    type: z.literal("reconcile-total"),
    settled: count,
    released: count,
    suspect: count.describe("those that stay"),
    costMicros: micros,
    freedMicros: micros.describe("of the ceilings, what the limits have again"),
    dryRun: z.boolean(),
  }),
  cost: z.object({
    type: z.literal("cost"),
    by: z.enum(["team", "agent", "workflow", "run", "outcome"]),
    team: text,
    agent: text.optional(),
    workflow: text.optional(),
    run: text.optional(),
    status: text.optional().describe("how the runs ended; `open` where they have not"),
    ...spent,
    runs: count.optional().describe("by outcome: runs that ended so, or that are open and spent something"),
    perRunMicros: micros.optional(),
  }),
  "cost-total": z.object({ type: z.literal("cost-total"), since: iso, ...spent }),
} as const;

/** A line of `budgets`, `costs` or `reconcile` by its key: times ISO-8601 UTC, money micro-dollars, tokens of input and output together. */
export type MoneyLine<K extends keyof typeof moneyLines> = z.infer<(typeof moneyLines)[K]>;
