import { budgetOf, type Team } from "@armada/agents";
import type { AllLimits } from "@armada/ledger";
import { parseFleetLimit, parseLimits } from "@armada/ledger/limits";
import type { Config } from "./config/schema.ts";

/** The limits that hold for a team: the configuration's, the fleet's included, and its agents' own. */
export function limitsOf(team: Team, budgets: Pick<Config["budgets"], "teams" | "fleet">): AllLimits {
  const said = budgets.teams[team.name];
  const own = team.agents.flatMap((agent): [string, AllLimits["team"]][] => {
    const limits = budgetOf(agent);
    return limits === undefined ? [] : [[agent.name, limits]];
  });
  return {
    team: said === undefined ? {} : parseLimits(said),
    agents: Object.fromEntries(own),
    ...(budgets.fleet === undefined ? {} : { fleet: parseFleetLimit(budgets.fleet) }),
  };
}
