import type { Agent, Team, Workflow, WorkflowContext } from "@armada/agents";
import { agent, on, team, tool, workflow } from "@armada/agents";
import { type Amount, type AnyEventKind, ArmadaError, capability, type Duration, event, external, Refusal } from "@armada/contracts";
import type { Clock } from "@armada/event-sourcing";
import type { Models } from "@armada/models";
import { z } from "zod";
import type { AgentName, Block, Case, EventName, Node } from "../drawing/program.ts";
import { live, shown } from "../drawing/values.ts";
import type { Witness } from "./witness.ts";

/** When each world's clock begins, and when the hours of `later` do. */
export const BEGAN = Date.parse("2026-01-01T00:00:00Z");
export const OPENS = BEGAN + 15_000;
/** When something came that came before the world, and where a subscription may begin. */
export const THEN = BEGAN - 1_000;
const FROM = {
  beginning: "beginning",
  now: "now",
  "its time": { time: new Date(THEN).toISOString() },
  "after it": { time: new Date(THEN + 1).toISOString() },
} as const;
/** What a start carries that starts nothing. */
export const DECLINED = "declined";
/** How long the call lasts that is made beside a `continueAsNew`. */
export const BESIDE_MS = 70_001;
/** How long something lasts that a function waits for beside its context. */
const ASIDE_MS = 50.37;
/** The keys by which each run is found. */
export const SEARCH = { drawn: "yes" } as const;
/** What each model call costs. */
export const COST = { micros: 100, tokens: 10 };
/** What an answer from a cache did not cost. */
export const SAVED = { micros: 70, tokens: 7 };

export const TEAM = "alpha";
export const OTHER = "beta";
export const GATEWAY = "gateway";

/** A node, and the how-manieth time the program comes to it. */
const At = z.object({ at: z.string(), visit: z.string() });
type At = z.infer<typeof At>;
const Input = z.object({ generation: z.number().int(), carry: z.unknown().optional() });
const Told = z.object({ id: z.string(), k: z.unknown() });
/** As `nudged` was at version 1. */
const Before = z.object({ id: z.string(), old: z.unknown() });
/** What a third of those who read it make of it: no value that a journal holds. */
const Unheld = Told.transform(({ id, k }) => ({ id, k: typeof k === "number" && k % 3 === 2 ? BigInt(k) : k }));
const Started = z.object({ id: z.string(), carry: z.unknown().optional() });

/** Data of `nudged` at version 1, at version 2; nothing where it is of that form already. */
export function newer(data: unknown): { id: string; k: unknown } | undefined {
  if (Told.safeParse(data).success) return undefined;
  const { id, old } = Before.parse(data);
  return { id, k: old };
}

/** For those who read version 3: nobody does yet. */
function ofVersion3(): never {
  throw new Error("data of version 2 is read as of version 3");
}

/** `begun` starts runs. */
export const kinds = {
  poked: event(`${TEAM}.thing.poked`, { version: 1, id: (data) => data.id, data: Told }),
  nudged: event(`${OTHER}.thing.nudged`, { version: 2, id: (data) => data.id, data: Told, upcasts: { 1: newer, 2: ofVersion3 } }),
  seen: external("com.example.thing.seen", { data: z.union([z.string(), Unheld]) }),
  begun: event(`${OTHER}.thing.begun`, { version: 1, id: (data) => data.id, data: Started }),
} as const;
const awaited = kinds as unknown as Readonly<Record<EventName, typeof kinds.poked>>;

const serve = capability(`${TEAM}.serve`, { input: z.unknown(), output: z.unknown() });
/** What code answers: twice what it is given. */
export const double = capability(`${TEAM}.double`, { input: z.number(), output: z.number() });
const answer = capability(`${OTHER}.answer`, { input: At, output: z.unknown() });

/** All nodes of a block, those inside others too. */
export function nodesOf(block: Block): Node[] {
  return block.flatMap((node) => [node, ...insides(node).flatMap(nodesOf)]);
}

export function insides(node: Node): readonly Block[] {
  switch (node.op) {
    case "deadline":
    case "repeat":
    case "leave":
      return [node.body];
    case "join":
      return node.branches;
    case "try":
      return [node.body, node.handler];
    case "when":
      return [node.body, node.otherwise];
    default:
      return [];
  }
}

/**
 * Microtasks within which a block comes at least as far as it does without waiting. What is left behind is given so many: how
 * many an author's own code lets pass would decide whether it has asked for something when the run continues as new.
 */
function atOnce(block: Block): number {
  const within = (node: Node): number => (node.op === "repeat" ? node.times : 1) * insides(node).reduce((sum, one) => sum + atOnce(one), 0);
  return block.reduce((sum, node) => sum + within(node) + 10, 10);
}

/** The team that carries out a case. `clock` is its replica's own: it stops when the replica is killed. */
export function teamOf(drawn: Case, witness: Witness, clock: Clock, versions: readonly number[] = [1, 2]): Team {
  const nodes = new Map(nodesOf(drawn.body).map((node) => [node.at, node]));
  const agents = agentsOf(nodes, witness, clock);
  const plays = versions.map((version) => play(drawn, agents, witness, clock, version));
  const [served] = plays;
  if (served === undefined) throw new Error("a team serves one version at least");
  return team({
    name: TEAM,
    agents: Object.values(agents),
    workflows: plays,
    provides: [serve.by(served)] as never,
    asks: [answer],
    emits: [kinds.poked],
    awaits: [kinds.poked, kinds.nudged, kinds.seen] as unknown as readonly AnyEventKind[],
    subscriptions: [
      on(kinds.begun).start(served, ({ data }) => (data.carry === DECLINED ? undefined : { generation: 0, carry: data.carry }), {
        from: FROM[drawn.from ?? "beginning"],
      }),
    ],
  });
}

function play(drawn: Case, agents: Agents, witness: Witness, clock: Clock, version: number): Workflow {
  return workflow({
    name: "play",
    version,
    input: Input,
    output: z.unknown(),
    search: () => SEARCH,
    run: async ({ generation, carry }, ctx) => {
      witness.begun(ctx.run.id);
      const performance = new Performance(ctx, generation, agents, witness, clock);
      return { carry, results: await performance.block(drawn.body) };
    },
  }) as unknown as Workflow;
}

type Agents = Readonly<Record<AgentName, Agent<At, unknown>>>;

function agentsOf(nodes: ReadonlyMap<string, Node>, witness: Witness, clock: Clock): Agents {
  const make = (name: AgentName): Agent<At, unknown> =>
    agent({
      name,
      does: "what its node says",
      tier: "worker",
      input: At,
      output: z.unknown(),
      ...(name === "batched" ? { lane: "batch" } : { limits: { timeout: "10s" } }),
      ...(name === "later" ? { window: "00:00:15-12:00 UTC" } : {}),
      ...(name === "soft" || name === "paid" ? { fallback: ({ at, visit }: At) => fallen(nodes.get(at), visit, witness) } : {}),
      ...(name === "writer" ? { tools: { write: writing(witness) } } : {}),
      run: async ({ input: { at, visit }, idempotencyKey, attempt, signal, tools, model }) => {
        const node = nodes.get(at);
        if (node?.op !== "agent") throw new Error(`no agent's node is called ${at}`);
        if (name === "later" && clock.now() < OPENS) throw new Error(`${at} begins before its hours`);
        witness.attempt(idempotencyKey, name, "begins");
        signal.addEventListener("abort", () => witness.attempt(idempotencyKey, name, "ends"));
        if (name === "paid" || name === "batched") await model.ask({ task: "say", prompt: at, material: [], schema: z.string() });
        // A model that takes no request for now has said so before.
        const times = refusesForNow(node) ? node.fails + 1 : witness.did(idempotencyKey, at);
        await clock.sleep(node.ms, signal);
        witness.attempt(idempotencyKey, name, "ends");
        const written = "write" in tools ? await tools.write?.({ at, visit }) : undefined;
        if ((node.how === "unsent" ? times : attempt) > node.fails) return name === "writer" ? [written, live(node.says)] : live(node.says);
        if (node.how === "hang") await clock.sleep(60_000, signal);
        if (node.how === "unsent") throw unsent(node);
        if (node.how === "later") throw Object.assign(new Error(`later at «${at}»`), { code: "DRAWN_LATER", retryAfter: notNow(node.ms) });
        if (node.how === "refuse") throw new Refusal("DRAWN_REFUSAL", `refused at «${at}»`, { details: live(node.says) });
        if (node.how === "terminal")
          throw Object.assign(new ArmadaError("DRAWN_TERMINAL", `failed at «${at}»`, { hint: `mend «${at}»` }), { terminal: true });
        throw new Error(node.how === "huge" ? huge(at) : `failed at «${at}»`);
      },
    });
  return {
    sure: make("sure"),
    soft: make("soft"),
    writer: make("writer"),
    paid: make("paid"),
    later: make("later"),
    batched: make("batched"),
  };
}

/** Whether it is the model that takes no request for now: it says so before it is paid. */
function refusesForNow(node: Node | undefined): node is Extract<Node, { op: "agent" }> {
  return node?.op === "agent" && node.agent === "paid" && node.how === "unsent";
}

/** Models that take no request of a node's first attempts: what was drawn for it cost nothing. */
export function refusing(models: Models, drawn: Case, witness: Pick<Witness, "did">, ceiling: Amount): Models {
  const nodes = new Map(nodesOf(drawn.body).map((node) => [node.at, node]));
  return {
    call: async (request, signal, options) => {
      const node = nodes.get(request.prompt ?? "");
      if (!refusesForNow(node) || witness.did(request.idempotencyKey ?? "", node.at) > node.fails)
        return models.call(request, signal, options);
      const call = await options?.meter?.draw({ tier: request.tier, model: request.tier, ceiling });
      if (call !== undefined) options?.meter?.settle(call, { kind: "free" });
      throw unsent(node);
    },
  };
}

function unsent({ at, ms }: Extract<Node, { op: "agent" }>): Error {
  return Object.assign(new Error(`not now at «${at}»`), { code: "DRAWN_BUSY", sent: false, retryAfter: notNow(ms) });
}

function fallen(node: Node | undefined, visit: string, witness: Witness): unknown {
  if (node?.op === "agent" && node.worse === "once" && witness.did(`${visit} fell`, node.at) === 1)
    throw new ArmadaError("NOT_YET", `not yet at «${node.at}»`, { retryable: true });
  if (node?.op === "agent" && node.worse === true) throw new Error(`nothing to fall back on at «${node.at}»`);
  return { fallback: node?.at };
}

function writing(witness: Witness): ReturnType<typeof tool> {
  return tool({
    input: At,
    output: z.object({ wrote: z.string() }),
    effect: "write",
    run: ({ at }, { idempotencyKey }) => {
      witness.did(idempotencyKey, at);
      return { wrote: at };
    },
  });
}

/** So long a model takes no request, in ms: as often beyond what a message may wait by itself as not. */
export function notNow(ms: number): number {
  return Math.min(60_000, ms * 200);
}

/** A text that no message holds. */
export function huge(at: string): string {
  return `«${at}» ${"y".repeat(1_200_000)}`;
}

/** Carries a program out on a `ctx`, as an author would write it. */
class Performance {
  readonly #ctx: WorkflowContext;
  readonly #generation: number;
  readonly #agents: Agents;
  readonly #witness: Witness;
  readonly #clock: Clock;
  readonly #visits = new Map<string, number>();

  constructor(ctx: WorkflowContext, generation: number, agents: Agents, witness: Witness, clock: Clock) {
    this.#ctx = ctx;
    this.#generation = generation;
    this.#agents = agents;
    this.#witness = witness;
    this.#clock = clock;
  }

  async block(nodes: Block): Promise<unknown[]> {
    const results: unknown[] = [];
    for (const node of nodes) {
      const visit = this.#visit(node.at);
      try {
        const value = await this.#node(node, visit);
        this.#witness.saw(visit, { value });
        results.push(told(node, value));
        spoil(node, value);
      } catch (error) {
        this.#witness.saw(visit, { error: described(error) });
        throw error;
      }
    }
    return results;
  }

  #node(node: Node, visit: string): unknown {
    const ctx = this.#ctx;
    const { at } = node;
    switch (node.op) {
      case "agent":
        return ctx.ask(this.#agents[node.agent], { at, visit });
      case "call":
        return ctx.ask(answer, { at, visit }, { within: ms(node.within) });
      case "step":
        return ctx.step(visit, async ({ idempotencyKey, signal }) => {
          await this.#clock.sleep(node.ms, signal);
          if (this.#witness.did(idempotencyKey, at) > node.fails) return live(node.says);
          if (node.how === "refuse") throw new Refusal("DRAWN_REFUSAL", `refused at «${at}»`);
          throw new Error(node.how === "huge" ? huge(at) : `failed at «${at}»`);
        });
      case "emit":
        return ctx.emit(kinds.poked, { id: node.id, k: live(node.says) });
      case "sleep":
        return ctx.sleep(ms(node.ms));
      case "deadline":
        return ctx.deadline(ms(node.ms), () => this.block(node.body));
      case "wait":
        return ctx[node.fact === true ? "waitForFact" : "waitFor"](awaited[node.kind], {
          id: node.id,
          ...(node.within === undefined ? {} : { within: ms(node.within) }),
          ...(node.since === undefined ? {} : { since: new Date(node.since).toISOString() }),
        });
      case "approval":
        return ctx.approval(visit, { show: live(node.show), within: ms(node.within), otherwise: node.otherwise });
      case "join":
        return this.#join(node);
      case "try":
        return this.block(node.body).catch(async (error: unknown) => [described(error), ...(await this.block(node.handler))]);
      case "repeat":
        return this.#repeat(node.times, node.body);
      case "when": {
        const yes = node.on === "patched" ? ctx.patched(at) : ctx.random() < 0.5;
        this.#witness.drew(visit, yes);
        return this.block(yes ? node.body : node.otherwise);
      }
      case "misuse":
        return this.#misuse(node.how, visit);
      case "busy":
        for (let left = node.calls; left > 0; left--) ctx.deadline(ms(1), unheard).catch(() => undefined);
        return "busy";
      case "now":
        return ctx.now();
      case "random": {
        const value = ctx.random();
        this.#witness.drew(visit, value);
        return value;
      }
      case "value":
        return live(node.says);
      case "throw":
        throw thrown(node);
      case "aside":
        return this.#aside(node.comes, visit);
      case "spin":
        return this.#spin();
      case "leave":
        return this.#leave(node.body);
      case "again":
        return this.#generation < node.times ? this.#again(node) : "ended";
      default:
        return node satisfies never;
    }
  }

  #misuse(how: Extract<Node, { op: "misuse" }>["how"], visit: string): Promise<unknown> {
    const ctx = this.#ctx;
    const within = "a while" as Duration;
    switch (how) {
      case "sleep":
        return ctx.sleep(within);
      case "wait":
        return ctx.waitFor(kinds.poked, { id: "a", within });
      case "approval":
        return ctx.approval(visit, { within, otherwise: "continue" });
      case "call":
        return ctx.ask(answer, { at: visit, visit }, { within });
      default:
        return how satisfies never;
    }
  }

  async #aside(comes: "ends" | "calls" | undefined, visit: string): Promise<unknown> {
    if (comes === undefined) return new Promise(() => undefined);
    await this.#clock.sleep(ASIDE_MS);
    return comes === "ends" ? "aside" : this.#ctx.ask(answer, { at: visit, visit }, { within: ms(BESIDE_MS) });
  }

  async #spin(): Promise<never> {
    for (;;) await this.#ctx.emit(kinds.poked, { id: "spun", k: 0 });
  }

  async #leave(body: Block): Promise<string> {
    this.block(body).catch(() => undefined);
    for (let left = atOnce(body); left > 0; left--) await Promise.resolve();
    return "left";
  }

  #again({ carry, beside }: Extract<Node, { op: "again" }>): Promise<never> {
    const next = this.#ctx.continueAsNew({ generation: this.#generation + 1, carry: live(carry) });
    if (beside === true) this.#ctx.sleep(ms(BESIDE_MS)).catch(() => undefined);
    return next;
  }

  #join({ how, branches }: Extract<Node, { op: "join" }>): Promise<unknown> {
    const made = branches.map((branch) => this.block(branch));
    switch (how) {
      case "all":
        return Promise.all(made);
      case "race":
        return Promise.race(made);
      case "any":
        return Promise.any(made);
      case "settled":
        return Promise.allSettled(made).then((all) => all.map((one) => (one.status === "fulfilled" ? one.value : described(one.reason))));
      default:
        return how satisfies never;
    }
  }

  async #repeat(times: number, body: Block): Promise<unknown[]> {
    const results: unknown[] = [];
    for (let i = 0; i < times; i++) results.push(await this.block(body));
    return results;
  }

  #visit(at: string): string {
    const times = (this.#visits.get(at) ?? 0) + 1;
    this.#visits.set(at, times);
    return `${at}#${times}`;
  }
}

/** Work that fails before it calls anything. */
function unheard(): never {
  throw undefined;
}

function thrown({ at, what }: Extract<Node, { op: "throw" }>): unknown {
  switch (what) {
    case "error":
      return new Error(`thrown at «${at}»`);
    case "refusal":
      return new Refusal("DRAWN_REFUSAL", `refused at «${at}»`);
    case "huge":
      return new Error(huge(at));
    case "text":
      return `thrown at «${at}»`;
    case "nothing":
      return undefined;
    default:
      return what satisfies never;
  }
}

/** Changes what came from the journal, as an author may: nothing but this program may see that. */
function spoil({ op }: Node, value: unknown): void {
  if (!["agent", "step", "call", "wait"].includes(op) || typeof value !== "object" || value === null) return;
  if (Array.isArray(value)) value.push("spoiled");
  else Object.assign(value, { spoiled: true });
}

/** What a program answers of a node's value: of a step's what it looked like, for JSON does not tell a Date from its text. */
function told(node: Node, value: unknown): unknown {
  if (node.op === "step" || node.op === "agent") return shown(value);
  return node.op === "call" || node.op === "wait" ? structuredClone(value) : value;
}

/** An error as a program tells it: its code and where it came from; texts of the engine's own are not compared. */
export function described(error: unknown): string {
  if (error instanceof AggregateError) return `none: ${error.errors.map(described).join(", ")}`;
  const mark = /«.*?»/.exec(error instanceof Error ? error.message : String(error))?.[0] ?? "";
  if (error instanceof ArmadaError) return `${error.code} ${mark}`;
  return `${error instanceof Error ? "Error" : typeof error} ${mark}`;
}

function ms(length: number): Duration {
  return `${length}ms`;
}
