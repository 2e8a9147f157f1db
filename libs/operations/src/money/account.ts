import type { Log } from "@armada/event-sourcing";
import { type Drawn, type LedgerEvent, ledgerEventsIn } from "@armada/ledger";

/** A model call in a team's ledger, and when (ms since 1970) it was settled, cleared or suspected. */
export type LedgerCall = Drawn & { readonly team: string; readonly at: number; readonly micros: number; readonly tokens: number };

/** All calls of a team's ledgers, of every month. `suspects` are those still open, at their ceilings. */
export type Account = { readonly settled: readonly LedgerCall[]; readonly suspects: readonly LedgerCall[] };

/** Reads every ledger message of the team's stream. @throws ArmadaError `LOG_UNAVAILABLE`, `STATE_UNREADABLE` */
export async function accountOf(log: Pick<Log, "scan">, team: string): Promise<Account> {
  const settled: LedgerCall[] = [];
  const suspects = new Map<string, LedgerCall>();
  const take = (event: LedgerEvent): void => {
    if (event.type === "settled") for (const call of event.data.calls) settled.push({ ...call, team, at: event.data.at });
    if (event.type === "suspected")
      for (const call of event.data.calls) suspects.set(call.call, { ...call, ...call.ceiling, team, at: event.data.at });
    if (event.type !== "cleared") return;
    const { call, at, micros, tokens } = event.data;
    const known = suspects.get(call);
    if (known !== undefined) settled.push({ ...known, at, micros, tokens });
    suspects.delete(call);
  };
  await log.scan([`evt.${team}.ledger.>`], 0, (message) => {
    for (const event of ledgerEventsIn(message)) take(event);
  });
  return { settled, suspects: [...suspects.values()] };
}
