import type { Clock, Logger, MemoryMesh, Ports, Random, Scheduler, Tracer } from "@armada/event-sourcing";
import type { Models } from "@armada/models";
import type { Team } from "../define.ts";
import { type Engine, startEngine } from "../engine/engine.ts";
import { allQueues, queuesOf, sourcesOf } from "../engine/queues.ts";

export const silentLogger: Logger = { info: () => undefined, warn: () => undefined };
export const noTracer: Tracer = { span: (_name, _attributes, parent, work) => work(parent) };

/** One replica of a team on a memory mesh. */
export type TestReplica = { readonly engine: Engine; readonly ports: Ports; kill(): void };

/** Provisions the team on the mesh and starts a replica of it. */
export function startReplica(
  mesh: MemoryMesh,
  team: Team,
  models: Models,
  env: { clock: Clock; random: Random; scheduler: Scheduler; logger?: Logger },
): TestReplica {
  mesh.provision(team.name, allQueues(queuesOf(team)), sourcesOf(team));
  const { kill, ...replica } = mesh.connect(team.name);
  const ports: Ports = { logger: silentLogger, tracer: noTracer, ...env, ...replica };
  return { engine: startEngine(team, ports, models), ports, kill };
}
