import { type Clock, type Held, handleEndless, type Log, loadEndless, type Random } from "@armada/event-sourcing";
import type { Funding } from "../fleet-ledger/funding.ts";
import { ledgerOf } from "../team-ledger/aggregate.ts";
import type { LedgerEvent, LedgerState } from "../team-ledger/events.ts";
import { type LedgerCommand, ledger } from "../team-ledger/ledger.ts";

export type MonthLedgerPorts = { readonly log: Pick<Log, "last" | "append" | "head">; readonly clock: Clock; readonly random: Random };

/** One month's ledger as last known, shared by a replica's blocks. */
export class MonthLedger {
  readonly team: string;
  readonly month: string;
  readonly ports: MonthLedgerPorts;
  held: Held<LedgerState> | undefined;
  /** Absent where the fleet has no limit. */
  funding: Funding | undefined;

  constructor(team: string, month: string, ports: MonthLedgerPorts) {
    this.team = team;
    this.month = month;
    this.ports = ports;
  }

  async decide(command: LedgerCommand, signal: AbortSignal): Promise<readonly LedgerEvent[]> {
    const { events, held } = await handleEndless(this.ports, ledger, ledgerOf(this.team, this.month), command, {
      known: this.held,
      signal,
    });
    this.saw(held);
    return events;
  }

  /** @throws ArmadaError `LOG_UNAVAILABLE` */
  async load(): Promise<Held<LedgerState>> {
    this.saw(await loadEndless(this.ports.log, ledger, ledgerOf(this.team, this.month), this.held?.seq ?? 0));
    return this.held ?? { state: ledger.initial(), version: 0, seq: 0, prev: undefined };
  }

  saw(held: Held<LedgerState>): void {
    if (held.seq >= (this.held?.seq ?? 0)) this.held = held;
  }
}
