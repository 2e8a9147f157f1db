import { allQueues, type Engine, queuesOf, sourcesOf, type Team } from "@armada/agents";
import { type Logger, MemoryMesh, type MemoryReplica } from "@armada/event-sourcing";
import type { ChosenModels } from "@armada/models";
import type { Config } from "./config/schema.ts";
import { startReplica } from "./replica.ts";
import { spendingOf } from "./spending.ts";
import { systemClock, systemRandom } from "./system-ports.ts";
import { noTracer } from "./telemetry/tracer.ts";

/** The prototype stage: all teams in this process, on memory adapters; nothing outlives it. */
export type Prototype = {
  /** The ports of a team, as its own service sees them. */
  connect(team: string): MemoryReplica;
  stop(): Promise<void>;
};

export function startPrototype(teams: readonly Team[], chosen: ChosenModels, config: Config, logger: Logger): Prototype {
  const mesh = new MemoryMesh(systemClock, systemRandom);
  for (const team of teams) mesh.provision(team.name, allQueues(queuesOf(team)), sourcesOf(team));
  const started = teams.map((team) => {
    const ports = { ...mesh.connect(team.name), fleet: mesh.connect("fleet").registers, logger };
    const { models, budget, end } = spendingOf(team, chosen, ports, config);
    const engine: Engine = startReplica(team, { ...ports, tracer: noTracer }, models, budget === undefined ? {} : { budget });
    return { engine, end };
  });
  return {
    connect: (team) => mesh.connect(team),
    stop: async () => {
      await Promise.all(started.map(({ engine }) => engine.stop()));
      for (const { end } of started) end();
    },
  };
}
