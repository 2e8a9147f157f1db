import { type Amount, covers, NOTHING, plus } from "@armada/contracts";
import { type BudgetClient, BudgetExhausted, type Limit, nameOf, remaining } from "@armada/ledger";
import type { RunState } from "../journal/state.ts";

/** What pays for a replica's model calls, and what holds at a limit. */
export type Budget = {
  readonly budgetClient: BudgetClient;
  /** What each run may cost. */
  readonly run: Limit | undefined;
  /** The share of a limit from which calls get a cheaper tier, in (0, 1]. */
  readonly downgradeAt: number;
  /** At a limit: `wait` until it begins again, let the `fallback` answer, or `stop` the run. */
  readonly atLimit: "wait" | "fallback" | "stop";
};

/** What a run's calls cost so far, those on their way at their ceilings. */
export function usedBy(state: RunState): Amount {
  return [...state.drawn.values()].reduce(plus, state.spent);
}

/** Why the run may not cost that much more; undefined where it may. */
export function refusalOf(budget: Budget, used: Amount, ceiling: Amount): BudgetExhausted | undefined {
  if (covers(remaining(budget.run, used), ceiling)) return undefined;
  const never = !covers(remaining(budget.run, NOTHING), ceiling);
  return new BudgetExhausted(nameOf(runScope(budget)), undefined, never ? ceiling : undefined);
}

/** A run's own limit, as an error names it. */
export function runScope({ run }: Budget): Parameters<typeof nameOf>[0] & { readonly spent: Amount } {
  return { of: "run", period: "run", limit: run, spent: NOTHING };
}
