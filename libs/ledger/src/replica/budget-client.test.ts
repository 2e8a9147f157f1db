import { type Amount, NOTHING, plus } from "@armada/contracts";
import { HOSTILE, MemoryMesh, type Message, misfolded, readEndless } from "@armada/event-sourcing";
import { seededRandom, VirtualClock } from "@armada/event-sourcing/testing";
import { expect, test } from "vitest";
import { type AllLimits, BudgetClient, BudgetExhausted, type Drawn, ledger, ledgerOf, type Reservation, type Settled } from "../index.ts";
import { scopesOf } from "../team-ledger/limit-usage.ts";

const LEASE_MS = 6_000;
const CEILING: Amount = { micros: 100, tokens: 1_000 };
const LIMITS: AllLimits = { team: { day: { micros: 4_000 }, month: { tokens: 60_000 } }, agents: { busy: { day: { micros: 1_500 } } } };
const START = Date.parse("2026-11-22T10:00:00Z");
const quiet = { info: () => undefined, warn: () => undefined };

/** A call that its replica drew: on record in a journal, and there with its bill once it is concluded. */
type Journaled = { readonly block: string; readonly drawn: Drawn; settled: Settled | undefined };

class World {
  readonly clock: VirtualClock;
  readonly mesh: MemoryMesh;
  readonly random;
  readonly journal: Journaled[] = [];
  /** The blocks of each look into the journals. */
  readonly looks: string[][] = [];
  billed = NOTHING;
  refused = 0;
  answered = 0;
  #replicas = 0;
  #calls = 0;

  constructor(seed: number, hostility = HOSTILE, start = START) {
    this.clock = new VirtualClock(start);
    this.random = seededRandom(seed);
    this.mesh = new MemoryMesh(this.clock, this.random, hostility);
    this.mesh.provision("alpha", []);
  }

  replica(limits = LIMITS): { budgetClient: BudgetClient; kill(): void; call(agent: string): Promise<void> } {
    const replica = `r${this.#replicas++}`;
    const over = new AbortController();
    const connected = this.mesh.connect("alpha");
    const budgetClient = new BudgetClient({
      team: "alpha",
      replica,
      zone: "UTC",
      leaseMs: LEASE_MS,
      limits,
      ports: { log: connected.log, draws: connected.draws, clock: this.clock, random: this.random, logger: quiet },
      signal: over.signal,
      expired: async (blocks) => {
        this.looks.push([...blocks.keys()].sort());
        return (block) => this.#concluded(block);
      },
    });
    return {
      budgetClient,
      kill: () => {
        over.abort(new Error("killed"));
        connected.kill();
      },
      call: (agent) => this.#call(budgetClient, agent, over.signal),
    };
  }

  /** What the journals tell of a block's calls. */
  async #concluded(block: string): Promise<{ settled: Settled[]; suspected: Drawn[] }> {
    const told = new Set(this.mesh.stream("alpha").messages.flatMap((message) => toldOf(message)));
    const drawn = this.journal.filter((one) => one.block === block && !told.has(one.drawn.call));
    return {
      settled: drawn.flatMap(({ settled }) => settled ?? []),
      suspected: drawn.filter(({ settled }) => settled === undefined).map((one) => one.drawn),
    };
  }

  /** What an attempt does: reserve, journal the draw, call, journal the outcome, conclude. A killed replica stops anywhere. */
  async #call(budgetClient: BudgetClient, agent: string, signal: AbortSignal): Promise<void> {
    let reservation: Reservation;
    try {
      reservation = await budgetClient.reserve(agent, CEILING, signal);
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof BudgetExhausted)) throw error;
      this.refused++;
      return;
    }
    const { lease, block, account } = reservation;
    const call = `c${this.#calls++}`;
    const drawn = { call, account, agent, workflow: "w", run: "r", tier: "worker", model: "m", ceiling: CEILING };
    await this.clock.sleep(this.random.next() * 5);
    if (signal.aborted) return;
    const journaled: Journaled = { block, drawn, settled: undefined };
    this.journal.push(journaled);
    if (!lease.valid(reservation)) {
      journaled.settled = { ...drawn, micros: 0, tokens: 0 };
      return lease.conclude(reservation, { settled: journaled.settled });
    }
    const cost = { micros: 20 + Math.floor(this.random.next() * 81), tokens: 200 + Math.floor(this.random.next() * 801) };
    await this.clock.sleep(20 + this.random.next() * 200);
    this.billed = plus(this.billed, cost); // the provider bills, whoever is still there
    if (signal.aborted) return;
    this.answered++;
    const settled = { ...drawn, ...cost };
    if (this.random.next() < 0.1) return lease.conclude(reservation, { suspected: drawn });
    journaled.settled = settled;
    await this.clock.sleep(this.random.next() * 5);
    if (!signal.aborted) lease.conclude(reservation, { settled });
  }

  /** Every message of the ledger: no limit is passed, and each state is what folding gives. */
  check(): { spent: Amount; suspect: Amount; reserved: Amount; suspects: number } {
    const { messages } = this.mesh.stream("alpha");
    const aggregate = ledgerOf("alpha", "2026-11");
    expect(misfolded(ledger, aggregate, messages)).toBeUndefined();
    const states = messages.map((message) => readEndless(aggregate, message).state);
    for (const state of states)
      for (const account of ["*", "busy"])
        for (const { limit, spent, reserved, suspect } of scopesOf(state, account, "2026-11-22")) {
          const all = plus(spent, plus(reserved, suspect));
          expect(all.micros).toBeLessThanOrEqual(limit?.micros ?? Number.POSITIVE_INFINITY);
          expect(all.tokens).toBeLessThanOrEqual(limit?.tokens ?? Number.POSITIVE_INFINITY);
        }
    const last = states.at(-1) ?? ledger.initial();
    const [month] = scopesOf(last, "*", "2026-11-22");
    return {
      spent: month?.spent ?? NOTHING,
      suspect: month?.suspect ?? NOTHING,
      reserved: month?.reserved ?? NOTHING,
      suspects: Object.keys(last.suspects).length,
    };
  }
}

/** The calls of which a ledger message tells what became. */
function toldOf(message: Message): readonly string[] {
  const { events } = readEndless(ledgerOf("alpha", "2026-11"), message);
  return events.flatMap(({ type, data }) => (type === "settled" || type === "suspected" ? data.calls.map(({ call }) => call) : []));
}

async function until(world: World, done: () => boolean, limit = 600_000): Promise<void> {
  expect(await world.clock.run(done, limit)).toBe("done");
}

test("replicas that are killed at any moment never spend more than the limits, and the ledger is never below what was billed", async () => {
  let refused = 0;
  let answered = 0;
  for (let seed = 1; seed <= 25; seed++) {
    const world = new World(seed);
    let live = [0, 1, 2, 3].map(() => world.replica());
    let ended = 0;
    const calls = 200;
    for (let i = 0; i < calls; i++) {
      const agent = i % 3 === 0 ? "busy" : "idle";
      const later = world.random.next() * 3_000;
      void world.clock.sleep(later).then(async () => {
        await live[i % 4]?.call(agent);
        ended++;
      });
    }
    for (let kills = 0; kills < 6; kills++)
      void world.clock.sleep(world.random.next() * 4_000).then(() => {
        const victim = Math.floor(world.random.next() * 4);
        live[victim]?.kill();
        live = live.map((one, i) => (i === victim ? world.replica() : one));
      });
    const end = START + 60_000;
    await until(world, () => world.clock.now() > end);
    expect(ended).toBeGreaterThan(calls / 2);
    const { spent, suspect, reserved } = world.check();
    expect(reserved).toEqual(NOTHING); // what the killed held came back
    expect(spent.micros + suspect.micros).toBeGreaterThanOrEqual(world.billed.micros);
    expect(spent.tokens + suspect.tokens).toBeGreaterThanOrEqual(world.billed.tokens);
    expect(spent.micros).toBeLessThanOrEqual(world.billed.micros);
    refused += world.refused;
    answered += world.answered;
    for (const one of live) one.kill();
  }
  expect(refused).toBeGreaterThan(100);
  expect(answered).toBeGreaterThan(500);
}, 60_000);

test("calls that come together are reserved together", async () => {
  const world = new World(7, { ...HOSTILE, lostAnswer: 0, refused: 0 });
  const { call, kill } = world.replica({ team: {}, agents: {} });
  let ended = 0;
  for (let i = 0; i < 500; i++) void world.clock.sleep(Math.floor(i / 64) * 50).then(() => call("idle").then(() => ended++));
  await until(world, () => ended === 500);
  await until(world, () => world.check().spent.micros > 0);
  expect(world.mesh.stream("alpha").head).toBeLessThan(40);
  kill();
});

const CALM = { ...HOSTILE, lostAnswer: 0, refused: 0 };
const limitsIn = (world: World, month: string): unknown => {
  const aggregate = ledgerOf("alpha", month);
  const last = world.mesh.stream("alpha").messages.findLast(({ subject }) => subject.includes(`.ledger.`) && subject.includes(month));
  return last === undefined ? undefined : readEndless(aggregate, last).state.limits;
};

test("a replica that starts with other limits tells the ledger without a call, and one without a ledger begins none", async () => {
  const world = new World(3, CALM);
  const first = world.replica();
  await until(world, () => world.clock.now() > START + LEASE_MS);
  expect(world.mesh.stream("alpha").head).toBe(0);
  let ended = false;
  void first.call("idle").then(() => (ended = true));
  await until(world, () => ended);
  first.kill();
  const raised: AllLimits = { ...LIMITS, team: { day: { micros: 5_000_000 } } };
  const second = world.replica(raised);
  await until(world, () => world.clock.now() > START + 3 * LEASE_MS);
  expect(limitsIn(world, "2026-11")).toEqual(raised);
  second.kill();
});

test("a month that begins while a replica is up has its limits", async () => {
  const world = new World(4, CALM, Date.parse("2026-11-30T23:59:50Z"));
  const { call, kill } = world.replica();
  let ended = 0;
  const done = (): void => void ended++;
  void call("idle").then(done);
  await until(world, () => ended === 1 && world.clock.now() > Date.parse("2026-12-01T00:00:10Z"));
  void call("idle").then(done);
  await until(world, () => ended === 2);
  expect(limitsIn(world, "2026-12")).toEqual(LIMITS);
  kill();
});

test("blocks that end together are looked for together", async () => {
  const world = new World(9, CALM);
  const dying = Array.from({ length: 30 }, () => world.replica());
  let drawn = 0;
  for (const { budgetClient } of dying)
    void budgetClient.reserve("idle", CEILING, new AbortController().signal).then(() => {
      drawn++;
    });
  await until(world, () => drawn === 30);
  for (const { kill } of dying) kill();
  const heir = world.replica();
  const killed = world.clock.now();
  await until(world, () => world.clock.now() > killed + 3 * LEASE_MS);
  expect(new Set(world.looks.flat()).size).toBe(30);
  expect(world.looks.length).toBeLessThan(5); // a look a sweep, and their leases end within a few
  expect(world.check().reserved).toEqual(NOTHING);
  heir.kill();
});

test("blocks that ended are closed where no replica lives long", async () => {
  const world = new World(11, CALM);
  const dead = world.replica();
  let drawn = false;
  void dead.call("idle").then(() => (drawn = true));
  await until(world, () => drawn);
  dead.kill();
  void world.clock.sleep(3 * LEASE_MS);
  const later = START + 3 * LEASE_MS;
  await until(world, () => world.clock.now() >= later);
  const heir = world.replica();
  const began = world.clock.now();
  await until(world, () => world.clock.now() > began + LEASE_MS / 20);
  heir.kill();
  expect(world.check().reserved).toEqual(NOTHING);
});

test("a call that comes while its replica gives its block back is in the ledger", async () => {
  for (let ms = 0; ms < 30; ms++) {
    const world = new World(12 + ms, CALM);
    const { call, kill } = world.replica();
    let ended = 0;
    for (let i = 0; i < 4; i++) void world.clock.sleep(i * 300).then(() => call("idle").then(() => ended++)); // it has some ahead
    await until(world, () => ended === 4);
    void world.clock.sleep(START + LEASE_MS / 3 + ms - world.clock.now()).then(() => call("idle").then(() => ended++));
    await until(world, () => ended === 5);
    const answered = world.clock.now();
    await until(world, () => world.clock.now() > answered + LEASE_MS);
    kill();
    const told = new Set(world.mesh.stream("alpha").messages.flatMap((message) => toldOf(message)));
    expect(world.journal.filter(({ drawn }) => !told.has(drawn.call))).toEqual([]);
  }
});
