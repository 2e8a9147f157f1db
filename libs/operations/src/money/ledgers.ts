import type { Log } from "@armada/event-sourcing";
import { loadEndless } from "@armada/event-sourcing";
import { FEDERATION, type FleetState, fleet, fleetOf, type LedgerState, ledger, ledgerOf, periodOf } from "@armada/ledger";

/** A team's ledger of a month as its last message has it. */
export type MonthLedger = { readonly team: string; readonly month: string; readonly state: LedgerState };

/** What was suspected this long ago is still looked for. */
const MONTHS = 13;

/** The ledger of a month; undefined where nothing was ever drawn in it. @throws ArmadaError `LOG_UNAVAILABLE`, `STATE_UNREADABLE` */
export async function readLedger(log: Pick<Log, "last">, team: string, month: string): Promise<MonthLedger | undefined> {
  const { state, version } = await loadEndless(log, ledger, ledgerOf(team, month));
  return version === 0 ? undefined : { team, month, state };
}

/** The fleet's budget of a month and the ledgers of the teams that were granted some of it; undefined before the first grant. */
export async function readFleet(
  log: (team: string) => Pick<Log, "last">,
  month: string,
): Promise<{ readonly state: FleetState; readonly ledgers: readonly MonthLedger[] } | undefined> {
  const { state, version } = await loadEndless(log(FEDERATION), fleet, fleetOf(month));
  if (version === 0) return undefined;
  const ledgers = await Promise.all(Object.keys(state.granted).map((team) => readLedger(log(team), team, month)));
  return { state, ledgers: ledgers.filter((one) => one !== undefined) };
}

/** The ledgers of a team, this month's first and back over a year: a suspect of an old month is in that month's ledger. */
export async function ledgersBack(log: Pick<Log, "last">, team: string, now: number, zone: string): Promise<readonly MonthLedger[]> {
  const found = await Promise.all(monthsBack(periodOf(now, zone).month).map((month) => readLedger(log, team, month)));
  return found.filter((one) => one !== undefined);
}

/** `2026-11`, `2026-10`, … */
function monthsBack(from: string): string[] {
  const [year = 0, month = 1] = from.split("-").map(Number);
  return Array.from({ length: MONTHS }, (_, i) => new Date(Date.UTC(year, month - 1 - i, 1)).toISOString().slice(0, 7));
}
