import { agent, team, workflow } from "@armada/agents";
import { encodeBody, runFilter } from "@armada/contracts";
import { type Clock, loadEndless, MemoryMesh } from "@armada/event-sourcing";
import { seededRandom, VirtualClock } from "@armada/event-sourcing/testing";
import { BudgetClient, type LedgerState, ledger, ledgerOf } from "@armada/ledger";
import { batchLane, type ModelRequest, type Models, type ProviderBatches } from "@armada/models";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { allQueues, queuesOf } from "../inbound/queues.ts";
import { concludedCalls, expiredCalls } from "../journal/expired-calls.ts";
import { type Engine, startEngine } from "../replica.ts";
import { noTracer, silentLogger } from "../testing/replica.ts";
import { readRun, viewOf } from "../view/run.ts";

const Item = z.object({ item: z.string() });
const COST = { micros: 7, tokens: 70 };
const LEASE_MS = 5_000;

const asker = agent({
  name: "asker",
  does: "asks",
  tier: "worker",
  input: Item,
  output: Item,
  lane: "batch",
  run: ({ input, model }) => model.ask({ task: "echo", prompt: input.item, material: [], schema: Item }),
});
const buy = workflow({
  name: "buy",
  version: 1,
  input: z.object({ items: z.array(z.string()) }),
  output: z.array(Item),
  run: ({ items }, ctx) => Promise.all(items.map((item) => ctx.ask(asker, { item }))),
});
const shop = team({ name: "shop", agents: [asker], workflows: [buy] });

/** When the replica that works is killed: at this moment, for this batch. */
type Moment = "submitting" | "polling" | "reading" | "never";

/** A provider whose batches take `lengthMs` and expire while `expired` is above zero; and a mesh of replicas to be killed. */
class World {
  readonly clock = new VirtualClock(Date.parse("2026-11-22T10:00:00Z"));
  readonly random = seededRandom(1);
  readonly mesh = new MemoryMesh(this.clock, this.random);
  readonly batches: { at: number; calls: string[]; requests: Map<string, ModelRequest>; expired: boolean }[] = [];
  readonly lengthMs: number;
  expiring = 0;
  killed = false;

  constructor(lengthMs: number) {
    this.lengthMs = lengthMs;
    this.mesh.provision("shop", allQueues(queuesOf(shop)));
  }

  start(die: Moment): Engine {
    const over = new AbortController();
    const never = new Promise<never>(() => undefined);
    const living = <T>(work: Promise<T>): Promise<T> => work.then((value) => (over.signal.aborted ? never : value));
    const clock: Clock = {
      now: () => this.clock.now(),
      sleep: (ms, signal) => (over.signal.aborted ? never : living(this.clock.sleep(ms, signal))),
    };
    const { kill, ...connected } = this.mesh.connect("shop");
    const { log, draws } = connected;
    const budgetClient = new BudgetClient({
      team: "shop",
      replica: this.random.id(),
      zone: "UTC",
      leaseMs: LEASE_MS,
      limits: { team: { day: { micros: 1_000_000 } }, agents: {} },
      ports: { log, draws, clock, random: this.random, logger: silentLogger },
      signal: over.signal,
      expired: (blocks) => expiredCalls({ log, draws }, "shop", blocks),
      concluded: (suspects) => concludedCalls(log, "shop", suspects),
    });
    const provider = this.#provider(die, () => {
      over.abort(new Error("killed"));
      kill();
    });
    const inner: Models = { call: () => Promise.reject(new Error("asked by itself")) };
    const lane = batchLane({ clock, batches: () => provider, gatherMs: 1_000, pollMs: 500, signal: over.signal });
    const ports = { ...connected, clock, random: this.random, scheduler: this.clock.scheduler, logger: silentLogger, tracer: noTracer };
    const engine = startEngine(shop, ports, lane.adopting(lane.submitting(inner)), {
      budget: { budgetClient, run: undefined, downgradeAt: 1, atLimit: "wait" },
    });
    engine.closed.catch(() => undefined);
    return engine;
  }

  /** As one replica sees it. */
  #provider(die: Moment, kill: () => void): ProviderBatches {
    const dying = (moment: Moment): Promise<void> => {
      if (die !== moment) return Promise.resolve();
      this.killed = true;
      kill();
      return new Promise(() => undefined);
    };
    return {
      drawing: ({ tier }) => Promise.resolve({ tier, model: "m", ceiling: { micros: 10, tokens: 100 } }),
      inWaves: (items) => Promise.resolve({ first: items, rest: [] }),
      submit: async (items) => {
        const requests = new Map(items.map(({ call, request }) => [call, request]));
        this.batches.push({ at: this.clock.now(), calls: [...requests.keys()], requests, expired: this.expiring-- > 0 });
        await dying("submitting");
        return { kind: "submitted", batch: `b${this.batches.length - 1}` };
      },
      poll: async (batch) => {
        await dying("polling");
        return this.clock.now() < this.#batch(batch).at + this.lengthMs ? "in_progress" : "ended";
      },
      results: (batch, requestOf) => this.#results(batch, requestOf, () => dying("reading")),
      recent: (since) =>
        Promise.resolve(
          this.batches
            .map(({ at, calls }, i) => ({ batch: `b${i}`, createdAt: at, ended: true, items: calls.length }))
            .filter(({ createdAt }) => createdAt >= since)
            .toReversed(),
        ),
    };
  }

  async *#results(...[batch, requestOf, after]: [string, (call: string) => ModelRequest | undefined, () => Promise<void>]) {
    const { requests, expired } = this.#batch(batch);
    for (const [call, { prompt }] of requests) {
      if (requestOf(call) === undefined) continue;
      const error = Object.assign(new Error("expired"), { code: "MODEL_BATCH_ENDED" }) as never;
      const usage = { inputTokens: 60, outputTokens: 10 };
      if (expired) yield { call, cost: { kind: "free" as const }, error };
      else
        yield {
          call,
          cost: { kind: "billed" as const, model: "m", usage, amount: COST },
          answer: { value: { item: prompt }, model: "m", usage, costMicros: COST.micros },
        };
    }
    await after();
  }

  #batch(name: string): World["batches"][number] {
    const found = this.batches[Number(name.slice(1))];
    if (found === undefined) throw new Error(`no batch ${name}`);
    return found;
  }

  ask(items: readonly string[]): void {
    const about = { specversion: "1.0", source: "/operator", type: "armada.asked", team: "operator", schemaversion: 1, hops: 0 } as const;
    const time = new Date(this.clock.now()).toISOString();
    const data = { workflow: "buy", input: { items } };
    const body = encodeBody([{ ...about, id: "r1.start", subject: "r1", time, data, correlationid: "r1", causationid: "r1" }]);
    this.mesh.stream("shop").append("ask.shop.operator.run_start.r1", body, this.clock.now());
  }

  view(): ReturnType<typeof viewOf> {
    const stream = this.mesh.stream("shop");
    const loaded = stream.load(runFilter("shop", "r1"), stream.head);
    return viewOf("shop", "r1", readRun(loaded.kind === "loaded" ? loaded.messages : []));
  }

  async ledger(): Promise<LedgerState> {
    return (await loadEndless(this.mesh.connect("shop").log, ledger, ledgerOf("shop", "2026-11"))).state;
  }
}

describe("a step in the batch lane", () => {
  test.each([
    ["submitting", 2_000],
    ["submitting", 60_000],
    ["polling", 2_000],
    ["polling", 60_000],
    ["reading", 2_000],
    ["reading", 60_000],
    ["never", 2_000],
  ] as const)("whose replica dies while %s (a batch takes %i ms) ends by the same batch, billed once", async (moment, lengthMs) => {
    const world = new World(lengthMs);
    world.start(moment);
    world.ask(["a", "b", "c"]);
    await world.clock.run(() => world.killed || world.view().status === "completed", 100_000);
    if (moment !== "never") world.start("never");
    await world.clock.run(() => world.view().status === "completed", 600_000);
    expect(world.view()).toMatchObject({ status: "completed", interruptions: 0 });
    expect(world.view().steps.map(({ attempts, costMicros }) => [attempts, costMicros])).toEqual([1, 2, 3].map(() => [1, COST.micros]));
    expect(world.batches.map(({ calls }) => calls.length)).toEqual([3]);
    await world.clock.run(() => false, 40_000);
    const { spent, blocks, suspects } = await world.ledger();
    expect({ spent, blocks, suspects }).toEqual({ spent: { micros: 21, tokens: 210 }, blocks: {}, suspects: {} });
  });

  test("is given back at once by a replica that stops, and another goes on with it", async () => {
    const world = new World(60_000);
    const engine = world.start("never");
    world.ask(["a", "b"]);
    await world.clock.run(() => world.batches.length === 1, 10_000);
    const began = world.clock.now();
    let stopped = Number.POSITIVE_INFINITY;
    void engine.stop().then(() => {
      stopped = world.clock.now();
    });
    await world.clock.run(() => stopped < Number.POSITIVE_INFINITY, 60_000);
    expect(stopped - began).toBeLessThan(2_000);
    world.start("never");
    await world.clock.run(() => world.view().status === "completed", 600_000);
    expect(world.view()).toMatchObject({ status: "completed", interruptions: 0 });
    expect(world.batches.map(({ calls }) => calls.length)).toEqual([2]);
    await world.clock.run(() => false, 40_000);
    const { spent, blocks, suspects } = await world.ledger();
    expect({ spent, blocks, suspects }).toEqual({ spent: { micros: 14, tokens: 140 }, blocks: {}, suspects: {} });
  });

  test("is asked again in another batch where its own expired, and pays for the answer alone", async () => {
    const world = new World(2_000);
    world.expiring = 1;
    world.start("never");
    world.ask(["a", "b"]);
    await world.clock.run(() => world.view().status === "completed", 600_000);
    expect(world.view().steps.map(({ attempts, costMicros }) => [attempts, costMicros])).toEqual([1, 2].map(() => [2, COST.micros]));
    expect(world.batches.flatMap(({ calls }) => calls)).toHaveLength(4);
    await world.clock.run(() => false, 40_000);
    const { spent, blocks, suspects } = await world.ledger();
    expect({ spent, blocks, suspects }).toEqual({ spent: { micros: 14, tokens: 140 }, blocks: {}, suspects: {} });
  });
});
