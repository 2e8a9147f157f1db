import { type Amount, ArmadaError, type GrantAnswered } from "@armada/contracts";
import type { AskFleet } from "../fleet-ledger/ask-federation.ts";
import { Funding } from "../fleet-ledger/funding.ts";
import { endOf, type Period, periodOf, startOf } from "../periods.ts";
import type { AllLimits, Block, Drawn, LedgerState, Settled, Suspect } from "../team-ledger/events.ts";
import { GRACE_MS } from "../team-ledger/ledger.ts";
import { accountOf, highest, type Scope } from "../team-ledger/limit-usage.ts";
import { DrawLog, type DrawPorts } from "./draw-log.ts";
import { Lease, type Reservation } from "./lease.ts";
import { MonthLedger, type MonthLedgerPorts } from "./month-ledger.ts";

const DAY_MS = 86_400_000;

/** What became of calls: of those that are suspect nobody knows yet what they cost. */
export type Concluded = { readonly settled: readonly Settled[]; readonly suspected: readonly Drawn[] };

/** Whose money a client spends, within which limits, and who tells it what became of calls. `zone`: the IANA zone whose days and months the limits count. */
export type BudgetClientOptions = {
  readonly team: string;
  /** This process, other than every other that ever was. */
  readonly replica: string;
  readonly zone: string;
  /** How long a block is a replica's without a word from it. */
  readonly leaseMs: number;
  readonly limits: AllLimits;
  readonly ports: MonthLedgerPorts & DrawPorts;
  readonly signal: AbortSignal;
  /** How to ask for more of the fleet's limit, where `limits` has one. */
  readonly askFleet?: AskFleet;
  /** What the journals tell of the calls drawn on each of these blocks, whose replicas are gone. */
  expired(blocks: ReadonlyMap<string, Block>): Promise<(block: string) => Promise<Concluded>>;
  /** Which suspects the journals have told the cost of since; they stay suspect where it is absent. */
  concluded?(suspects: readonly Suspect[]): Promise<readonly Settled[]>;
};

/** A replica's side of its team's ledger: it holds blocks, draws on them, and looks after those that others have left. */
export class BudgetClient {
  readonly #options: BudgetClientOptions;
  readonly #monthLedgers = new Map<string, MonthLedger>();
  readonly #draws: DrawLog;
  /** `before`: the month before this one. */
  #today: Period & { readonly before: string; readonly from: number; readonly until: number } = {
    day: "",
    month: "",
    before: "",
    from: 0,
    until: 0,
  };
  #current: Lease | undefined;
  /** Blocks of days that are over, with calls still open. */
  readonly #retired = new Set<Lease>();
  /** The month whose ledger knows this configuration's limits, or is about to. */
  #ready: { readonly month: string; readonly told: Promise<void> } | undefined;

  constructor(options: BudgetClientOptions) {
    this.#options = options;
    this.#draws = new DrawLog(options.team, options.ports, options.signal);
    this.#every(options.leaseMs / 3, () => this.#renew());
    this.#every(options.leaseMs / 12, () => this.#sweep());
    this.#every(options.leaseMs, () => this.#clear());
  }

  /** Waits until the ceiling is reserved. @throws BudgetExhausted, the signal's reason */
  async reserve(agent: string, ceiling: Amount, signal: AbortSignal): Promise<Reservation> {
    await this.#prepared();
    const lease = this.#lease();
    return lease.reserve(accountOf(this.#state(lease.monthLedger), agent), ceiling, signal);
  }

  /** Resolves when it is durable that the reserved call may be billed. */
  record({ block, seq }: Reservation, drawn: Drawn): Promise<void> {
    return this.#draws.record(block, { ...drawn, seq });
  }

  /** The limit of the agent's that is used most, and its share; undefined where none holds. */
  async level(agent: string): Promise<{ readonly scope: Scope; readonly share: number } | undefined> {
    await this.#prepared();
    const lease = this.#lease();
    const state = this.#state(lease.monthLedger);
    return highest(state, accountOf(state, agent), lease.period.day, (of) => lease.unsettled(of));
  }

  /** The replicas that hold a block now, this one included. */
  get replicas(): number {
    const blocks = Object.values(this.#monthLedgers.get(this.#period().month)?.held?.state.blocks ?? {});
    return new Set([this.#options.replica, ...blocks.map(({ replica }) => replica)]).size;
  }

  /** Tells the ledger all, and gives back what is not needed. */
  async close(): Promise<void> {
    await Promise.all([...this.#retired, ...(this.#current === undefined ? [] : [this.#current])].map((lease) => lease.renew(true)));
  }

  #state({ held }: MonthLedger): LedgerState {
    if (held === undefined) throw new ArmadaError("LEDGER_UNREAD", "the ledger was asked for before it was read");
    return held.state;
  }

  /** The ledger is read, and knows this configuration's limits. */
  #prepared(): Promise<void> {
    const { month } = this.#period();
    if (this.#ready?.month === month) return this.#ready.told;
    const ready = { month, told: this.#prepare(this.#monthLedger(month)) };
    this.#ready = ready;
    ready.told.catch(() => {
      if (this.#ready === ready) this.#ready = undefined;
    });
    return ready.told;
  }

  async #prepare(monthLedger: MonthLedger): Promise<void> {
    const { limits, signal } = this.#options;
    await monthLedger.load();
    await monthLedger.decide({ type: "limit", limits }, signal);
  }

  /** Asked several times a call, and a zone's calendar is dear: it is looked up once a day. */
  #period(): Period & { readonly before: string } {
    const { ports, zone } = this.#options;
    const now = ports.clock.now();
    if (now < this.#today.from || now >= this.#today.until) {
      const before = periodOf(startOf(now, zone, "month") - 1, zone).month;
      this.#today = { ...periodOf(now, zone), before, from: now, until: endOf(now, zone, "day") };
    }
    return this.#today;
  }

  #monthLedger(month: string): MonthLedger {
    const known = this.#monthLedgers.get(month);
    if (known !== undefined) return known;
    const { team, ports, askFleet: ask, signal } = this.#options;
    const made = new MonthLedger(team, month, ports);
    this.#monthLedgers.set(month, made);
    const fund = async ({ granted, fleet }: GrantAnswered): Promise<void> =>
      void (await made.decide({ type: "fund", funded: granted, fleet }, signal));
    if (ask !== undefined) made.funding = new Funding({ month, ask, fund, signal, clock: ports.clock, logger: ports.logger });
    return made;
  }

  #lease(): Lease {
    const period = this.#period();
    if (this.#current?.period.day === period.day) return this.#current;
    if (this.#current !== undefined) this.#retired.add(this.#current);
    this.#current = new Lease(this.#monthLedger(period.month), period, this.#options);
    return this.#current;
  }

  async #renew(): Promise<void> {
    for (const lease of this.#retired) {
      await lease.renew(true);
      if (lease.idle) this.#retired.delete(lease);
    }
    await this.#current?.renew(true);
  }

  async #sweep(): Promise<void> {
    const { ports, signal, expired } = this.#options;
    for (const monthLedger of this.#recent()) {
      const { state, version } = await monthLedger.load();
      // Limits that changed with this start: who waits for money, and who looks, is not to wait for a call that is paid.
      if (version > 0 && monthLedger.month === this.#period().month) await this.#prepared();
      const ended = Object.entries(state.blocks).filter(([, { until }]) => until + GRACE_MS <= ports.clock.now());
      if (ended.length === 0) continue;
      const conclusions = await expired(new Map(ended));
      // All replicas see the same blocks end: each begins with another, so that they share the work.
      const first = Math.floor(ports.random.next() * ended.length);
      for (const [block, about] of [...ended.slice(first), ...ended.slice(0, first)]) {
        if (monthLedger.held?.state.blocks[block] === undefined) continue; // another replica has closed it meanwhile
        await this.#expire(monthLedger, block, about, conclusions).catch((error: unknown) => {
          if (signal.aborted) throw error;
          ports.logger.warn(`a block stays open: ${messageOf(error)}`, { block }); // those behind it do not wait for it
        });
      }
    }
  }

  async #expire(monthLedger: MonthLedger, block: string, about: Block, conclusions: (block: string) => Promise<Concluded>): Promise<void> {
    const { ports, signal } = this.#options;
    const { settled, suspected } = await conclusions(block);
    const events = await monthLedger.decide({ type: "expire", block, about, at: ports.clock.now(), settled, suspected }, signal);
    if (events.length === 0) return; // it is not what was looked at: somebody else closed it, or its replica is back
    ports.logger.warn(`replica ${about.replica} left a block: ${settled.length} of its calls are settled, ${suspected.length} suspect`, {
      block,
    });
  }

  /** An outcome may come after its call was made a suspect, and its replica may die before it says so here. */
  async #clear(): Promise<void> {
    const { ports, signal, concluded } = this.#options;
    if (concluded === undefined) return;
    for (const monthLedger of this.#recent()) {
      const suspects = Object.values((await monthLedger.load()).state.suspects);
      for (const { call, micros, tokens } of await concluded(suspects))
        await monthLedger.decide({ type: "clear", call, at: ports.clock.now(), micros, tokens, by: "its journal" }, signal);
    }
  }

  /** Also where this replica has not drawn yet, and of the month before, until nothing of it is open and nobody can draw on it. */
  #recent(): MonthLedger[] {
    const { ports, zone } = this.#options;
    const { month, before } = this.#period();
    const last = this.#monthLedger(before);
    const open = last.held === undefined || Object.keys(last.held.state.blocks).length + Object.keys(last.held.state.suspects).length > 0;
    const drawable = periodOf(ports.clock.now() - DAY_MS, zone).month === before;
    return [this.#monthLedger(month), ...(open || drawable ? [last] : [])];
  }

  /** At once too: where replicas die one after another, none lives long enough to wait first. */
  #every(ms: number, work: () => Promise<void>): void {
    const { ports, signal } = this.#options;
    const loop = async (): Promise<void> => {
      for (; ; await ports.clock.sleep(ms, signal)) {
        signal.throwIfAborted();
        try {
          await work();
        } catch (error) {
          if (signal.aborted) return;
          ports.logger.warn(`the ledger: ${messageOf(error)}`);
        }
      }
    };
    loop().catch(() => undefined); // the signal ended it
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
