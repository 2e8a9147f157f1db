import { type Budget, type Direct, type Engine, startEngine, type Team, type Workflow } from "@armada/agents";
import { shortHash } from "@armada/contracts";
import type { Live, Log, Logger, Objects, Timers, Tracer } from "@armada/event-sourcing";
import type { Models } from "@armada/models";
import { systemClock, systemRandom, systemScheduler } from "./system-ports.ts";

/** The digest of a workflow's source: an edit without a new version shows. */
export function sourceOf(workflow: Workflow): string {
  return shortHash(workflow.run.toString());
}

/** Starts a replica of a team on real time. */
export function startReplica(
  team: Team,
  adapters: { log: Log; timers: Timers; objects: Objects; tracer: Tracer; logger: Logger; live?: Live },
  models: Models,
  options: { drainMs?: number; budget?: Budget; directs?: readonly Direct[] } = {},
): Engine {
  const ports = { ...adapters, clock: systemClock, random: systemRandom, scheduler: systemScheduler };
  return startEngine(team, ports, models, { sourceOf, ...options });
}
