import { ArmadaError, NOTHING } from "@armada/contracts";
import type { Drawn, Reservation } from "@armada/ledger";
import type { CallCost, Drawing, EarlierCall, LaneNotes, Meter } from "@armada/models";
import type { JournaledCall } from "../journal/events.ts";
import type { BatchedCall, StepState } from "../journal/state.ts";
import type { RunStore } from "../runs/run-store.ts";
import { type Budget, refusalOf, usedBy } from "./budget.ts";

type About = {
  readonly runs: RunStore;
  readonly budget: Budget;
  readonly agent: string;
  readonly run: string;
  readonly workflow: string;
  readonly step: StepState;
  readonly signal: AbortSignal;
};
type Open = {
  /** None where an earlier attempt drew it: the ledger learns of it from the journal. */
  readonly reservation?: Reservation;
  readonly drawn: Drawn;
  /** In the batch lane, where it may outlive its attempt. */
  readonly batched: boolean;
  cost: CallCost | undefined;
};

/**
 * Pays for one attempt's model calls: each is reserved on the replica's block and put on record before it is
 * made, and told to the ledger once the attempt's outcome is journaled. A call in the batch lane that has no end
 * by then stays drawn, for the attempt after it.
 */
export class AttemptMeter implements Meter, LaneNotes {
  readonly #about: About;
  readonly #calls = new Map<string, Open>();
  readonly #earlier: readonly BatchedCall[];
  #concluded = false;
  #reserving = 0;
  /** Since when one of its calls waits to be granted, while one does. */
  #waitsSince = 0;
  #waited = 0;

  constructor(about: About) {
    this.#about = about;
    this.#earlier = [...about.step.batched.values()];
  }

  /** @throws BudgetExhausted, ArmadaError `STEP_DECIDED` where it no longer needs the call, `LEASE_ENDED` */
  async draw({ tier, model, ceiling, call: shared, asked }: Drawing): Promise<string> {
    const { runs, budget, agent, run, workflow, step, signal } = this.#about;
    const { clock } = runs.ports;
    if (this.#reserving++ === 0) this.#waitsSince = clock.now();
    const reservation = await budget.budgetClient.reserve(agent, ceiling, signal).finally(() => {
      if (--this.#reserving === 0) this.#waited += Math.max(0, clock.now() - this.#waitsSince); // a clock may be put back
    });
    const { lease, block, account } = reservation;
    // Several attempts may share a call of the provider's; each has a part of it in the ledger.
    const call = shared === undefined ? runs.ports.random.id() : `${shared}~${runs.ports.random.id()}`;
    const drawn: Drawn = { call, account, agent, workflow, run, tier, model, ceiling, drawnAt: clock.now() };
    // In the run's journal where the journal keeps a limit or a later attempt needs it, else with all that come together.
    const journaled = budget.run !== undefined || asked !== undefined || step.budgetUntil !== undefined || step.waits !== undefined;
    let refused: Error | undefined;
    try {
      if (journaled) refused = await this.#journal(drawn, block, asked);
      else await budget.budgetClient.record(reservation, drawn);
    } catch (error) {
      // It may be on record all the same: then it is on record as never made.
      lease.conclude(reservation, { settled: { ...drawn, ...NOTHING } });
      throw error;
    }
    if (refused !== undefined) {
      lease.cancel(reservation);
      throw refused;
    }
    const open: Open = { reservation, drawn, batched: asked !== undefined, cost: undefined };
    this.#calls.set(call, open);
    if (lease.valid(reservation)) return call;
    open.cost = { kind: "free" };
    if (this.#concluded) this.#tell(call, open);
    throw new ArmadaError("LEASE_ENDED", `the block of run ${run} ended before its call began`, { retryable: true });
  }

  /** @returns why the draw was not written, where the run does not want it */
  async #journal(
    { workflow: _workflow, drawnAt: _drawnAt, run, ...known }: Drawn,
    block: string,
    asked: string | undefined,
  ): Promise<Error | undefined> {
    const { runs, budget, step } = this.#about;
    let poor: Error | undefined;
    const { ordinal } = await runs.commit(run, 0, ({ state }) => {
      const now = state.steps.get(step.n);
      if (now?.status !== "requested" || now.dispatchedAt !== step.dispatchedAt || state.ended !== undefined) return undefined;
      poor = refusalOf(budget, usedBy(state), known.ceiling);
      if (poor !== undefined) return undefined;
      const data = { n: step.n, attempt: now.attempts + 1, ...known, block, ...(asked === undefined ? {} : { asked }) };
      return { events: [{ type: "step.drawn", data }] };
    });
    if (ordinal !== undefined) return undefined;
    return poor ?? new ArmadaError("STEP_DECIDED", `step ${step.n} of run ${run} has its outcome already`);
  }

  settle(call: string, cost: CallCost): void {
    const open = this.#calls.get(call);
    if (open === undefined) return;
    open.cost ??= cost;
    if (this.#concluded) this.#tell(call, open);
  }

  earlier(asked: string): EarlierCall | undefined {
    const found = this.#earlier.find((one) => one.asked === asked && !this.#calls.has(one.call));
    if (found === undefined) return undefined;
    const { call, account, tier, model, ceiling, drawnAt, batch } = found;
    const { agent, workflow, run } = this.#about;
    this.#calls.set(call, { drawn: { call, account, agent, workflow, run, tier, model, ceiling }, batched: true, cost: undefined });
    return { call, drawnAt, ...(batch === undefined ? {} : { batch }) };
  }

  async submitted(call: string, batch: string): Promise<void> {
    const { runs, run, step } = this.#about;
    await runs.commit(run, 0, ({ state }) => {
      const now = state.steps.get(step.n);
      if (state.ended !== undefined || now === undefined || !now.batched.has(call)) return undefined;
      return { events: [{ type: "step.submitted", data: { n: step.n, attempt: now.attempts + 1, call, batch } }] };
    });
  }

  /** Whether a call waits for what is to pay for it. */
  get reserving(): boolean {
    return this.#reserving > 0;
  }

  /** How long calls have waited until they were granted, ms: several at once count once, and one that still waits not yet. */
  get waited(): number {
    return this.#waited;
  }

  /** The attempt's calls as its outcome journals them; undefined where there were none. */
  get calls(): JournaledCall[] | undefined {
    const ended = [...this.#calls.values()].filter(({ batched, cost }) => !batched || cost !== undefined);
    if (ended.length === 0) return undefined;
    return ended.map(({ drawn, cost = UNKNOWN }): JournaledCall => {
      const { call, tier, model, ceiling } = drawn;
      return {
        call,
        tier,
        model: cost.kind === "billed" ? cost.model : model,
        bill: cost.kind,
        ...billOf(cost, ceiling),
        ...pricedOf(cost),
      };
    });
  }

  /** Tells the ledger what the calls cost, once the outcome is journaled or somebody else's stands; of those without an end, when they have it. */
  conclude(): void {
    this.#concluded = true;
    for (const [call, open] of this.#calls) if (!open.batched || open.cost !== undefined) this.#tell(call, open);
  }

  #tell(id: string, { reservation, drawn, cost = UNKNOWN }: Open): void {
    this.#calls.delete(id);
    if (reservation === undefined) return;
    if (cost.kind === "unknown") reservation.lease.conclude(reservation, { suspected: drawn });
    else {
      const model = cost.kind === "billed" ? cost.model : drawn.model;
      reservation.lease.conclude(reservation, { settled: { ...drawn, model, ...billOf(cost, drawn.ceiling), ...pricedOf(cost) } });
    }
  }
}

const UNKNOWN: CallCost = { kind: "unknown", reason: "nobody said what it cost" };

function billOf(cost: CallCost, ceiling: Drawn["ceiling"]): Drawn["ceiling"] {
  return cost.kind === "billed" ? cost.amount : cost.kind === "free" ? NOTHING : ceiling;
}

function pricedOf(cost: CallCost): { priced?: string } {
  return cost.kind === "billed" && cost.priced !== undefined ? { priced: cost.priced } : {};
}
