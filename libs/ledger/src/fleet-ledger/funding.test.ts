import { type Amount, NOTHING, plus } from "@armada/contracts";
import { HOSTILE, MemoryMesh, misfolded, readEndless } from "@armada/event-sourcing";
import { seededRandom, VirtualClock } from "@armada/event-sourcing/testing";
import { expect, test } from "vitest";
import { BudgetClient, BudgetExhausted, FEDERATION, grantsOf, ledger, ledgerOf } from "../index.ts";
import { fleet, fleetOf, grantedToAll } from "./fleet.ts";

const CEILING: Amount = { micros: 100, tokens: 1_000 };
const START = Date.parse("2026-11-22T10:00:00Z");
const MONTH = "2026-11";
const quiet = { info: () => undefined, warn: () => undefined };

/** Teams whose clients ask a federation that can be away. Calls cost their ceilings. */
class World {
  readonly clock = new VirtualClock(START);
  readonly mesh: MemoryMesh;
  readonly random;
  readonly limit: { micros: number };
  away = false;
  asks = 0;
  made = 0;
  refused: BudgetExhausted[] = [];
  readonly #over = new AbortController();

  constructor(seed: number, limit: number, hostility = HOSTILE) {
    this.random = seededRandom(seed);
    this.limit = { micros: limit };
    this.mesh = new MemoryMesh(this.clock, this.random, hostility);
    for (const team of [FEDERATION, "alpha", "beta"]) this.mesh.provision(team, []);
  }

  budgetClient(team: string, own: { micros?: number } = {}): BudgetClient {
    const { clock, random } = this;
    const grants = grantsOf({ log: this.mesh.connect(FEDERATION).log, clock, random }, this.limit);
    return new BudgetClient({
      team,
      replica: random.id(),
      zone: "UTC",
      leaseMs: 6_000,
      limits: { team: { month: own }, agents: {}, fleet: this.limit },
      ports: { ...this.mesh.connect(team), clock, random, logger: quiet },
      signal: this.#over.signal,
      askFleet: async (asked, signal) => {
        this.asks++;
        while (this.away) await clock.sleep(200, signal);
        const answered = await grants(team, asked, signal);
        await clock.sleep(random.next() * 30);
        return answered;
      },
      expired: async () => async () => ({ settled: [], suspected: [] }),
    });
  }

  async call(budgetClient: BudgetClient): Promise<void> {
    try {
      const reservation = await budgetClient.reserve("a", CEILING, this.#over.signal);
      const { lease, account } = reservation;
      await this.clock.sleep(20 + this.random.next() * 100);
      const drawn = { call: this.random.id(), account, agent: "a", workflow: "w", run: "r", tier: "worker", model: "m", ceiling: CEILING };
      lease.conclude(reservation, { settled: { ...drawn, ...CEILING } });
      this.made++;
    } catch (error) {
      if (!(error instanceof BudgetExhausted)) throw error;
      this.refused.push(error);
    }
  }

  async until(done: () => boolean): Promise<void> {
    expect(await this.clock.run(done, 600_000)).toBe("done");
  }

  async rest(ms: number): Promise<void> {
    const end = this.clock.now() + ms;
    await this.until(() => this.clock.now() > end);
  }

  /** Folds every message: grants within the limit, each ledger within its funds. @returns what was granted at last */
  check(): number {
    const { messages } = this.mesh.stream(FEDERATION);
    expect(misfolded(fleet, fleetOf(MONTH), messages)).toBeUndefined();
    const granted = messages.map((message) => grantedToAll(readEndless(fleetOf(MONTH), message).state).micros);
    for (const micros of granted) expect(micros).toBeLessThanOrEqual(this.limit.micros);
    for (const team of ["alpha", "beta"]) {
      const own = this.mesh.stream(team).messages;
      expect(misfolded(ledger, ledgerOf(team, MONTH), own)).toBeUndefined();
      for (const message of own) {
        const { state } = readEndless(ledgerOf(team, MONTH), message);
        const held = Object.values(state.blocks).flatMap((block) => Object.values(block.held));
        expect(held.reduce(plus, state.spent).micros).toBeLessThanOrEqual((state.funded ?? NOTHING).micros);
      }
    }
    return granted.at(-1) ?? 0;
  }

  end(): void {
    this.#over.abort(new Error("over"));
  }
}

test("teams spend what the fleet may spend and no more, also while the federation comes and goes", async () => {
  for (let seed = 1; seed <= 20; seed++) {
    const world = new World(seed, 5_000); // 50 calls
    const clients = ["alpha", "alpha", "beta", "beta"].map((team) => world.budgetClient(team));
    for (const leave of [300, 2_000]) {
      void world.clock.sleep(leave).then(() => (world.away = true));
      void world.clock.sleep(leave + 1_000).then(() => (world.away = false));
    }
    let ended = 0;
    for (let i = 0; i < 120; i++)
      void world.clock.sleep(world.random.next() * 4_000).then(async () => {
        await world.call(clients[i % 4] ?? world.budgetClient("alpha"));
        ended++;
      });
    await world.until(() => ended === 120);
    world.check();
    expect(world.made).toBeLessThanOrEqual(50);
    expect(world.made).toBeGreaterThanOrEqual(46); // what is granted ahead to the one may be what the other lacks
    expect(world.refused[0]?.message).toContain("less is left of the fleet's $0.005000 a month than one call may cost");
    world.end();
  }
});

test("while the federation is away calls go on within what is granted, and the others wait", async () => {
  const world = new World(3, 100_000, { ...HOSTILE, lostAnswer: 0, refused: 0 });
  const budgetClient = world.budgetClient("alpha");
  for (let i = 0; i < 8; i++) void world.call(budgetClient);
  await world.until(() => world.made === 8);
  await world.rest(10_000); // what the replica held has gone back
  const room = (world.check() - 800) / 100;
  expect(room).toBeGreaterThanOrEqual(1);
  world.away = true;
  for (let i = 0; i < 40; i++) void world.call(budgetClient);
  await world.until(() => world.made === 8 + Math.floor(room));
  await world.rest(60_000);
  expect(world.made).toBe(8 + Math.floor(room));
  expect(world.refused).toEqual([]);
  world.away = false;
  await world.until(() => world.made === 48);
  world.check();
  world.end();
});

test("calls that come together are funded by few asks", async () => {
  const world = new World(5, 10_000_000, { ...HOSTILE, lostAnswer: 0, refused: 0 });
  const budgetClient = world.budgetClient("alpha");
  for (let i = 0; i < 500; i++) void world.clock.sleep(Math.floor(i / 64) * 50).then(() => world.call(budgetClient));
  await world.until(() => world.made === 500);
  expect(world.asks).toBeLessThan(10);
  world.end();
});

test("nothing is asked for where the team's own limit is what is used up", async () => {
  const world = new World(7, 100_000);
  const budgetClient = world.budgetClient("alpha", { micros: 100 });
  void world.call(budgetClient);
  await world.until(() => world.made === 1);
  const asked = world.asks;
  void world.call(budgetClient);
  await world.until(() => world.refused.length === 1);
  expect(world.refused[0]?.message).toContain("the team's");
  expect(world.asks).toBe(asked);
  world.end();
});

test("a call that the whole fleet may not make is told that no wait would help", async () => {
  const world = new World(9, 50);
  void world.call(world.budgetClient("alpha"));
  await world.until(() => world.refused.length === 1);
  expect(world.refused[0]).toMatchObject({ resetAt: undefined, hint: expect.stringContaining("no wait would help") });
  world.end();
});

test("near the fleet's limit, whoever was granted it, a team's calls know", async () => {
  const world = new World(11, 1_000);
  const [alpha, beta] = [world.budgetClient("alpha"), world.budgetClient("beta")];
  for (let i = 0; i < 8; i++) void world.call(alpha);
  await world.until(() => world.made === 8);
  void world.call(beta);
  await world.until(() => world.made === 9);
  const level = await Promise.race([beta.level("a"), world.rest(1_000)]);
  expect(level).toMatchObject({ scope: { of: "fleet", limit: world.limit } });
  expect(level?.share).toBeGreaterThanOrEqual(0.9);
  world.end();
});
