import type { BudgetClient, Drawn, Reservation } from "@armada/ledger";
import type { CallCost, Drawing, Meter } from "@armada/models";

type Open = { readonly reservation: Reservation; readonly drawn: Drawn; cost: CallCost | undefined };
type About = {
  readonly budgetClient: BudgetClient;
  readonly agent: string;
  readonly run: string;
  readonly workflow: string;
  readonly id: () => string;
  readonly signal: AbortSignal;
};

/** Pays for one call from the replica's budgetClient, as the engine's attempts do, but for the journal of a run. */
export class BudgetMeter implements Meter {
  readonly #about: About;
  readonly #calls = new Map<string, Open>();
  /** The provider's call in which it had a part, where it was one with others and not the first of them. */
  joint: string | undefined;

  constructor(about: About) {
    this.#about = about;
  }

  async draw({ tier, model, ceiling, call: shared }: Drawing): Promise<string> {
    const { budgetClient, agent, run, workflow, id, signal } = this.#about;
    const reservation = await budgetClient.reserve(agent, ceiling, signal);
    const call = shared === undefined ? id() : `${shared}~${id()}`;
    const drawn: Drawn = { call, account: reservation.account, agent, workflow, run, tier, model, ceiling };
    this.#calls.set(call, { reservation, drawn, cost: undefined });
    await budgetClient.record(reservation, drawn);
    this.joint = shared ?? this.joint;
    if (!reservation.lease.valid(reservation)) throw new Error(`the block of call ${call} ended before it began`);
    return call;
  }

  settle(call: string, cost: CallCost): void {
    const open = this.#calls.get(call);
    if (open !== undefined) open.cost ??= cost;
  }

  /** Tells the ledger what the calls cost. @returns that, micro-dollars @throws where a bill is not known: nothing here loses one */
  conclude(): number {
    let sum = 0;
    for (const { reservation, drawn, cost } of this.#calls.values()) {
      if (cost === undefined || cost.kind === "unknown") throw new Error(`nobody said what call ${drawn.call} cost`);
      const model = cost.kind === "billed" ? cost.model : drawn.model;
      const { micros, tokens } = cost.kind === "billed" ? cost.amount : { micros: 0, tokens: 0 };
      sum += micros;
      reservation.lease.conclude(reservation, { settled: { ...drawn, model, micros, tokens } });
    }
    this.#calls.clear();
    return sum;
  }
}
