import { rmSync } from "node:fs";
import { type Budget, tierOf } from "@armada/engine";
import { type Clock, loadEndless, MemoryMesh } from "@armada/event-sourcing";
import { seededRandom, VirtualClock } from "@armada/event-sourcing/testing";
import { type AllLimits, BudgetClient, ledger, ledgerOf } from "@armada/ledger";
import {
  batchedModels,
  batchLane,
  type CallOptions,
  cachedModels,
  chooseModels,
  type LaneNotes,
  limitedModels,
  type Meter,
} from "@armada/models";
import { maintenanceMeter } from "@armada/runtime";
import { BudgetMeter } from "./budget-meter.ts";
import type { Call } from "./calls.ts";
import type { Measures } from "./measures.ts";
import { startProvider } from "./provider.ts";
import { optionsOf, requestOf, tierOfTask } from "./requests.ts";
import type { Workload } from "./workload.ts";

/** What one team's calls came to; money in micro-dollars. */
export type Bill = {
  readonly calls: number;
  /** By the provider's log on disk, and by the team's ledger. */
  readonly billed: number;
  readonly settled: number;
  readonly suspects: number;
  /** Of the answers: how they came. */
  readonly cached: number;
  readonly joint: number;
  readonly batched: number;
  readonly downgraded: number;
  /** Later than their task tolerates. */
  readonly late: number;
  /** Requests that the provider billed. */
  readonly requests: number;
  readonly byTask: Readonly<Record<string, number>>;
};

/** Calls that may wait so long can go by the provider's batches, or wait for the night. */
const HOURS_MS = 8 * 3_600_000;
const DAY_MS = 24 * 3_600_000;
/** In UTC, as all hours of the workload. */
const OFF_PEAK_MS = 22 * 3_600_000;
const MONTHS = ["2026-11", "2026-12"];
const MONTH_END = Date.parse("2026-12-01T00:00:00Z");
/** Long, so that a month without calls of a replica that only renews its block is short. */
const LEASE_MS = 600_000;
const DOWNGRADE_AT = 0.8;
/** A budget is set after so much of the month, so many times what the whole will be by that: downgrades act in its last eighth. */
const TRIAL = 2 / 3;
const BUDGET = 1.1;
/** By then what can wait is done, of the night before too. */
const NOON_MS = 12 * 3_600_000;
/** Of the batch lane: `models.batchGather` and `models.batchPoll` of the configuration, for work that can wait for hours. */
const GATHER_MS = 30 * 60_000;
const POLL_MS = 300_000;
/** No process dies here. */
const NOTES: LaneNotes = { earlier: () => undefined, submitted: () => Promise.resolve() };
const quiet = { info: () => undefined, warn: () => undefined };

/**
 * One team's calls of the last `days` days of November 2026, which are its month, through the product's layers, in virtual
 * time. With `downgrades` among the measures two days at least are wanted.
 */
export async function teamMonth(about: {
  readonly workload: Workload;
  readonly calls: readonly Call[];
  readonly team: string;
  readonly measures: Measures;
  readonly days: number;
  readonly logFile: string;
}): Promise<Bill> {
  const { workload, team, measures, logFile } = about;
  const start = MONTH_END - about.days * DAY_MS;
  const clock = new VirtualClock(start);
  const random = seededRandom(1);
  const over = new AbortController();
  const { signal } = over;
  const mesh = new MemoryMesh(clock, random);
  mesh.provision(team, []);
  const { log, draws, registers, objects } = mesh.connect(team);
  await using provider = await startProvider(clock, logFile);
  const chosen = chooseModels({
    env: { ANTHROPIC_API_KEY: "bench", ANTHROPIC_BASE_URL: provider.url },
    local: () => ({ call: () => Promise.reject(new Error("no tier is local")) }),
    contextCaching: measures.has("contexts"),
    fetch: provider.fetch,
    now: () => clock.now(),
  });
  // As the runtime composes them.
  const lane = batchLane({ clock, batches: chosen.batches, gatherMs: GATHER_MS, pollMs: POLL_MS, logger: quiet, signal });
  const gathered = batchedModels(limitedModels(chosen.models, { clock }), { clock });
  const cached = cachedModels(lane.submitting(gathered), {
    registers,
    objects,
    team,
    clock,
    random,
    about: ({ tier }) => ({ model: chosen.tiers[tier] }),
  });
  const models = lane.adopting(cached);
  const budgetFor = (replica: string, limits: AllLimits["team"]): Budget => {
    const budgetClient = new BudgetClient({
      team,
      replica,
      zone: "UTC",
      leaseMs: LEASE_MS,
      limits: { team: limits, agents: {} },
      ports: { log, draws, clock, random, logger: quiet },
      signal,
      expired: (blocks) => Promise.reject(new Error(`the leases of ${[...blocks.keys()].join(", ")} expired, and no replica died`)),
    });
    return { budgetClient, run: undefined, downgradeAt: DOWNGRADE_AT, atLimit: "wait" };
  };
  const trial = Math.floor(about.days * TRIAL);
  /** Micro-dollars of the calls that were asked since the trial ended, and of contexts kept since. */
  let spentSince = 0;
  const unlimited = budgetFor("one", {});
  let budget = unlimited;
  const warm = new AbortController();
  const paying = maintenanceMeter(unlimited.budgetClient, "context_cache", { clock, random, logger: quiet, signal });
  const house: Meter = {
    draw: (about) => paying.draw(about),
    settle: (call, cost) => {
      if (clock.now() - start >= trial * DAY_MS && cost.kind === "billed") spentSince += cost.amount.micros;
      paying.settle(call, cost);
    },
  };
  if (measures.has("contexts")) chosen.keepWarm({ clock, signal: warm.signal, meter: house });
  /** The calls of the provider's that answered several. */
  const joint = new Set<string>();
  const count = { cached: 0, joint: 0, batched: 0, downgraded: 0, late: 0 };
  const spent = async (): Promise<number> => {
    const months = await Promise.all(MONTHS.map((month) => loadEndless(log, ledger, ledgerOf(team, month))));
    return months.reduce((sum, { state }) => sum + state.spent.micros, 0);
  };

  /** As a restart with another configuration does: what is open stays with the replica that opened it. */
  const limit = async (): Promise<void> => {
    await clock.sleep(trial * DAY_MS + NOON_MS, signal);
    const month = (((await spent()) - spentSince) / trial) * about.days;
    budget = budgetFor("two", { month: { micros: Math.ceil(month * BUDGET) } });
  };

  const one = async (call: Call): Promise<void> => {
    const { task } = call;
    const own = new AbortController(); // a signal that many listen to makes each of them slow
    const waits = task.toleranceSeconds * 1_000 >= HOURS_MS;
    if (waits && measures.has("window")) await untilOffPeak(clock, own.signal);
    const agent = `agent_${call.agent}`;
    const { budgetClient } = budget;
    const meter = new BudgetMeter({
      budgetClient,
      agent,
      run: call.prompt,
      workflow: task.name,
      id: () => random.id(),
      signal: own.signal,
    });
    const asked = tierOfTask(task, workload, measures);
    const { tier, why } = await tierOf(budget, { agent, asked, used: { micros: 0, tokens: 0 } });
    const request = requestOf(call, tier);
    if (why !== undefined) count.downgraded++;
    const byBatch = waits && measures.has("lane");
    const options: CallOptions = byBatch ? { lane: "batch", notes: NOTES, meter } : { ...optionsOf(task, measures), meter };
    const answer = await models.call(request, own.signal, options);
    if (byBatch) count.batched++;
    if (answer.cached !== undefined) count.cached++;
    if (meter.joint !== undefined) {
      count.joint++;
      joint.add(meter.joint);
    }
    const cost = meter.conclude();
    if (call.at >= trial * DAY_MS) spentSince += cost;
    if (clock.now() - start - call.at > task.toleranceSeconds * 1_000) count.late++;
  };

  const all = (async () => {
    const open: Promise<void>[] = measures.has("downgrades") ? [limit()] : [];
    for (const call of about.calls) {
      const wait = start + call.at - clock.now();
      if (wait > 0) await clock.sleep(wait, signal);
      open.push(one(call));
    }
    await Promise.all(open);
    // What is on its way comes to its end.
    warm.abort();
    await clock.sleep(60_000, signal);
    for (const { budgetClient } of new Set([unlimited, budget])) await budgetClient.close();
  })();
  let ended = false;
  const month = all.finally(() => {
    ended = true;
  });
  month.catch(() => undefined); // it is awaited below
  const how = await clock.run(() => ended, (about.calls.at(-1)?.at ?? 0) + 10 * DAY_MS);
  if (how !== "done") throw new Error(`team ${team} did not come to its end: ${how}`);
  await month;
  over.abort();
  const months = await Promise.all(MONTHS.map((month) => loadEndless(log, ledger, ledgerOf(team, month))));
  const { micros, requests, byTask } = provider.billed();
  for (const file of [logFile, `${logFile}.batches.jsonl`]) rmSync(file, { force: true });
  return {
    calls: about.calls.length,
    billed: micros,
    settled: await spent(),
    suspects: months.reduce((sum, { state }) => sum + Object.keys(state.suspects).length, 0),
    ...count,
    joint: count.joint + joint.size, // the first of those that share a call draws it as its own
    requests,
    byTask,
  };
}

async function untilOffPeak(clock: Clock, signal: AbortSignal): Promise<void> {
  const ofDay = clock.now() % DAY_MS;
  if (ofDay < OFF_PEAK_MS && ofDay >= 6 * 3_600_000) await clock.sleep(OFF_PEAK_MS - ofDay, signal);
}
