import type { Team, Workflow } from "@armada/agents";
import { budgetOf } from "@armada/agents";
import type { Clock, Counters, Log, Logger, MemoryMesh, Ports, Random, Scheduler, Tracer } from "@armada/event-sourcing";
import { BudgetClient, parseLimits } from "@armada/ledger";
import type { Models } from "@armada/models";
import { allQueues, queuesOf, sourcesOf } from "../inbound/queues.ts";
import { expiredCalls } from "../journal/expired-calls.ts";
import { type Engine, startEngine } from "../replica.ts";
import type { Budget } from "../steps/budget.ts";
import type { Sandboxes } from "../steps/sandbox.ts";

const LEASE_MS = 60_000;

export const silentLogger: Logger = { info: () => undefined, warn: () => undefined };
export const noTracer: Tracer = { span: (_name, _attributes, parent, work) => work(parent) };

const noSandboxes: Sandboxes = { acquire: () => Promise.reject(new Error("nothing runs apart here")), close: async () => undefined };

/** One replica of a team on a memory mesh. */
export type TestReplica = { readonly engine: Engine; readonly ports: Ports; kill(): void; freeze(ms: number): void };

/** What a team under test may spend; as in the configuration, and with its defaults. */
export type TestBudget = {
  /** `$10/day, $1/run`. */
  readonly limits: string;
  readonly zone?: string;
  readonly atLimit?: Budget["atLimit"];
  readonly downgradeAt?: number;
};

/** Provisions the team on the mesh and starts a replica of it. */
export function startReplica(
  mesh: MemoryMesh,
  team: Team,
  models: Models,
  env: {
    clock: Clock;
    random: Random;
    scheduler: Scheduler;
    logger?: Logger;
    counters?: Counters;
    budget?: TestBudget;
    busy?: () => boolean;
    sourceOf?: (workflow: Workflow) => string;
    /** It has a place where calls run apart, and none runs there. */
    sandboxing?: boolean;
  },
): TestReplica {
  const { budget, busy, sourceOf, sandboxing = false, ...system } = env;
  mesh.provision(team.name, allQueues(queuesOf(team)), sourcesOf(team));
  const { kill, freeze, ...replica } = mesh.connect(team.name);
  const ports: Ports & { readonly draws: Log } = { logger: silentLogger, tracer: noTracer, ...system, ...replica };
  const options = {
    ...(budget === undefined ? {} : { budget: budgetFor(team, ports, budget) }),
    ...(busy === undefined ? {} : { busy }),
    ...(sourceOf === undefined ? {} : { sourceOf }),
    ...(sandboxing ? { sandboxing: { sandboxes: noSandboxes, registers: replica.registers, afterLoss: false } } : {}),
  };
  return { engine: startEngine(team, ports, models, options), ports, kill, freeze };
}

function budgetFor(team: Team, ports: Ports & { readonly draws: Log }, about: TestBudget): Budget {
  const said = parseLimits(about.limits);
  const own = team.agents.flatMap((agent) => {
    const limits = budgetOf(agent);
    return limits === undefined ? [] : [[agent.name, limits] as const];
  });
  const budgetClient = new BudgetClient({
    team: team.name,
    replica: ports.random.id(),
    zone: about.zone ?? "UTC",
    leaseMs: LEASE_MS,
    limits: { team: said, agents: Object.fromEntries(own) },
    ports,
    signal: new AbortController().signal,
    expired: (blocks) => expiredCalls(ports, team.name, blocks),
  });
  return { budgetClient, run: said.run, downgradeAt: about.downgradeAt ?? 0.8, atLimit: about.atLimit ?? "wait" };
}
