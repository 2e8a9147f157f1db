import { type Amount, covers, minus, NOTHING, plus } from "@armada/contracts";
import { type Backoff, backoff, type Clock } from "@armada/event-sourcing";
import { BudgetExhausted, nameOf } from "../exhausted.ts";
import { remaining } from "../limits.ts";
import { endOf, type Period } from "../periods.ts";
import type { Drawn, LedgerEvent, LedgerState, Settled } from "../team-ledger/events.ts";
import { fundsFor, limitUsageOf, type Scope, wholeFleet } from "../team-ledger/limit-usage.ts";
import type { MonthLedger } from "./month-ledger.ts";

/** What a call may cost at most, taken from a block until it is concluded. `seq`: the stream's sequence that was known before. */
export type Reservation = {
  readonly lease: Lease;
  readonly block: string;
  readonly account: string;
  readonly ceiling: Amount;
  readonly seq: number;
};

type Waiter = {
  readonly account: string;
  readonly need: Amount;
  readonly resolve: (made: Reservation) => void;
  readonly reject: (error: unknown) => void;
};

/** How near to its end a lease carries no new call: the draw must be on record well before it. */
const SAFETY = 0.1;
/** What is settled waits this long for more of it. */
const FLUSH_MS = 250;
const AGAIN: Backoff = { first: 100, most: 1_000 };

/** One block of a replica: what it may still draw, what waits for more, and what is to be told to the ledger. */
export class Lease {
  readonly monthLedger: MonthLedger;
  readonly period: Period;
  readonly #about: { readonly replica: string; readonly zone: string; readonly leaseMs: number; readonly signal: AbortSignal };
  #id: string;
  #until = 0;
  /** The stream's end when the block was made; undefined before. */
  #from: number | undefined;
  #free = new Map<string, Amount>();
  readonly #open = new Set<Reservation>();
  #waiting: Waiter[] = [];
  #settled: Settled[] = [];
  /** Settled, and on the way to the ledger. */
  #telling: readonly Settled[] = [];
  #suspected: Drawn[] = [];
  /** Of calls whose lease expired while they ran: the ledger has them as suspects. */
  #late: Settled[] = [];
  #flush: AbortController | undefined;
  #drawnSince = NOTHING;
  #working: Promise<void> | undefined;
  /** It is to be given back, or on the way: who comes now waits for another one, since what is drawn on a closed block is in no ledger. */
  #ending = false;

  constructor(monthLedger: MonthLedger, period: Period, about: { replica: string; zone: string; leaseMs: number; signal: AbortSignal }) {
    this.monthLedger = monthLedger;
    this.period = period;
    this.#about = about;
    this.#id = monthLedger.ports.random.id();
    about.signal.addEventListener("abort", () => this.#flush?.abort(about.signal.reason), { once: true });
  }

  get idle(): boolean {
    return this.#open.size + this.#pending === 0;
  }

  /** Who waits, and what is to be told. */
  get #pending(): number {
    return this.#waiting.length + this.#settled.length + this.#suspected.length + this.#late.length;
  }

  /** Spent by this replica and not yet in the ledger; by one agent where it is named. */
  unsettled(agent?: string): Amount {
    const sum = { micros: 0, tokens: 0 };
    for (const calls of [this.#settled, this.#telling])
      for (const call of calls)
        if (agent === undefined || call.agent === agent) {
          sum.micros += call.micros;
          sum.tokens += call.tokens;
        }
    return sum;
  }

  reserve(account: string, need: Amount, signal: AbortSignal): Promise<Reservation> {
    signal.throwIfAborted();
    const free = this.#free.get(account) ?? NOTHING;
    if (this.#waiting.length === 0 && !this.#ending && this.#alive() && covers(free, need))
      return Promise.resolve(this.#take(account, need));
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        this.#waiting = this.#waiting.filter((one) => one !== waiter);
        reject(signal.reason);
      };
      const waiter: Waiter = {
        account,
        need,
        resolve: (made) => {
          signal.removeEventListener("abort", leave);
          resolve(made);
        },
        reject: (error) => {
          signal.removeEventListener("abort", leave);
          reject(error);
        },
      };
      signal.addEventListener("abort", leave, { once: true });
      this.#waiting.push(waiter);
      this.#flush?.abort();
      this.#work();
    });
  }

  /** Whether its call may begin: the block is still ours, and was when the draw came on record. */
  valid({ block }: Reservation): boolean {
    return block === this.#id && this.#alive();
  }

  /** The call was not made. */
  cancel(reservation: Reservation): void {
    if (!this.#open.delete(reservation) || reservation.block !== this.#id) return;
    this.#free.set(reservation.account, plus(this.#free.get(reservation.account) ?? NOTHING, reservation.ceiling));
  }

  conclude(reservation: Reservation, outcome: { readonly settled: Settled } | { readonly suspected: Drawn }): void {
    if (!this.#open.delete(reservation)) return;
    const ours = reservation.block === this.#id;
    if ("settled" in outcome) (ours ? this.#settled : this.#late).push(outcome.settled);
    else if (ours) this.#suspected.push(outcome.suspected);
    this.#work();
  }

  /** Keeps the lease while calls are open, tells what is to be told, and gives all back where nothing goes on. */
  async renew(end: boolean): Promise<void> {
    if (this.#from === undefined) return;
    if (end && this.#open.size === 0 && this.#waiting.length === 0) this.#ending = true;
    await this.#working;
    this.#work(true);
    await this.#working;
  }

  #alive(): boolean {
    return this.#until - this.#about.leaseMs * SAFETY > this.monthLedger.ports.clock.now();
  }

  #take(account: string, need: Amount): Reservation {
    this.#free.set(account, minus(this.#free.get(account) ?? NOTHING, need));
    this.#drawnSince = plus(this.#drawnSince, need);
    const made = { lease: this, block: this.#id, account, ceiling: need, seq: this.monthLedger.held?.seq ?? 0 };
    this.#open.add(made);
    return made;
  }

  #work(now = false): void {
    if (this.#working !== undefined) return;
    this.#working = this.#run(now).then(
      () => {
        this.#working = undefined;
        if (this.#pending > 0) this.#work();
      },
      (error: unknown) => {
        this.#working = undefined;
        throw error;
      },
    );
    this.#working.catch(() => undefined); // who waits has heard it; the next renewal tries again, and its caller says why
  }

  /** Trades with the ledger until nobody waits: one append serves all who came meanwhile. */
  async #run(now: boolean): Promise<void> {
    const { clock, random } = this.monthLedger.ports;
    const { signal } = this.#about;
    try {
      if (!now && this.#waiting.length === 0) await this.#gather();
      for (let again = 0; ; again++) {
        await this.#trade();
        if (this.#waiting.length === 0) return;
        const ms = backoff(AGAIN, again, () => random.next());
        await this.#rest(ms, clock, signal);
      }
    } catch (error) {
      const waiting = this.#waiting;
      this.#waiting = [];
      for (const { reject } of waiting) reject(error);
      throw error;
    }
  }

  /** Waits for more to tell, unless somebody comes who waits. */
  async #gather(): Promise<void> {
    const flush = new AbortController();
    this.#flush = flush;
    await this.monthLedger.ports.clock.sleep(FLUSH_MS, flush.signal).catch(() => undefined); // woken early
    this.#flush = undefined;
    this.#about.signal.throwIfAborted();
  }

  /** Until it is time to look again, or the fleet has answered. */
  async #rest(ms: number, clock: Clock, signal: AbortSignal): Promise<void> {
    const enough = new AbortController();
    const answered = this.monthLedger.funding?.asking;
    const late = clock.sleep(ms, AbortSignal.any([signal, enough.signal]));
    await Promise.race(answered === undefined ? [late] : [late, answered]);
    enough.abort();
  }

  async #trade(): Promise<void> {
    const { clock, log } = this.monthLedger.ports;
    const { replica, leaseMs, signal } = this.#about;
    const settled = this.#settled.splice(0);
    this.#telling = settled;
    const suspected = this.#suspected.splice(0);
    const asked = this.#waiting.length;
    const ahead = this.#drawnSince;
    this.#drawnSince = NOTHING;
    this.#ending &&= this.#waiting.length === 0 && this.#open.size === 0;
    const close = this.#ending;
    this.#from ??= await log.head();
    const at = clock.now();
    const until = at + leaseMs;
    const seqs = [...this.#open].map(({ seq }) => seq);
    const from = Math.max(this.#from, Math.min(...seqs, this.monthLedger.held?.seq ?? 0));
    const wants = this.#waiting.map(({ account, need }, index) => ({ account, need, ahead: index === asked - 1 ? ahead : NOTHING }));
    // Who waits gives back what it holds, in the same decision: two that hold half of the last call each would wait for ever.
    const returned = Object.fromEntries(this.#waiting.map(({ account }) => [account, this.#free.get(account) ?? NOTHING]));
    for (const account of Object.keys(returned)) this.#free.delete(account);
    const trade = {
      type: "trade",
      block: this.#id,
      replica,
      day: this.period.day,
      at,
      until,
      from,
      settled,
      suspected,
      wants,
      returned,
      close,
    } as const;
    let events: readonly LedgerEvent[];
    try {
      events = await this.monthLedger.decide(trade, signal);
    } catch (error) {
      this.#settled.unshift(...settled);
      this.#suspected.unshift(...suspected);
      throw error;
    } finally {
      this.#telling = [];
    }
    for (const { type, data } of events) {
      if (type === "granted") this.#free.set(data.account, plus(this.#free.get(data.account) ?? NOTHING, data.amount));
      if (type === "granted" || type === "renewed") this.#until = Math.max(this.#until, data.until);
    }
    if (this.monthLedger.held?.state.blocks[this.#id] === undefined && this.#until > 0) this.#renounce();
    this.#serve();
    for (let call = this.#late.shift(); call !== undefined; call = this.#late.shift())
      await this.monthLedger.decide(
        { type: "clear", call: call.call, at, micros: call.micros, tokens: call.tokens, by: "its replica" },
        signal,
      );
  }

  /** The block is no longer ours: its lease expired, or was closed. What is open was made suspect, and is told by its calls' ids. */
  #renounce(): void {
    this.#id = this.monthLedger.ports.random.id();
    this.#free.clear();
    this.#until = 0;
    this.#from = undefined;
    this.#ending = false;
  }

  #serve(): void {
    const state = this.monthLedger.held?.state;
    const still: Waiter[] = [];
    for (const waiter of this.#waiting) {
      const { account, need } = waiter;
      if (this.#alive() && covers(this.#free.get(account) ?? NOTHING, need)) waiter.resolve(this.#take(account, need));
      else {
        const refusal = state === undefined ? undefined : this.#refusal(state, account, need);
        if (refusal === undefined) still.push(waiter);
        else waiter.reject(refusal);
      }
    }
    this.#waiting = still;
  }

  /** Why a draw is not to wait. For more from the fleet it waits until the federation has said that there is none. */
  #refusal(state: LedgerState, account: string, need: Amount): BudgetExhausted | undefined {
    const { funding } = this.monthLedger;
    const funds = fundsFor(state, account, this.period.day, need);
    const waiting = this.#waiting.reduce((sum, waiter) => plus(sum, waiter.need), NOTHING);
    const asked = funds !== undefined && funding?.want(funds.wants, plus(funds.used, waiting)) === "asked";
    const standing = limitUsageOf(state, account, this.period.day, need);
    if (standing.kind !== "exhausted") return undefined;
    if (standing.scope.of !== "fleet") return this.#exhausted(standing.scope, need);
    return asked || (funds === undefined && funding !== undefined) ? undefined : this.#exhausted(wholeFleet(standing.scope, state), need);
  }

  #exhausted(scope: Scope, need: Amount): BudgetExhausted {
    const never = !covers(remaining(scope.limit, NOTHING), need);
    return new BudgetExhausted(
      nameOf(scope),
      endOf(this.monthLedger.ports.clock.now(), this.#about.zone, scope.period),
      never ? need : undefined,
    );
  }
}
