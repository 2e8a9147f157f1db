import { ArmadaError } from "@armada/contracts";
import type { RunView } from "@armada/engine/reading";
import { type Log, loadEndless } from "@armada/event-sourcing";
import { type BreakerState, breaker, breakerOf } from "@armada/resilience";

/**
 * A run with what its journal cannot tell: that steps of it stand in a queue of which nothing is delivered, because the breaker of
 * their agent is not closed. @throws ArmadaError `LOG_UNAVAILABLE`
 */
export async function shownAsPaused(view: RunView, log: Pick<Log, "last">): Promise<RunView> {
  if (view.endedAt !== undefined || view.status === "stopped") return view;
  const told = new Set(view.waitingFor?.map(({ n }) => n));
  const requested = view.steps.filter(({ status }) => status === "requested");
  const silent = requested.filter(({ n }) => !told.has(n));
  const agents = [...new Set(silent.map(({ agent }) => agent))];
  const states = new Map(await Promise.all(agents.map(async (agent) => [agent, await stateOf(log, view.team, agent)] as const)));
  const waits = silent.flatMap(({ n, agent }) => {
    const { status = "closed", why = "", until = "", probe = "" } = states.get(agent) ?? {};
    if (status === "closed" || probe.startsWith(`${view.run}-${n}~`)) return [];
    const then = status === "open" ? `the next one is tried at ${until}` : "one is tried now";
    return [{ kind: "breaker", n, what: `of ${agent}: calls of ${agent} pause: ${why}; ${then}` }];
  });
  if (waits.length === 0) return view;
  const all = requested.every(({ n }) => told.has(n) || waits.some((wait) => wait.n === n));
  const status = all && view.status === "running" ? "waiting" : view.status;
  return { ...view, status, waitingFor: [...(view.waitingFor ?? []), ...waits] };
}

async function stateOf(log: Pick<Log, "last">, team: string, agent: string): Promise<BreakerState | undefined> {
  try {
    return (await loadEndless(log, breaker, breakerOf(team, agent))).state;
  } catch (error) {
    if (error instanceof ArmadaError && error.code === "STATE_UNREADABLE") return undefined; // of a newer build; the run is shown all the same
    throw error;
  }
}
