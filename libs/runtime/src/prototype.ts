import { allQueues, type Engine, queuesOf, sourcesOf, type Team } from "@armada/agents";
import { type Logger, MemoryMesh, type MemoryReplica } from "@armada/event-sourcing";
import type { Models } from "@armada/models";
import { startReplica } from "./replica.ts";
import { systemClock, systemRandom } from "./system-ports.ts";
import { noTracer } from "./telemetry/tracer.ts";

/** The prototype stage: all teams in this process, on memory adapters; nothing outlives it. */
export type Prototype = {
  /** The ports of a team, as its own service sees them. */
  connect(team: string): MemoryReplica;
  stop(): Promise<void>;
};

export function startPrototype(teams: readonly Team[], models: Models, logger: Logger): Prototype {
  const mesh = new MemoryMesh(systemClock, systemRandom);
  for (const team of teams) mesh.provision(team.name, allQueues(queuesOf(team)), sourcesOf(team));
  const engines: Engine[] = teams.map((team) => startReplica(team, { ...mesh.connect(team.name), tracer: noTracer, logger }, models));
  return {
    connect: (team) => mesh.connect(team),
    stop: async () => {
      await Promise.all(engines.map((engine) => engine.stop()));
    },
  };
}
