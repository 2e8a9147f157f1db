import type { TeamManifest } from "@armada/contracts";
import { type Log, loadEndless } from "@armada/event-sourcing";
import { type BreakerState, breaker, breakerOf } from "@armada/resilience";

/** A breaker of a team, as the log has it. Times are ISO-8601 UTC; see `BreakerState`. */
export type ListedBreaker = Omit<BreakerState, "probe"> & { readonly team: string; readonly agent: string };

/** The agents of a team that have a breaker. */
export function withBreakers({ agents }: Pick<TeamManifest, "agents">): readonly string[] {
  return agents.filter(({ limits }) => limits.breaker !== false).map(({ name }) => name);
}

/** The breakers of a team's agents. @throws ArmadaError `LOG_UNAVAILABLE`, `STATE_UNREADABLE` */
export function breakersOf(log: Pick<Log, "last">, manifest: Pick<TeamManifest, "team" | "agents">): Promise<readonly ListedBreaker[]> {
  const { team } = manifest;
  return Promise.all(
    withBreakers(manifest).map(async (name) => {
      const { probe: _, ...state } = (await loadEndless(log, breaker, breakerOf(team, name))).state;
      return { team, agent: name, ...state };
    }),
  );
}

/** What a breaker that is not closed says, in a sentence without its agent. `now`: ms since 1970. */
export function saidOf({ status, why = "", since = "", until = "" }: Omit<ListedBreaker, "team">, now: number): string {
  const isDue = Date.parse(until) <= now;
  const trying =
    status === "half_open" ? "one call is trying it" : isDue ? "the next call that comes tries it" : `the next call is tried at ${until}`;
  return `pauses since ${since}: ${why}; ${trying}`;
}
