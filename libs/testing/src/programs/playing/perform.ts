import { on, type Team, team, type Workflow, type WorkflowContext, workflow } from "@armada/agents";
import { type AnyEventKind, ArmadaError, type Duration, Refusal } from "@armada/contracts";
import type { Clock } from "@armada/event-sourcing";
import { z } from "zod";
import { insides, nodesOf } from "../drawing/nodes.ts";
import { type Block, type Case, FROM_JOURNAL, type Node } from "../drawing/program.ts";
import { live, shown } from "../drawing/values.ts";
import { type Agents, agentsOf, huge } from "./agents.ts";
import { ASIDE_MS, answer, awaited, BESIDE_MS, DECLINED, FROM, Input, kinds, SEARCH, serve, TEAM } from "./declarations.ts";
import type { Witness } from "./witness.ts";

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
  const nodes = new Map(nodesOf([...drawn.body, ...(drawn.changed ?? [])]).map((node) => [node.at, node]));
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
    awaits: Object.values(kinds) as unknown as readonly AnyEventKind[],
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
      case "block":
        this.#witness.blocks(ctx.run.id, node.ms);
        return "blocked";
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
  if (!FROM_JOURNAL.has(op) || typeof value !== "object" || value === null) return;
  if (Array.isArray(value)) value.push("spoiled");
  else Object.assign(value, { spoiled: true });
}

/**
 * What a program answers of a node's value: of one from the journal what it looked like as it came, for JSON tells neither a Date
 * from its text nor what is undefined from what is not there.
 */
function told({ op }: Node, value: unknown): unknown {
  return FROM_JOURNAL.has(op) ? shown(value) : value;
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
