import { setTimeout as sleep } from "node:timers/promises";
import { agent, type Team, team, workflow } from "@armada/agents";
import { type Budget, expiredCalls } from "@armada/engine";
import { loadEndless } from "@armada/event-sourcing";
import { BudgetClient, ledger, ledgerOf, periodOf } from "@armada/ledger";
import type { CallCost, Models } from "@armada/models";
import { accessIn, Fleet, link, portsOf } from "@armada/nats";
import { startTestMesh, type TestMesh } from "@armada/nats/testing";
import { noTracer, startReplica, systemClock, systemRandom } from "@armada/runtime";
import { z } from "zod";
import { ask, loud } from "../asking.ts";
import { type Options, quantile, type Row } from "../row.ts";
import { IN_FLIGHT, topology } from "../team.ts";

const CALL_MS = 50;
const CEILING = { micros: 1_000, tokens: 3_000 };
const COST = { micros: 120, tokens: 500 };
const Steps = z.object({ steps: z.number().int() });
const Told = z.object({ told: z.boolean() });

/** How long each call took, as its agent sees it, ms. */
const took: number[] = [];

const asker = agent({
  name: "asker",
  does: "asks a model once",
  tier: "worker",
  input: Steps,
  output: Told,
  limits: { concurrency: IN_FLIGHT },
  run: async ({ model }) => {
    const began = performance.now();
    const answer = await model.ask({ task: "tell", prompt: "Tell.", material: [], schema: Told });
    took.push(performance.now() - began);
    return answer;
  },
});

const asking = workflow({
  name: "asking",
  version: 1,
  input: Steps,
  output: Steps,
  run: async ({ steps }, ctx) => {
    for (let i = 0; i < steps; i++) await ctx.ask(asker, { steps });
    return { steps };
  },
});

const teamOf = (name: string): Team => team({ name, agents: [asker], workflows: [asking] });

/** Draws and settles as adapters do, around a sleep. */
const models: Models = {
  async call(request, signal, options) {
    const call = await options?.meter?.draw({ tier: request.tier, model: "stub", ceiling: CEILING });
    await sleep(CALL_MS, undefined, { signal });
    const usage = { inputTokens: COST.tokens, outputTokens: 0 };
    const cost: CallCost = { kind: "billed", model: "stub", usage, amount: COST };
    if (call !== undefined) options?.meter?.settle(call, cost);
    return { value: request.schema.parse({ told: true }), model: "stub", usage, costMicros: COST.micros };
  },
};

/** A replica of the team in this process; `budgetClient`: what pays for its calls, absent without a ledger. */
async function startTeam(mesh: TestMesh, name: string, paid: boolean) {
  const ports = await mesh.connect(name, loud);
  const over = new AbortController();
  const budgetClient = new BudgetClient({
    team: name,
    replica: systemRandom.id(),
    zone: "UTC",
    leaseMs: 60_000,
    limits: { team: { month: { micros: 1e12 } }, agents: {} },
    ports: { log: ports.log, draws: ports.draws, clock: systemClock, random: systemRandom, logger: loud },
    signal: over.signal,
    expired: (blocks) => expiredCalls(ports, name, blocks),
  });
  const budget: Budget = { budgetClient, run: undefined, downgradeAt: 0.8, atLimit: "wait" };
  const engine = startReplica(teamOf(name), { ...ports, tracer: noTracer, logger: loud }, models, paid ? { budget } : {});
  return {
    /** What its ledger has as spent, micro-dollars, once all is told. */
    spent: async (): Promise<number> => {
      await budgetClient.close();
      const { month } = periodOf(systemClock.now(), "UTC");
      return (await loadEndless(ports.log, ledger, ledgerOf(name, month))).state.spent.micros;
    },
    [Symbol.asyncDispose]: async () => {
      await engine.stop();
      over.abort();
    },
  };
}

/** Starts runs of a team and waits for their ends. */
async function runner(mesh: TestMesh) {
  const operator = await link({ servers: mesh.url, identity: await accessIn(mesh.keys).identity("operator"), logger: loud });
  const keys = await Fleet.follow(operator, accessIn(mesh.keys), loud);
  const asks = portsOf(operator, "operator", keys, loud).log;
  const over = new AbortController();
  const open = new Map<string, () => void>();
  const followed = ["paid", "free"].map(async (name) => {
    const { log } = await mesh.connect(name, loud);
    return log.follow([`run.${name}.end.>`], 0, ({ subject }) => open.get(subject.split(".")[4] ?? "")?.(), over.signal);
  });
  return {
    /** @returns calls a second, and the median of how long one took, ms */
    run: async (name: string, round: number, steps: number): Promise<{ perSecond: number; p50: number }> => {
      const ids = Array.from({ length: IN_FLIGHT }, (_, i) => `${name}-${round}-${String(i).padStart(3, "0")}`);
      const ended = ids.map((id) => new Promise<void>((resolve) => void open.set(id, resolve)));
      took.length = 0;
      const began = performance.now();
      await Promise.all(ids.map((id) => ask(asks, name, id, { workflow: "asking", input: { steps } })));
      await Promise.all(ended);
      const ms = performance.now() - began;
      open.clear();
      return { perSecond: (took.length * 1_000) / ms, p50: quantile(took, 0.5) };
    },
    [Symbol.asyncDispose]: async () => {
      over.abort();
      await operator.close();
      await Promise.all(followed);
    },
  };
}

/** What the ledger costs: the same team with one and without, in turn. Both are ours; without the ledger stands under raw. */
export const overhead: Row = {
  name: "overhead",
  syncs: ["always", "100ms"],
  short: ["100ms"],
  processes: 1,
  runs: "hot",
  about: "64 runs in flight of steps whose agent asks a model once, a stub that sleeps 50 ms and draws and settles as adapters do",
  measure: async (options: Options) => {
    await using mesh = await startTestMesh([topology(teamOf("paid")), topology(teamOf("free"))], { syncInterval: options.sync });
    await using paid = await startTeam(mesh, "paid", true);
    await using _free = await startTeam(mesh, "free", false);
    await using both = await runner(mesh);
    const steps = Math.max(4, Math.round((options.seconds * 1_000) / (CALL_MS + 10)));
    const warm = 20;
    for (const name of ["paid", "free"]) await both.run(name, 0, warm);
    const on: number[] = [];
    const off: number[] = [];
    const added: number[] = [];
    for (let round = 1; round <= options.rounds; round++) {
      const withLedger = await both.run("paid", round, steps);
      const without = await both.run("free", round, steps);
      on.push(withLedger.perSecond);
      off.push(without.perSecond);
      added.push(withLedger.p50 - without.p50);
      options.say(
        `round ${round}: a call ${withLedger.p50.toFixed(2)} ms against ${without.p50.toFixed(2)}, ${on.at(-1)?.toFixed(0)} a second against ${off.at(-1)?.toFixed(0)}`,
      );
    }
    const wanted = IN_FLIGHT * (warm + steps * options.rounds) * COST.micros;
    const spent = await paid.spent();
    const missing = spent === wanted ? {} : { missing: `the ledger has ${spent} micro-dollars of ${wanted}` };
    return [
      { name: "overhead added p50", ours: added, raw: [], unit: "ms", target: { most: 2 }, ...missing },
      { name: "overhead throughput", ours: on, raw: off, unit: "calls/s", target: { andRatio: 0.95 }, ...missing },
    ];
  },
};
