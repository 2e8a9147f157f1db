import { readBlames } from "@armada/engine/reading";
import type { Look } from "../health/trouble.ts";
import { HOME } from "../mesh/mesh-file.ts";

/** Agents whose calls run in processes of their own, because one of them ended, or held, its process. */
export const apart: Look = async ({ session, team: { name }, now }) => {
  const { blames } = await readBlames(session.registers(name));
  return Object.entries(blames)
    .filter(([, { until }]) => until > now)
    .map(([agent, { run, step, how, until }]) => ({
      code: "AGENT_APART",
      message: `step ${step} of run ${run} ${how} its process: calls of agent ${agent} run apart until ${new Date(until).toISOString()}`,
      next: `see ${HOME}/logs/${name}.log; limits.isolate of the agent has its calls always run apart`,
    }));
};
