import type { AnyEventKind, Attribute, Capability, Duration, EventKind, Provision } from "@armada/contracts";
import type { CallOptions, ModelRequest, Tier } from "@armada/models";
import type { BreakerOptions } from "@armada/resilience/settings";
import type { z } from "zod";
import type { Window } from "./window.ts";

/** A model request as an agent writes it; tier and idempotency key are the engine's. */
export type Question<T> = Omit<ModelRequest<T>, "tier" | "idempotencyKey"> & { readonly tier?: Tier };

/** What an agent's `run` gets; `tools` and `context` are typed by what the agent declares. */
export type AgentRun<I, T extends Tools = Tools, C extends readonly ReadModel[] = readonly ReadModel[]> = {
  readonly input: I;
  /** The declared read models by name, as of the sequence journaled with the request; another name throws `NOT_DECLARED`. */
  readonly context: ContextOf<C>;
  readonly model: { ask<A>(question: Question<A>): Promise<A> };
  /** The declared tools; input and output are checked. Another name throws `NOT_DECLARED`, which ends the step's attempts. */
  readonly tools: ToolCalls<T>;
  /** Large bodies by content; `put` answers the digest. */
  readonly objects: { get(digest: string): Promise<Uint8Array>; put(bytes: Uint8Array): Promise<string> };
  /** `<run>-<n>`: the same over attempts and redeliveries, different between steps. */
  readonly idempotencyKey: string;
  readonly attempt: number;
  readonly signal: AbortSignal;
};

/** A tool: a `read` has no effect; a `write` is journaled and gets an idempotency key. */
export type Tool<I = unknown, O = unknown> = {
  readonly input: z.ZodType<I>;
  readonly output: z.ZodType<O>;
  readonly effect: "read" | "write";
  run(input: I, about: { idempotencyKey: string; signal: AbortSignal }): Promise<O> | O;
};

export type Tools = Readonly<Record<string, Tool>>;
/** How an agent calls the tools that it declares. */
export type ToolCalls<T extends Tools> = {
  readonly [K in keyof T]: T[K] extends Tool<infer I, infer O> ? (input: I) => Promise<O> : never;
};
/** The states of the read models that an agent declares, by their names. */
export type ContextOf<C extends readonly ReadModel[]> = {
  readonly [M in C[number] as M["name"]]: M extends ReadModel<infer S> ? S : never;
};

/** What one step of an agent may take; what is not said has the default that is told at it. */
export type Limits = {
  /** Of one attempt; 30 s unless said, in the batch lane 25 h. */
  readonly timeout?: Duration;
  /** Attempts in all; 4 unless said. */
  readonly attempts?: number;
  /** Steps of this agent that one replica runs at a time; 8 unless said, in the batch lane 1,000. */
  readonly concurrency?: number;
  readonly tokensPerDay?: number;
  /** What this agent may spend beside its team's limits: `$5/day, 1M tokens/month`. */
  readonly budget?: string;
  /** When calls of this agent pause because it fails, for all replicas of its team; `false`: never. */
  readonly breaker?: BreakerOptions | false;
  /**
   * Each of its calls runs in a `thread` or a `process` of its own, beside its replica: for work that holds the event loop, or code
   * that is not trusted to let its process live. Unless said, in the replica's own thread.
   */
  readonly isolate?: "thread" | "process";
  /** Of the heap of such a thread or process, MB; what takes more ends. Node's own limit unless said. */
  readonly memory?: number;
};

/** An answer to an equal request serves again for `ttl`, 1 to 24 hours; `shared`: other teams' answers too. */
export type Caching = { readonly ttl: Duration; readonly shared?: boolean };
/** Questions of one kind wait `within` for others, up to `max` in one request. */
export type Batching = { readonly max: number; readonly within: Duration };

/** What `agent` makes: one task, by a model or by code, with the schemas of what it takes and gives. Name: `[a-z][a-z0-9-]*`. */
export type Agent<I = unknown, O = unknown> = {
  readonly kind: "agent";
  readonly name: string;
  readonly does: string;
  readonly tier: Tier;
  readonly input: z.ZodType<I>;
  readonly output: z.ZodType<O>;
  readonly context: readonly ReadModel[];
  readonly tools: Tools;
  readonly limits: Limits;
  /** How its model calls are made. */
  readonly calls: Pick<CallOptions, "cache" | "batch" | "lane">;
  /** Its attempts begin while this is open, and wait for it else. */
  readonly window: Window | undefined;
  run(about: AgentRun<I>): Promise<O> | O;
  /** Answers when all attempts failed; its outcome is always labelled degraded. */
  readonly fallback: ((input: I) => Promise<O> | O) | undefined;
};

/** The durable operations of a workflow. All of a workflow's waiting goes through these. */
export interface WorkflowContext {
  /** Asks an agent of the own team, or another team's capability. Input and output are checked. */
  ask<I, O>(target: Agent<I, O> | Capability<I, O>, input: I, options?: { within?: Duration }): Promise<O>;
  /** Durable inline work: runs at least once, its result is recorded once. */
  step<T>(name: string, work: (about: { idempotencyKey: string; signal: AbortSignal }) => Promise<T> | T): Promise<T>;
  emit<D>(kind: EventKind<D>, data: D): Promise<void>;
  sleep(length: Duration): Promise<void>;
  /** Runs `work`; rejects with `DEADLINE_EXCEEDED` when it takes longer. */
  deadline<T>(within: Duration, work: () => Promise<T>): Promise<T>;
  /** Resolves with the data of the first such event for `id` since `since` (ISO-8601; the run's start unless said). */
  waitFor<D>(kind: AnyEventKind<D>, options: { id: string; since?: string; within?: Duration }): Promise<D>;
  /** The same, with the event's attributes: its sender's `source`, `id`, `time` and `extensions` beside `data`. */
  waitForFact<D>(kind: AnyEventKind<D>, options: { id: string; since?: string; within?: Duration }): Promise<Fact<D>>;
  /** Asks a person. Not approved (refused or expired): `cancel` the run, `fail` it, or `continue` with `approved: false`. */
  approval(
    question: string,
    options: { show?: unknown; within: Duration; otherwise: "cancel" | "fail" | "continue" },
  ): Promise<{ approved: boolean; by: string; expired: boolean }>;
  /** Ends this run and starts `<run>~2` with `input`. */
  continueAsNew(input: unknown): Promise<never>;
  /** Milliseconds since 1970, as of the journal message being answered. */
  now(): number;
  /** In [0, 1), from the run's id. */
  random(): number;
  /** True in runs that reach this line for the first time after the patch. */
  patched(id: string): boolean;
  readonly run: { readonly id: string; readonly correlation: string };
}

/** What `workflow` makes: one version of a process. Its `run` is called again from the journal, so it works through `ctx` alone. */
export type Workflow<I = unknown, O = unknown> = {
  readonly kind: "workflow";
  readonly name: string;
  readonly version: number;
  readonly input: z.ZodType<I>;
  readonly output: z.ZodType<O>;
  /** By what its runs are found beside their ids: `armada runs list --where NAME=VALUE`. Written when a run starts. */
  search?(input: I): SearchKeys;
  run(input: I, ctx: WorkflowContext): Promise<O>;
};

/** Business keys: up to 16, by names as of agents; a value has at most 256 characters, and none where it is undefined. */
export type SearchKeys = Readonly<Record<string, string | number | boolean | undefined>>;

/** A fact as a read model or a subscription sees it. */
export type Fact<D = unknown> = {
  /** Data that is no text, of an event from outside: its base64. */
  readonly data: D;
  /** The mesh's own name of it, which `armada trace` takes: of events from outside made of source and id, else the id. */
  readonly key: string;
  /** As its sender gave it: of events from outside, one only together with `source`. */
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly subject: string;
  /** When it happened, as its sender says (RFC 3339); where it says nothing, `arrived`. */
  readonly time: string;
  /** When the mesh learnt of it (ISO-8601 UTC): what starts and `since` go by. */
  readonly arrived: string;
  /** The media type of `data`, where its sender says one. */
  readonly datacontenttype: string | undefined;
  /** The schema that `data` adheres to, a URI, where its sender says one. */
  readonly dataschema: string | undefined;
  /** The CloudEvents extension attributes of an event from outside, as its sender named them, e.g. `partitionkey`. */
  readonly extensions: Readonly<Record<string, Attribute>>;
  readonly team: string;
};

/** A state folded from the team's facts, in the order of its stream; every replica holds it, and an agent's prompt may show it. */
export type ReadModel<S = unknown, N extends string = string> = {
  readonly kind: "read-model";
  readonly name: N;
  /** Raise it when a fold changes: the cache of the older version is dropped. */
  readonly version: number;
  readonly initial: () => S;
  readonly folds: readonly Fold<S>[];
};
/** What one type of event does to a read model's state: a pure function, which returns the new state. */
export type Fold<S = unknown> = { readonly on: AnyEventKind; evolve(state: S, fact: Fact): S };

/** `from`: events published before the subscription was made start nothing unless it says `beginning` or a time. */
export type Subscription = {
  readonly on: AnyEventKind;
  readonly workflow: Workflow;
  /** The workflow's input, or undefined where this fact starts nothing. */
  input(fact: Fact): unknown;
  readonly from: "now" | "beginning" | { readonly time: string };
};

/**
 * What becomes of firings that nobody started in time, as all replicas were away or the team's stream was full: `skip` starts none of
 * them, `once` the last, `all` each, oldest first and up to the last 1,000. One that is up to a minute late is not missed.
 */
export type MissedPolicy = "skip" | "once" | "all";

/** One firing of a schedule, as its workflow's input is made of it. */
export type Firing = {
  /** The instant that the schedule names, ISO-8601 UTC, however late the run begins. */
  readonly planned: string;
  /** What the clocks of the schedule's zone show at that instant: `2026-03-29T09:00:00`. */
  readonly local: string;
};

/** What `every` makes. `cron` has 5 fields, or 6 with the seconds first; `zone` is of the IANA database. */
export type Schedule = {
  readonly kind: "schedule";
  readonly name: string;
  readonly cron: string;
  readonly zone: string;
  readonly missed: MissedPolicy;
  readonly workflow: Workflow;
  input(firing: Firing): unknown;
};

/** What `team` makes: all that one team is, checked as a whole. It is what a service serves, and what its manifest says. */
export type Team = {
  readonly kind: "team";
  readonly name: string;
  readonly agents: readonly Agent[];
  /** Every version still served; of one name the highest takes new runs. */
  readonly workflows: readonly Workflow[];
  readonly readModels: readonly ReadModel[];
  readonly provides: readonly Provision<Workflow>[];
  readonly subscriptions: readonly Subscription[];
  readonly schedules: readonly Schedule[];
  /** Capabilities of other teams that the workflows ask. */
  readonly asks: readonly Capability[];
  /** Event kinds that the workflows emit; what others may subscribe to. */
  readonly emits: readonly EventKind[];
  /** Event kinds that workflows `waitFor`. */
  readonly awaits: readonly AnyEventKind[];
};
