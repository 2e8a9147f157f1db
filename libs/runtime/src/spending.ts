import { sharesAnswers, type Team } from "@armada/agents";
import { milliseconds } from "@armada/contracts";
import { type Budget, concludedCalls, expiredCalls } from "@armada/engine";
import type { Clock, Log, Logger, Objects, Registers } from "@armada/event-sourcing";
import { type AskFleet, askFederation, BudgetClient } from "@armada/ledger";
import { batchedModels, batchLane, type ChosenModels, cachedModels, limitedModels, type Models } from "@armada/models";
import type { Config } from "./config/schema.ts";
import { maintenanceMeter } from "./maintenance-meter.ts";
import { systemRandom } from "./system-ports.ts";
import { limitsOf } from "./team-limits.ts";

export type Spending = {
  readonly models: Models;
  /** None where every model is the local one, which costs nothing. */
  readonly budget?: Budget;
  end(): void;
};

export type SpendingPorts = {
  readonly log: Log;
  /** The stream of the calls that replicas were about to make. */
  readonly draws: Log;
  /** Where models' answers are kept: the team's, and those that teams share. */
  readonly answers: { readonly team: Registers; readonly fleet: Registers };
  readonly objects: Objects;
  /** Leases, days and months go by it, as replicas and their server do. */
  readonly clock: Clock;
  readonly logger: Logger;
  /** How the team asks for more of the fleet's limit; the team `federation` unless said. */
  readonly askFleet?: AskFleet;
};

/** How a replica's calls are made, and what pays for them: from the cache, in a batch, in one request with others, at the provider's pace. */
export function spendingOf(team: Team, chosen: ChosenModels, { answers, askFleet, ...ports }: SpendingPorts, config: Config): Spending {
  const { clock } = ports;
  const over = new AbortController();
  const free = Object.values(chosen.tiers).every((model) => model === "local");
  const budget = free ? undefined : budgetFor(team, { ...ports, askFleet }, config.budgets, over.signal);
  const { requestsPerMinute, tokensPerMinute } = config.models;
  // The local model reads material and schema only, and costs nothing: there is nothing to gather for.
  const gather = (models: Models): Models => (free ? models : batchedModels(models, { clock }));
  const limits = {
    clock,
    logger: ports.logger,
    share: () => 1 / (budget?.budgetClient.replicas ?? 1),
    ...(requestsPerMinute === undefined ? {} : { requestsPerMinute }),
    ...(tokensPerMinute === undefined ? {} : { tokensPerMinute }),
  };
  const paced = limitedModels(chosen.models, limits, ({ tier }) => ({ provider: chosen.providers[tier], model: chosen.tiers[tier] }));
  const lane = batchLane({
    clock,
    batches: chosen.batches,
    gatherMs: milliseconds(config.models.batchGather),
    pollMs: milliseconds(config.models.batchPoll),
    logger: ports.logger,
    signal: over.signal,
  });
  const cached = cachedModels(lane.submitting(gather(paced)), {
    ...ports,
    registers: answers.team,
    ...(sharesAnswers(team) ? { fleet: answers.fleet } : {}),
    team: team.name,
    clock,
    random: systemRandom,
    about: ({ tier }) => ({ model: chosen.tiers[tier] }),
  });
  const models = lane.adopting(cached);
  const by = { clock, random: systemRandom, logger: ports.logger, signal: over.signal };
  if (budget !== undefined) chosen.keepWarm({ ...by, meter: maintenanceMeter(budget.budgetClient, "context_cache", by) });
  return { models, ...(budget === undefined ? {} : { budget }), end: () => over.abort() };
}

function budgetFor(
  team: Team,
  { log, draws, clock, logger, askFleet }: { log: Log; draws: Log; clock: Clock; logger: Logger; askFleet: AskFleet | undefined },
  budgets: Config["budgets"],
  signal: AbortSignal,
): Budget {
  const limits = limitsOf(team, budgets);
  const ports = { log, draws, clock, random: systemRandom, logger };
  const budgetClient = new BudgetClient({
    team: team.name,
    replica: systemRandom.id(),
    zone: budgets.zone,
    leaseMs: milliseconds(budgets.lease),
    limits,
    ports,
    signal,
    ...(limits.fleet === undefined ? {} : { askFleet: askFleet ?? askFederation(team.name, ports) }),
    expired: (blocks) => expiredCalls(ports, team.name, blocks),
    concluded: (suspects) => concludedCalls(log, team.name, suspects),
  });
  return { budgetClient, run: limits.team.run, downgradeAt: budgets.downgradeAt, atLimit: budgets.atLimit };
}
