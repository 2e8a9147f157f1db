import {
  type AnyEventKind,
  ArmadaError,
  type Capability,
  checkName,
  type EventKind,
  milliseconds,
  type Provision,
} from "@armada/contracts";
import type { Tier } from "@armada/models";
import type { z } from "zod";
import { callsOf, checkBudget } from "./call-options.ts";
import type {
  Agent,
  AgentRun,
  Batching,
  Caching,
  Fact,
  Fold,
  Limits,
  ReadModel,
  Subscription,
  Team,
  Tool,
  Workflow,
  WorkflowContext,
} from "./define.ts";
import { parseWindow } from "./window.ts";

/** One kind of work. @throws ArmadaError `BAD_NAME`, `BAD_LIMITS`, `BAD_LIMIT`, `BAD_CACHE`, `BAD_BATCH`, `BAD_LANE`, `BAD_WINDOW` */
export function agent<I, O>(options: {
  name: string;
  does: string;
  tier: Tier;
  input: z.ZodType<I>;
  output: z.ZodType<O>;
  context?: readonly ReadModel<never>[] | readonly ReadModel[];
  tools?: Readonly<Record<string, Tool>>;
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
  run: (about: AgentRun<I>) => Promise<O> | O;
  fallback?: (input: I) => Promise<O> | O;
}): Agent<I, O> {
  checkName(options.name, "agent");
  const limits = options.limits ?? {};
  if (limits.timeout !== undefined) milliseconds(limits.timeout);
  for (const key of ["attempts", "concurrency", "tokensPerDay"] as const) {
    const value = limits[key];
    if (value !== undefined && !(Number.isInteger(value) && value >= 1))
      throw new ArmadaError("BAD_LIMITS", `agent ${options.name}: limits.${key} is ${value}`, { hint: "use a whole number from 1" });
  }
  checkBudget(options.name, limits);
  return {
    kind: "agent",
    name: options.name,
    does: options.does,
    tier: options.tier,
    input: options.input,
    output: options.output,
    context: (options.context ?? []) as readonly ReadModel[],
    tools: options.tools ?? {},
    limits,
    calls: callsOf(options),
    window: options.window === undefined ? undefined : parseWindow(options.window),
    run: options.run,
    fallback: options.fallback,
  };
}

/** A typed tool of an agent. */
export function tool<I, O>(options: Tool<I, O>): Tool {
  return options as Tool;
}

/** Durable code. @throws ArmadaError `BAD_NAME`, `BAD_VERSION` */
export function workflow<I, O>(options: {
  name: string;
  version: number;
  input: z.ZodType<I>;
  output: z.ZodType<O>;
  run: (input: I, ctx: WorkflowContext) => Promise<O>;
}): Workflow<I, O> {
  checkName(options.name, "workflow");
  if (!(Number.isInteger(options.version) && options.version >= 1))
    throw new ArmadaError("BAD_VERSION", `workflow ${options.name}: version ${options.version} is not a whole number from 1`);
  return { kind: "workflow", ...options };
}

/** A cache folded from facts. @throws ArmadaError `BAD_NAME` */
export function readModel<S>(options: { name: string; version: number; initial: () => S; folds: readonly Fold<S>[] }): ReadModel<S> {
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

/** A team: the table of contents of a service. @throws ArmadaError `BAD_NAME`, `DUPLICATE_NAME`, `FOREIGN_CAPABILITY`, `UNSERVED_CAPABILITY` */
export function team(options: {
  name: string;
  agents?: readonly unknown[];
  workflows?: readonly unknown[];
  readModels?: readonly unknown[];
  provides?: readonly Provision<unknown>[];
  subscriptions?: readonly Subscription[];
  asks?: readonly unknown[];
  emits?: readonly unknown[];
  awaits?: readonly unknown[];
}): Team {
  checkName(options.name, "team");
  if (options.name === "fleet")
    throw new ArmadaError("BAD_NAME", "no team can be called fleet: what the teams share goes by that name", { hint: "choose another" });
  const made: Team = {
    kind: "team",
    name: options.name,
    agents: (options.agents ?? []) as readonly Agent[],
    workflows: (options.workflows ?? []) as readonly Workflow[],
    readModels: (options.readModels ?? []) as readonly ReadModel[],
    provides: (options.provides ?? []) as readonly Provision<Workflow>[],
    subscriptions: options.subscriptions ?? [],
    asks: (options.asks ?? []) as readonly Capability[],
    emits: (options.emits ?? []) as readonly EventKind[],
    awaits: (options.awaits ?? []) as readonly AnyEventKind[],
  };
  unique(
    made,
    "agents",
    made.agents.map((a) => a.name),
  );
  unique(
    made,
    "workflows",
    made.workflows.map((w) => `${w.name} v${w.version}`),
  );
  unique(
    made,
    "readModels",
    made.readModels.map((m) => m.name),
  );
  for (const { capability, workflow: served } of made.provides) {
    if (capability.team !== made.name)
      throw new ArmadaError("FOREIGN_CAPABILITY", `team ${made.name} provides ${capability.name}, which is another team's`);
    if (!made.workflows.includes(served))
      throw new ArmadaError(
        "UNSERVED_CAPABILITY",
        `team ${made.name} provides ${capability.name} by a workflow that is not in its workflows`,
        {
          hint: "add the workflow to workflows: […]",
        },
      );
  }
  for (const kind of made.emits)
    if (kind.team !== made.name)
      throw new ArmadaError("FOREIGN_EVENT", `team ${made.name} cannot emit ${kind.type}, a fact of ${kind.team}`);
  return made;
}

function unique(owner: Team, list: string, names: readonly string[]): void {
  const seen = new Set<string>();
  for (const name of names) {
    if (seen.has(name)) throw new ArmadaError("DUPLICATE_NAME", `team ${owner.name} lists ${name} twice in ${list}`);
    seen.add(name);
  }
}
