import type { Isolation } from "@armada/contracts";
import { type Fleet, type Link, writeIsolation } from "@armada/nats";
import { isolationOf } from "@armada/resilience";
import { checkPrefix } from "./prefix.ts";

/** What an operator wants; `ms`: for how long it is isolated, absent: it ends now. */
export type Wanted = { readonly ms?: number; readonly why: string; readonly by: string };

/**
 * Isolates a team, or TEAM.AGENT, or ends that; undefined where there is nothing to end. The link's identity is administration's.
 * @throws ArmadaError `USAGE` where there is no such team or agent, `LOG_UNAVAILABLE`, `STREAM_MISSING`
 */
export async function sayIsolation(link: Link, fleet: Fleet, prefix: string, { ms, why, by }: Wanted): Promise<Isolation | undefined> {
  await fleet.caughtUp();
  // What was isolated may be of a team that was removed since.
  if (ms !== undefined || !fleet.isolations.has(prefix)) checkPrefix(prefix, fleet.teams);
  const decider = isolationOf(prefix);
  return writeIsolation(link, fleet, prefix, (known, at) => {
    const [event] = decider.decide(ms === undefined ? { type: "return", at, why, by } : { type: "isolate", at, ms, why, by }, known);
    return event?.data;
  });
}
