import { type Clock, type Held, handleEndless, type Log, type Random } from "@armada/event-sourcing";
import { z } from "zod";
import type { Limit } from "../limits.ts";
import { Amount } from "../team-ledger/events.ts";
import { type FleetState, fleet, fleetOf, grantedTo, grantedToAll } from "./fleet.ts";

/** Ten million dollars: sums over a thousand teams that all ask for it stay exact. */
const count = z.int().min(0).max(1e13);
const Asked = z.object({ micros: count, tokens: count });

/** What a team wants to be able to spend in a month (`2026-11`) in all, and what it would take beyond that. */
export const GrantAsked = z.object({ month: z.string().regex(/^\d{4}-\d{2}$/), wants: Asked, ahead: Asked });
export type GrantAsked = z.infer<typeof GrantAsked>;

/** What it may spend now in all (less than it wants: it was not given more), and what all teams may. */
export const GrantAnswered = z.object({ granted: Amount, fleet: Amount });
export type GrantAnswered = z.infer<typeof GrantAnswered>;

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
