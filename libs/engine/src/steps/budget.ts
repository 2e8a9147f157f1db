import { type Amount, covers, NOTHING, plus } from "@armada/contracts";
import { type BudgetClient, BudgetExhausted, type Limit, level, nameOf, remaining } from "@armada/ledger";
import type { Tier } from "@armada/models";
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

const CHEAPER: Readonly<Record<Tier, Tier>> = { orchestrator: "specialist", specialist: "worker", worker: "worker" };

/** What a run's calls cost so far, those on their way at their ceilings. */
export function usedBy(state: RunState): Amount {
  return [...state.drawn.values()].reduce(plus, state.spent);
}

/** The tier that a call gets: a cheaper one, and why, where a limit is nearly used up. */
export async function tierOf(
  budget: Budget,
  about: { readonly agent: string; readonly asked: Tier; readonly used: Amount },
): Promise<{ readonly tier: Tier; readonly why?: string }> {
  const { agent, asked, used } = about;
  const highest = await budget.budgetClient.level(agent);
  const own = level(budget.run, used);
  const share = Math.max(own, highest?.share ?? 0);
  const tier = CHEAPER[asked];
  if (share < budget.downgradeAt || tier === asked) return { tier: asked };
  const scope = own >= (highest?.share ?? 0) || highest === undefined ? runScope(budget) : highest.scope;
  return { tier, why: `${tier} instead of ${asked}: ${Math.floor(share * 100)} % of ${nameOf(scope)} is used` };
}

/** Why the run may not cost that much more; undefined where it may. */
export function refusalOf(budget: Budget, used: Amount, ceiling: Amount): BudgetExhausted | undefined {
  if (covers(remaining(budget.run, used), ceiling)) return undefined;
  const never = !covers(remaining(budget.run, NOTHING), ceiling);
  return new BudgetExhausted(nameOf(runScope(budget)), undefined, never ? ceiling : undefined);
}

function runScope({ run }: Budget): Parameters<typeof nameOf>[0] & { readonly spent: Amount } {
  return { of: "run", period: "run", limit: run, spent: NOTHING };
}
