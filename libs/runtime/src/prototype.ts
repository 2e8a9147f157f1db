import type { Team } from "@armada/agents";
import { allQueues, type Engine, queuesOf, sourcesOf } from "@armada/engine";
import { type Logger, MemoryMesh, type MemoryReplica } from "@armada/event-sourcing";
import { type AskFleet, FEDERATION, grantsOf, parseFleetLimit } from "@armada/ledger";
import type { ChosenModels } from "@armada/models";
import type { Config } from "./config/schema.ts";
import { startReplica } from "./replica.ts";
import { spendingOf } from "./spending.ts";
import { systemClock, systemRandom } from "./system-ports.ts";
import { noTracer } from "./telemetry/no-tracer.ts";

/** The prototype stage: all teams in this process, on memory adapters; nothing outlives it. */
export type Prototype = {
  /** The ports of a team, as its own service sees them. */
  connect(team: string): MemoryReplica;
  stop(): Promise<void>;
};

/** Starts all `teams` in this process, provisioned and connected to each other. @throws ArmadaError `BAD_LIMIT` */
export function startPrototype(teams: readonly Team[], chosen: ChosenModels, config: Config, logger: Logger): Prototype {
  const mesh = new MemoryMesh(systemClock, systemRandom);
  for (const team of teams) mesh.provision(team.name, allQueues(queuesOf(team)), sourcesOf(team));
  const askFleet = fleetOn(mesh, config.budgets);
  const started = teams.map((team) => {
    const asked = askFleet === undefined ? {} : { askFleet: askFleet(team.name) };
    const own = mesh.connect(team.name);
    const ports = { ...own, answers: { team: own.registers, fleet: mesh.connect("fleet").registers }, logger, ...asked };
    const { models, budget, end } = spendingOf(team, chosen, { ...ports, clock: systemClock }, config);
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

/** The fleet's budget without a team of its own. */
function fleetOn(mesh: MemoryMesh, { fleet }: Config["budgets"]): ((team: string) => AskFleet) | undefined {
  if (fleet === undefined) return undefined;
  mesh.provision(FEDERATION, []);
  const grants = grantsOf({ log: mesh.connect(FEDERATION).log, clock: systemClock, random: systemRandom }, parseFleetLimit(fleet));
  return (team) => (asked, signal) => grants(team, asked, signal);
}
