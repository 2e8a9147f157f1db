import type { Amount } from "@armada/contracts";
import { level, nameOf } from "@armada/ledger";
import type { Tier } from "@armada/models";
import { type Budget, runScope } from "./budget.ts";

const CHEAPER: Readonly<Record<Tier, Tier>> = { orchestrator: "specialist", specialist: "worker", worker: "worker" };

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
