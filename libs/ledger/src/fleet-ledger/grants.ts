import type { GrantAnswered, GrantAsked } from "@armada/contracts";
import { type Clock, type Held, handleEndless, type Log, type Random } from "@armada/event-sourcing";
import type { Limit } from "../limits.ts";
import { type FleetState, fleet, fleetOf, grantedTo, grantedToAll } from "./fleet.ts";

export type Grants = (team: string, asked: GrantAsked, signal: AbortSignal) => Promise<GrantAnswered>;

/** The fleet's budget, as it is kept in the federation's stream. The same ask twice is granted once. */
export function grantsOf(ports: { log: Pick<Log, "last" | "append">; clock: Clock; random: Random }, limit: Limit): Grants {
  const known = new Map<string, Held<FleetState>>();
  return async (team, { month, wants, ahead }, signal) => {
    const command = { type: "grant", team, wants, ahead, limit } as const;
    const before = known.get(month);
    const { held } = await handleEndless(ports, fleet, fleetOf(month), command, { known: before, signal });
    if (held.seq >= (known.get(month)?.seq ?? 0)) known.set(month, held);
    return { granted: grantedTo(held.state, team), fleet: grantedToAll(held.state) };
  };
}
