import { hostname } from "node:os";
import type { Team } from "@armada/agents";
import { type Budget, type CodeCapability, type Engine, type Sandboxing, startEngine } from "@armada/engine";
import type { Clock, Counters, Isolations, Live, Log, Logger, Objects, Timers, Tracer } from "@armada/event-sourcing";
import type { Models } from "@armada/models";
import { watchEventLoop } from "./blocked-event-loop.ts";
import { knowingSteps, knowingWorkflows } from "./running-step.ts";
import { systemClock, systemRandom, systemScheduler } from "./system-ports.ts";
import { sourceOf } from "./workflow-digest.ts";

/** Starts a replica of a team on real time; a step that holds its event loop for over a second is named in the log. */
export function startReplica(
  team: Team,
  adapters: {
    log: Log;
    timers: Timers;
    objects: Objects;
    tracer: Tracer;
    logger: Logger;
    counters?: Counters;
    live?: Live;
    isolations?: Isolations;
  },
  models: Models,
  {
    clock = systemClock,
    ...options
  }: {
    drainMs?: number;
    budget?: Budget;
    capabilities?: readonly CodeCapability[];
    busy?: () => boolean;
    clock?: Clock;
    sandboxing?: Sandboxing;
  } = {},
): Engine {
  const ports = {
    ...adapters,
    tracer: knowingSteps(adapters.tracer),
    clock,
    random: systemRandom,
    scheduler: knowingWorkflows(systemScheduler),
  };
  const engine = startEngine(team, ports, models, { sourceOf, replica: `${hostname()}:${process.pid}`, ...options });
  const unwatch = watchEventLoop(engine.running, ({ ms, steps }) => {
    if (steps.length === 0) adapters.logger.warn("the event loop was held", { team: team.name, ms });
    for (const { run, step, agent } of steps)
      adapters.logger.warn("a step held the event loop: its replica did nothing else meanwhile", {
        team: team.name,
        run,
        step,
        agent,
        ms,
        ...(steps.length === 1 ? {} : { suspects: steps.length }),
      });
  });
  return { ...engine, stop: () => engine.stop().finally(unwatch) };
}
