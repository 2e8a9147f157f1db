import type { Agent } from "@armada/agents";
import type { Log } from "@armada/event-sourcing";
import type { BreakerState } from "@armada/resilience";

/**
 * While an agent's breaker is not closed nothing is delivered from its queues: what waits there keeps its attempts, and its place. The
 * steps of one with a fallback are delivered all the same, and answered by that. The server resumes by itself when a call may be tried.
 */
export async function pauseQueues(
  log: Pick<Log, "pause">,
  { agents }: { readonly agents: readonly { readonly agent: string; readonly name: string }[] },
  agent: Agent | undefined,
  { status, until }: BreakerState,
  { starting }: { readonly starting: boolean },
): Promise<void> {
  if (agent === undefined || (agent.fallback !== undefined && !starting)) return;
  const goesOn = status === "closed" || until === undefined || agent.fallback !== undefined;
  const end = goesOn ? 0 : Date.parse(until);
  await Promise.all(agents.filter((queue) => queue.agent === agent.name).map(({ name }) => log.pause(name, end)));
}
