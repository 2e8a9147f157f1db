import { type AnyEventKind, ArmadaError, checkName, milliseconds } from "@armada/contracts";
import type { Tier } from "@armada/models";
import type { z } from "zod";
import { callsOf, checkBreaker, checkBudget, checkIsolation } from "./call-options.ts";
import type {
  Agent,
  AgentRun,
  Batching,
  Caching,
  Fact,
  Fold,
  Limits,
  ReadModel,
  SearchKeys,
  Subscription,
  Tool,
  Tools,
  Workflow,
  WorkflowContext,
} from "./define.ts";
import { parseWindow } from "./window.ts";

const defined: string[] = [];

const TIERS: Readonly<Record<Tier, true>> = { worker: true, specialist: true, orchestrator: true };
const LIMITS: Readonly<Record<keyof Limits, true>> = {
  timeout: true,
  attempts: true,
  concurrency: true,
  tokensPerDay: true,
  budget: true,
  breaker: true,
  isolate: true,
  memory: true,
};

/** The names of the agents that this process has defined so far: what a check at start holds against the teams' lists. */
export function definedAgents(): readonly string[] {
  return defined;
}

/** One kind of work. @throws ArmadaError `BAD_NAME`, `BAD_TIER`, `BAD_LIMITS`, `BAD_DURATION`, `BAD_LIMIT`, `BAD_CACHE`, `BAD_BATCH`, `BAD_LANE`, `BAD_WINDOW` */
export function agent<I, O, const T extends Tools = Record<never, Tool>, const C extends readonly ReadModel[] = readonly []>(options: {
  name: string;
  does: string;
  tier: Tier;
  input: z.ZodType<I>;
  output: z.ZodType<O>;
  /** Read models of the team whose states `run` gets. */
  context?: C;
  tools?: T;
  limits?: Limits;
  cache?: Caching;
  batch?: Batching;
  /**
   * `batch`: its model calls may take a day, at half the price, in the provider's batches. Who takes an agent out of the lane
   * lets the steps that were asked in it end first: the team no longer looks there.
   */
  lane?: "batch";
  /** Its work begins in these hours only: `22:00-06:00 Europe/Berlin`. */
  window?: string;
  run: (about: AgentRun<I, T, C>) => Promise<O> | O;
  fallback?: (input: I) => Promise<O> | O;
}): Agent<I, O> {
  checkName(options.name, "agent");
  const limits = options.limits ?? {};
  if (!Object.hasOwn(TIERS, options.tier))
    throw new ArmadaError("BAD_TIER", `agent ${options.name}: tier is ${JSON.stringify(options.tier)}`, {
      hint: `there are ${Object.keys(TIERS).join(", ")}`,
    });
  for (const key of Object.keys(limits))
    if (!Object.hasOwn(LIMITS, key))
      throw new ArmadaError("BAD_LIMITS", `agent ${options.name}: limits.${key} is no limit`, {
        hint: `there are ${Object.keys(LIMITS).join(", ")}`,
      });
  if (limits.timeout !== undefined && !(milliseconds(limits.timeout) > 0))
    throw new ArmadaError("BAD_LIMITS", `agent ${options.name}: limits.timeout is ${limits.timeout}`, {
      hint: "use a length that an attempt can end in, e.g. 30s",
    });
  for (const key of ["attempts", "concurrency", "tokensPerDay", "memory"] as const) {
    const value = limits[key];
    if (value !== undefined && !(Number.isInteger(value) && value >= 1))
      throw new ArmadaError("BAD_LIMITS", `agent ${options.name}: limits.${key} is ${value}`, { hint: "use a whole number from 1" });
  }
  checkIsolation(options.name, limits, options.lane);
  checkBudget(options.name, limits);
  checkBreaker(options.name, limits);
  defined.push(options.name);
  return {
    kind: "agent",
    name: options.name,
    does: options.does,
    tier: options.tier,
    input: options.input,
    output: options.output,
    context: options.context ?? [],
    tools: options.tools ?? {},
    limits,
    calls: callsOf(options),
    window: options.window === undefined ? undefined : parseWindow(options.window),
    run: options.run as Agent<I, O>["run"], // what it gets is made from these very declarations
    fallback: options.fallback,
  };
}

/** A typed tool of an agent. */
export function tool<I, O>(options: Tool<I, O>): Tool<I, O> {
  return options;
}

/** Durable code. @throws ArmadaError `BAD_NAME`, `BAD_VERSION` */
export function workflow<I, O>(options: {
  name: string;
  version: number;
  input: z.ZodType<I>;
  output: z.ZodType<O>;
  search?: (input: I) => SearchKeys;
  run: (input: I, ctx: WorkflowContext) => Promise<O>;
}): Workflow<I, O> {
  checkName(options.name, "workflow");
  if (!(Number.isInteger(options.version) && options.version >= 1))
    throw new ArmadaError("BAD_VERSION", `workflow ${options.name}: version ${options.version} is not a whole number from 1`);
  return { kind: "workflow", ...options };
}

/** A cache folded from facts. @throws ArmadaError `BAD_NAME` */
export function readModel<S, const N extends string = string>(options: {
  name: N;
  version: number;
  initial: () => S;
  folds: readonly Fold<S>[];
}): ReadModel<S, N> {
  checkName(options.name, "read model");
  return { kind: "read-model", ...options };
}

/** One fold of a read model. */
export function fold<S, D>(kind: AnyEventKind<D>, evolve: (state: S, fact: Fact<D>) => S): Fold<S> {
  return { on: kind as unknown as AnyEventKind, evolve: evolve as (state: S, fact: Fact) => S };
}

/** A subscription: `on(TicketOpened).start(answer, (fact) => fact.data)`. */
export function on<D>(kind: AnyEventKind<D>): {
  start<I>(target: Workflow<I, unknown>, input: (fact: Fact<D>) => I | undefined, options?: { from?: Subscription["from"] }): Subscription;
} {
  return {
    start: (target, input, options) => ({
      on: kind as unknown as AnyEventKind,
      workflow: target as unknown as Workflow,
      input: input as (fact: Fact) => unknown,
      from: options?.from ?? "now",
    }),
  };
}
