import { ArmadaError, CodedError, milliseconds } from "@armada/contracts";
import { type Limits as BudgetLimits, parseLimits } from "@armada/ledger/limits";
import { breakerSettings } from "@armada/resilience/settings";
import { z } from "zod";
import type { Agent, Batching, Caching, Limits, Team, Tool } from "./define.ts";

/** How an agent's model calls are made, as its author said. @throws ArmadaError `BAD_CACHE`, `BAD_BATCH`, `BAD_LANE` */
export function callsOf(options: {
  name: string;
  tools?: Readonly<Record<string, Tool>>;
  cache?: Caching;
  batch?: Batching;
  lane?: "batch";
}): Agent["calls"] {
  return { ...cacheOf(options.name, options.cache, options.tools ?? {}), ...batchOf(options.name, options.batch), ...laneOf(options) };
}

/** @throws ArmadaError `BAD_LIMIT` that names the agent */
export function checkBudget(agent: string, limits: Limits): void {
  try {
    if (budgetOf({ limits })?.run !== undefined)
      throw new ArmadaError("BAD_LIMIT", `${JSON.stringify(limits.budget)} limits a run, which is a team's to limit`, {
        hint: 'write "$5/day, 1M tokens/month" here, and a run\'s limit in budgets.teams of armada.config.ts',
      });
  } catch (cause) {
    if (!(cause instanceof ArmadaError)) throw cause;
    throw new CodedError(cause.code, `agent ${agent}: limits.budget: ${cause.message}`, { cause, hint: cause.hint });
  }
}

/** @throws ArmadaError `BAD_BREAKER`, `BAD_DURATION`, which name the agent */
export function checkBreaker(agent: string, { breaker }: Limits): void {
  if (breaker === false) return;
  try {
    breakerSettings(breaker);
  } catch (cause) {
    if (!(cause instanceof ArmadaError)) throw cause;
    throw new CodedError(cause.code, `agent ${agent}: limits.${cause.message}`, { cause, hint: cause.hint });
  }
}

/** @throws ArmadaError `BAD_LIMITS`, which names the agent */
export function checkIsolation(agent: string, { isolate, memory }: Limits, lane: "batch" | undefined): void {
  if (isolate !== undefined && isolate !== "thread" && isolate !== "process")
    throw new ArmadaError("BAD_LIMITS", `agent ${agent}: limits.isolate is ${JSON.stringify(isolate)}`, {
      hint: 'use "thread" or "process"',
    });
  if (isolate !== undefined && lane !== undefined)
    throw new ArmadaError("BAD_LIMITS", `agent ${agent} has both limits.isolate and lane: "batch"`, {
      hint: "steps of the lane do nothing but wait, a thousand at a time: leave limits.isolate out",
    });
  if (memory !== undefined && isolate === undefined)
    throw new ArmadaError("BAD_LIMITS", `agent ${agent} has limits.memory without limits.isolate`, {
      hint: 'memory is limited of a thread or process of its own: add isolate: "thread" or "process"',
    });
}

/** The limits that an agent has of its own in the ledger; undefined where it has none. @throws ArmadaError `BAD_LIMIT` */
export function budgetOf({ limits }: Pick<Agent, "limits">): BudgetLimits | undefined {
  const { budget, tokensPerDay } = limits;
  if (budget === undefined && tokensPerDay === undefined) return undefined;
  const said = budget === undefined ? {} : parseLimits(budget);
  return tokensPerDay === undefined ? said : { ...said, day: { ...said.day, tokens: tokensPerDay } };
}

const HOUR_MS = 3_600_000;

function cacheOf(agent: string, cache: Caching | undefined, tools: Readonly<Record<string, Tool>>): Agent["calls"] {
  if (cache === undefined) return {};
  const ttlMs = milliseconds(cache.ttl);
  if (ttlMs < HOUR_MS || ttlMs > 24 * HOUR_MS)
    throw new ArmadaError("BAD_CACHE", `agent ${agent}: cache.ttl is ${cache.ttl}`, { hint: "an answer serves for 1h to 24h" });
  // An answer may rest on what tools said: with other tools it would be another one.
  const about = Object.entries(tools).map(([name, { effect, input, output }]) => [name, effect, schemaOf(input), schemaOf(output)]);
  return { cache: { ttlMs, scope: cache.shared === true ? "fleet" : "team", tools: about } };
}

/** What JSON Schema cannot say of a tool's schema is left open: a date, a transform. */
function schemaOf(schema: z.ZodType): unknown {
  return z.toJSONSchema(schema, { unrepresentable: "any", io: "input" });
}

/** Whether an agent of the team shares its answers with other teams' agents. */
export function sharesAnswers({ agents }: Pick<Team, "agents">): boolean {
  return agents.some(({ calls }) => calls.cache?.scope === "fleet");
}

function laneOf({ name, lane, batch }: { name: string; lane?: "batch"; batch?: Batching }): Agent["calls"] {
  if (lane === undefined) return {};
  if (batch !== undefined)
    throw new ArmadaError("BAD_LANE", `agent ${name} has both lane: "batch" and batch: {…}`, {
      hint: "batch joins questions into one request, and the lane submits each by itself: choose one",
    });
  return { lane };
}

function batchOf(agent: string, batch: Batching | undefined): Agent["calls"] {
  if (batch === undefined) return {};
  const withinMs = milliseconds(batch.within);
  if (!(Number.isInteger(batch.max) && batch.max >= 2 && batch.max <= 100) || withinMs < 1 || withinMs > HOUR_MS)
    throw new ArmadaError("BAD_BATCH", `agent ${agent}: batch is ${batch.max} within ${batch.within}`, {
      hint: "2 to 100 questions in one request, gathered for up to 1h",
    });
  return { batch: { max: batch.max, withinMs } };
}
