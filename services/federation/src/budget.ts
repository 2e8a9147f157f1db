import { answeredByCode, type CodeCapability } from "@armada/engine";
import type { Clock, Log, Random } from "@armada/event-sourcing";
import { grantsOf, parseFleetLimit } from "@armada/ledger";
import { grantBudget } from "./contract.ts";

/** Answers the teams' asks for more of `limit` (`$8000/month`); without one everybody gets what it wants. */
export function fleetBudget(ports: { log: Log; clock: Clock; random: Random }, limit: string | undefined): CodeCapability {
  const grants = grantsOf(ports, limit === undefined ? {} : parseFleetLimit(limit));
  return answeredByCode(grantBudget, (asked, team, signal) => grants(team, asked, signal));
}
