import { capability, GrantAnswered, GrantAsked } from "@armada/contracts";

/** More of the fleet's limit for the asking team; a team's replicas ask by themselves when they need it. */
export const grantBudget = capability("federation.grant_budget", { input: GrantAsked, output: GrantAnswered });
