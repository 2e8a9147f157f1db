import type { Log } from "@armada/event-sourcing";
import { FEDERATION, periodOf } from "@armada/ledger";
import { budgetRows, fleetRow, suspectRows } from "./budget-rows.ts";
import { ledgersBack, readFleet } from "./ledgers.ts";
import type { MoneyLine } from "./lines.ts";

/**
 * Every limit of the teams whose ledger of this month exists, and behind them each call that may have been billed, of
 * all months, the oldest first in each ledger. `now`: ms since 1970; `zone`: whose days and months count.
 * @throws ArmadaError `LOG_UNAVAILABLE`, `STATE_UNREADABLE`
 */
export async function readBudgets(
  log: (team: string) => Pick<Log, "last">,
  teams: readonly string[],
  now: number,
  zone: string,
): Promise<{ readonly budgets: readonly MoneyLine<"budget">[]; readonly suspects: readonly MoneyLine<"suspect">[] }> {
  const { month } = periodOf(now, zone);
  const ledgers = (await Promise.all(teams.map((team) => ledgersBack(log(team), team, now, zone)))).flat();
  const fleet = teams.includes(FEDERATION) ? await readFleet(log, month) : undefined;
  return {
    budgets: [
      ...(fleet === undefined ? [] : [fleetRow(fleet, now, zone)]),
      ...ledgers.filter((one) => one.month === month).flatMap((one) => budgetRows(one, now, zone)),
    ],
    suspects: ledgers.flatMap((one) => suspectRows(one, now)),
  };
}
