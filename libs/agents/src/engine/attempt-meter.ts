import { ArmadaError, NOTHING } from "@armada/contracts";
import type { Drawn, Reservation } from "@armada/ledger";
import type { CallCost, Drawing, Meter } from "@armada/models";
import { type Budget, checkRun, usedBy } from "./budget.ts";
import type { JournaledCall } from "./journal-events.ts";
import type { RunHost } from "./run-host.ts";
import type { StepState } from "./run-state.ts";

type About = {
  readonly host: RunHost;
  readonly budget: Budget;
  readonly agent: string;
  readonly run: string;
  readonly workflow: string;
  readonly step: StepState;
  readonly signal: AbortSignal;
};
type Open = { readonly reservation: Reservation; readonly drawn: Drawn; cost: CallCost | undefined };

/**
 * Pays for one attempt's model calls: each is reserved on the replica's block and journaled before it is made
 * (`step.drawn`), and told to the ledger once the attempt's outcome is journaled.
 */
export class AttemptMeter implements Meter {
  readonly #about: About;
  readonly #calls = new Map<string, Open>();

  constructor(about: About) {
    this.#about = about;
  }

  /** @throws BudgetExhausted, ArmadaError `STEP_DECIDED` where it no longer needs the call, `LEASE_ENDED` */
  async draw({ tier, model, ceiling, call: shared }: Drawing): Promise<string> {
    const { host, budget, agent, run, workflow, step, signal } = this.#about;
    const reservation = await budget.purse.reserve(agent, ceiling, signal);
    const { holding, block, account } = reservation;
    // Several attempts may share a call of the provider's; each has a part of it in the ledger.
    const call = shared === undefined ? host.ports.random.id() : `${shared}~${host.ports.random.id()}`;
    try {
      const { ordinal } = await host.commit(run, 0, ({ state }) => {
        const now = state.steps.get(step.n);
        if (now?.status !== "requested" || now.dispatchedAt !== step.dispatchedAt || state.ended !== undefined) return undefined;
        checkRun(budget, usedBy(state), ceiling);
        const data = { n: step.n, attempt: now.attempts + 1, call, tier, model, ceiling, agent, account, block };
        return { events: [{ type: "step.drawn", data }] };
      });
      if (ordinal === undefined) throw new ArmadaError("STEP_DECIDED", `step ${step.n} of run ${run} has its outcome already`);
    } catch (error) {
      holding.cancel(reservation);
      throw error;
    }
    const drawn: Drawn = { call, account, agent, workflow, run, tier, model, ceiling };
    const open: Open = { reservation, drawn, cost: undefined };
    this.#calls.set(call, open);
    if (holding.valid(reservation)) return call;
    open.cost = { kind: "free" };
    throw new ArmadaError("LEASE_ENDED", `the block of run ${run} ended before its call began`, { retryable: true });
  }

  settle(call: string, cost: CallCost): void {
    const open = this.#calls.get(call);
    if (open !== undefined) open.cost ??= cost;
  }

  /** The attempt's calls as its outcome journals them; undefined where there were none. */
  get calls(): JournaledCall[] | undefined {
    if (this.#calls.size === 0) return undefined;
    return [...this.#calls.values()].map(({ drawn, cost = UNKNOWN }): JournaledCall => {
      const { call, tier, model, ceiling } = drawn;
      return { call, tier, model: cost.kind === "billed" ? cost.model : model, bill: cost.kind, ...billOf(cost, ceiling) };
    });
  }

  /** Tells the ledger what the calls cost, once the outcome is journaled or somebody else's stands. */
  conclude(): void {
    for (const { reservation, drawn, cost = UNKNOWN } of this.#calls.values()) {
      if (cost.kind === "unknown") reservation.holding.conclude(reservation, { suspected: drawn });
      else {
        const model = cost.kind === "billed" ? cost.model : drawn.model;
        reservation.holding.conclude(reservation, { settled: { ...drawn, model, ...billOf(cost, drawn.ceiling) } });
      }
    }
    this.#calls.clear();
  }
}

const UNKNOWN: CallCost = { kind: "unknown", reason: "nobody said what it cost" };

function billOf(cost: CallCost, ceiling: Drawn["ceiling"]): Drawn["ceiling"] {
  return cost.kind === "billed" ? cost.amount : cost.kind === "free" ? NOTHING : ceiling;
}
