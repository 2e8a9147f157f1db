import type { Agent, ReadModel, Team, Workflow, WorkflowContext } from "@armada/agents";
import { agent, fold, on, opening, parseWindow, readModel, team, tool, workflow } from "@armada/agents";
import { ArmadaError, type Capability, capability, type Duration, type EventKind, event, hash32, Refusal } from "@armada/contracts";
import type { Clock } from "@armada/event-sourcing";
import { z } from "zod";
import type { Effects } from "./effects.ts";
import { type AgentName, type Op, Program, Task } from "./program.ts";

/** Opens a while after the first runs begin. */
const WINDOW = "00:00:15-12:00 UTC";

export const SIDES = ["alpha", "beta"] as const;
export type Side = (typeof SIDES)[number];

const Item = z.object({ id: z.string(), depth: z.number(), pad: z.string() });
const Signal = z.object({ id: z.string(), v: z.number() });
const Out = z.object({ v: z.number(), tools: z.array(z.number()).optional() });
const Results = z.array(z.unknown());

export type Contract = {
  readonly item: EventKind<z.infer<typeof Item>>;
  readonly signal: EventKind<z.infer<typeof Signal>>;
  readonly serve: Capability<Program, unknown[]>;
  readonly absent: Capability<Program, unknown[]>;
};
export const contracts: Readonly<Record<Side, Contract>> = { alpha: contract("alpha"), beta: contract("beta") };

function contract(side: Side): Contract {
  return {
    item: event(`${side}.item.made`, { version: 1, id: (d) => d.id, data: Item }),
    signal: event(`${side}.signal.sent`, { version: 1, id: (d) => d.id, data: Signal }),
    serve: capability(`${side}.serve`, { input: Program, output: Results }),
    absent: capability(`${side}.absent`, { input: Program, output: Results }),
  };
}

export function otherOf(side: Side): Side {
  return side === "alpha" ? "beta" : "alpha";
}

/** Order matters in it: a model folded out of order, or twice, differs. */
export type Tally = { readonly count: number; readonly chain: number };
export const tallies: Readonly<Record<Side, ReadModel<Tally, "tally">>> = { alpha: tally(), beta: tally() };

function tally(): ReadModel<Tally, "tally"> {
  const next = (state: Tally, id: string, factor: number): Tally => ({
    count: state.count + 1,
    chain: (state.chain * 31 + factor * (hash32(id) % 1_000)) % 1_000_003,
  });
  const folds = SIDES.flatMap((side, index) => [
    fold(contracts[side].item, (state: Tally, fact) => next(state, fact.id, 3 + index)),
    fold(contracts[side].signal, (state: Tally, fact) => next(state, fact.id, 7 + index)),
  ]);
  return readModel({ name: "tally", version: 1, initial: () => ({ count: 0, chain: 1 }), folds });
}

/** What a workflow needs to know of an agent: its name and its schemas. */
const asked: Readonly<Record<AgentName, Agent<Task, z.infer<typeof Out>>>> = {
  sure: unimplemented("sure"),
  moody: unimplemented("moody"),
  soft: unimplemented("soft"),
  writer: unimplemented("writer"),
  reader: unimplemented("reader"),
  later: unimplemented("later"),
};

function unimplemented(name: AgentName): Agent<Task, z.infer<typeof Out>> {
  return agent({ name, does: "what its task says", tier: "worker", input: Task, output: Out, run: () => ({ v: 0 }) });
}

/** The workflows of a side: one interpreter of programs under several names, `play` in two versions. */
export const workflows: Readonly<Record<Side, readonly Workflow<Program, unknown[]>[]>> = { alpha: served("alpha"), beta: served("beta") };

function served(side: Side): Workflow<Program, unknown[]>[] {
  const make = (name: string, version: number): Workflow<Program, unknown[]> =>
    workflow({ name, version, input: Program, output: Results, run: (program, ctx) => perform(side, program, program.ops, ctx) });
  return [make("play", 2), make("play", 1), make("serve", 1), make("react", 1), make("heard", 1)];
}

async function perform(side: Side, program: Program, ops: readonly Op[], ctx: WorkflowContext): Promise<unknown[]> {
  const results: unknown[] = [];
  for (const op of ops)
    try {
      results.push(await carryOut(side, program, op, ctx));
    } catch (error) {
      if (op.op === "strict" || !(error instanceof ArmadaError)) throw error;
      results.push(error.code);
    }
  return results;
}

async function carryOut(side: Side, program: Program, op: Op, ctx: WorkflowContext): Promise<unknown> {
  const other = contracts[otherOf(side)];
  switch (op.op) {
    case "ask":
      return ctx.ask(asked[op.agent], { ...op.task, pad: "x".repeat(op.pad) });
    case "fan":
      return Promise.all(op.branches.map((branch) => perform(side, program, branch, ctx)));
    case "within":
      return ctx.deadline(ms(op.ms), () => perform(side, program, op.ops, ctx));
    case "step":
      return ctx.step(op.name, ({ idempotencyKey, signal }) => inlineWork(op, idempotencyKey, signal));
    case "emit":
      return ctx.emit(contracts[side].item, { id: op.id, depth: program.depth, pad: "x".repeat(op.pad) });
    case "sleep":
      return ctx.sleep(ms(op.ms)).then(() => ctx.now());
    case "wait": {
      const within = op.ms === undefined ? {} : { within: ms(op.ms) };
      return ctx.waitFor((op.from === "own" ? contracts[side] : other).signal, { id: op.id, ...within });
    }
    case "approve":
      return ctx.approval("may it go on?", { show: program.depth, within: ms(op.ms), otherwise: op.otherwise });
    case "call":
      return ctx.ask(op.served ? other.serve : other.absent, op.program, { within: ms(op.ms) });
    case "choose": {
      if (ctx.patched("better") && ctx.random() < 0.5) await ctx.sleep("100ms");
      return [ctx.now(), ctx.random()];
    }
    case "strict":
      return carryOut(side, program, op.op2, ctx);
    case "again":
      return ctx.continueAsNew(op.program);
    default:
      return op satisfies never;
  }
}

function ms(length: number): Duration {
  return `${length}ms`;
}

/** Bound by the world of the seed that is being simulated; one process simulates one seed at a time. */
let inlineEffects: { effects: Effects; clock: Clock } | undefined;
export function bindInlines(effects: Effects, clock: Clock): void {
  inlineEffects = { effects, clock };
}

async function inlineWork(op: Extract<Op, { op: "step" }>, key: string, signal: AbortSignal): Promise<{ nth: number }> {
  if (inlineEffects === undefined) throw new Error("no world is bound");
  const { effects, clock } = inlineEffects;
  await clock.sleep(op.ms, signal);
  const nth = effects.record(key, `inline ${op.name}`);
  if (nth <= op.fails) throw new Error(`the inline work failed for the time ${nth}`);
  return { nth };
}

/** A replica's own definition of the team: its agents act by this replica's clock, which stops when it is killed. */
export function defineTeam(side: Side, effects: Effects, clock: Clock, versions: readonly number[]): Team {
  const other = otherOf(side);
  const list = workflows[side].filter((w) => w.name !== "play" || versions.includes(w.version));
  const byName = (name: string): Workflow<Program, unknown[]> => {
    const found = list.find((w) => w.name === name);
    if (found === undefined) throw new Error(`no workflow ${name}`);
    return found;
  };
  return team({
    name: side,
    agents: agents(side, effects, clock),
    workflows: list,
    readModels: [tallies[side]],
    provides: [contracts[side].serve.by(byName("serve"))],
    asks: [contracts[other].serve, contracts[other].absent],
    emits: [contracts[side].item, contracts[side].signal],
    awaits: [contracts.alpha.signal, contracts.beta.signal],
    subscriptions: [
      on(contracts[other].item).start(byName("react"), ({ data }) => (data.depth < 1 ? reaction(data.id) : undefined)),
      on(contracts[other].signal).start(byName("heard"), ({ data }) => (data.v % 4 === 0 ? reaction(data.id) : undefined), {
        from: "beginning",
      }),
    ],
  });
}

export function reaction(id: string): Program {
  const task = { v: id.length, ms: 50, fails: 0, how: "throw" } as const;
  return {
    depth: 1,
    ops: [
      { op: "ask", agent: "sure", task, pad: 0 },
      { op: "emit", id, pad: 0 },
    ],
  };
}

function agents(side: Side, effects: Effects, clock: Clock): Agent<Task, z.infer<typeof Out>>[] {
  const common = { does: "what its task says", tier: "worker", input: Task, output: Out, limits: { timeout: "10s" } } as const;
  const act = async (name: string, task: Task, key: string, attempt: number, signal: AbortSignal): Promise<void> => {
    await clock.sleep(task.ms, signal);
    effects.record(key, `${name} ${task.v} ${task.ms} ${task.fails}`);
    if (attempt > task.fails) return;
    if (task.how === "hang") await clock.sleep(60_000, signal);
    if (task.how === "refuse") throw new Refusal("TASK_REFUSED", "the task is refused", { details: { v: task.v } });
    throw Object.assign(new Error(`attempt ${attempt} of ${task.fails} fails`), { terminal: task.how === "terminal" });
  };
  const begins = (name: AgentName): void => void effects.begun.push({ side, agent: name, at: clock.now() });
  const plain = (name: AgentName): Agent<Task, z.infer<typeof Out>> =>
    agent({
      ...common,
      name,
      ...(name === "soft" ? { fallback: (task: Task) => ({ v: -task.v }) } : {}),
      ...(name === "later" ? { window: WINDOW } : {}),
      context: name === "reader" ? [tallies[side]] : [],
      run: async ({ input, idempotencyKey, attempt, signal, context }) => {
        begins(name);
        if (name === "later" && opening(parseWindow(WINDOW), clock.now()) > clock.now())
          effects.wrong.push(`${idempotencyKey} begins at ${new Date(clock.now()).toISOString()}`);
        if (name === "reader" && typeof context.tally !== "object") throw new Error("the read model is missing");
        await act(name, input, idempotencyKey, name === "soft" && input.how !== "refuse" ? 0 : attempt, signal);
        return { v: input.v + 1 };
      },
    });
  const write = tool({
    input: z.object({ v: z.number() }),
    output: z.object({ nth: z.number() }),
    effect: "write",
    run: async ({ v }, { idempotencyKey }) => ({ nth: effects.record(idempotencyKey, `write ${v}`) }),
  });
  const writer = agent({
    ...common,
    name: "writer",
    tools: { write },
    run: async ({ input, tools, idempotencyKey, attempt, signal }) => {
      begins("writer");
      const one = await tools.write({ v: input.v });
      await act("writer", input, idempotencyKey, attempt, signal);
      const two = await tools.write({ v: input.v + 1 });
      return { v: input.v + 1, tools: [one.nth, two.nth] };
    },
  });
  return [plain("sure"), plain("moody"), plain("soft"), writer, plain("reader"), plain("later")];
}
