import type { Agent, Team } from "@armada/agents";
import { ArmadaError } from "@armada/contracts";
import { PRODUCT_ENDING } from "../project.ts";

/** The agent that a demo breaks. */
export type BrokenAgent = { readonly team: string; readonly agent: Agent };

/** The agent of a name: `illustrator`, or `content.illustrator`. @throws ArmadaError `USAGE`, which names those that there are */
export function agentCalled(name: string, teams: readonly Pick<Team, "name" | "agents">[]): BrokenAgent {
  const all = teams.flatMap((team) => team.agents.map((agent) => ({ team: team.name, agent })));
  const called = all.filter(({ team, agent }) => name === agent.name || name === `${team}.${agent.name}`);
  const [found, ...others] = called;
  if (found !== undefined && others.length === 0) return found;
  const named = (list: readonly BrokenAgent[]): string => list.map(({ team, agent }) => `${team}.${agent.name}`).join(", ");
  throw found === undefined
    ? new ArmadaError("USAGE", `no agent is called ${name}`, { hint: `there are ${named(all)}` })
    : new ArmadaError("USAGE", `several agents are called ${name}`, { hint: `say which: ${named(called)}` });
}

/** The module that each replica begins with, so that the agent asks `end` before each of its calls. */
export function preloadFor({ team, agent }: BrokenAgent, end: string): string {
  const module = new URL(`./preload${PRODUCT_ENDING}`, import.meta.url);
  for (const [name, value] of Object.entries({ team, agent: agent.name, end })) module.searchParams.set(name, value);
  return module.href;
}
