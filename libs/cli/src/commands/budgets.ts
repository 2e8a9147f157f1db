import { FEDERATION } from "@armada/ledger";
import type { Session } from "@armada/operations/mesh/session";
import { readBudgets } from "@armada/operations/money/budgets";
import { dollars } from "@armada/operations/money/dollars";
import { EXIT } from "../exit.ts";
import type { LineOf } from "../lines.ts";
import { lengthOf, type Output } from "../output.ts";
import { table } from "../render/table.ts";
import { zoneOf } from "../zone.ts";

/** Every limit of every team whose ledger of this month exists, and after them each call that may have been billed. */
export async function budgetsCommand(session: Session, teams: readonly string[], out: Output): Promise<number> {
  const zone = await zoneOf(session);
  const { budgets, suspects } = await readBudgets((team) => session.log(team), teams, Date.now(), zone);
  for (const line of [...budgets, ...suspects]) out.emit(line);
  const head = ["whose", "period", "limit", "spent", "reserved", "suspect", "level", "forecast", "begins again"];
  if (budgets.length === 0) out.say("no team has a ledger of this month: it begins with the first model call that is paid");
  else for (const line of table([head, ...budgets.map(budgetCells)], 2)) out.say(line);
  if (budgets.length > 0) out.say(`days and months of ${zone}; the forecast is what is spent over the share of the period that is over`);
  if (suspects.length > 0) out.say(`${suspects.length} calls may have been billed: armada budgets suspects, armada budgets reconcile`);
  return EXIT.ok;
}

/** The calls that may have been billed, oldest first in each ledger. */
export async function suspectsCommand(session: Session, teams: readonly string[], out: Output): Promise<number> {
  const { suspects } = await readBudgets((team) => session.log(team), teams, Date.now(), await zoneOf(session));
  for (const line of suspects) out.emit(line);
  const cells = suspects.map((one) => [
    one.call,
    `${one.team}.${one.agent}`,
    one.run,
    one.model,
    `${lengthOf(one.ageMs)} old`,
    `at most ${dollars(one.ceilingMicros)}`,
    `${one.ceilingTokens} tokens`,
  ]);
  for (const line of table(cells, 4)) out.say(line);
  out.say(suspects.length === 0 ? "no call is suspect" : "armada budgets reconcile compares them with the provider's usage");
  return EXIT.ok;
}

function budgetCells(row: LineOf<"budget">): string[] {
  const amount = (micros: number | undefined, tokens: number | undefined): string =>
    [
      ...(row.limitMicros === undefined && row.limitTokens !== undefined ? [] : micros === undefined ? [] : [dollars(micros)]),
      ...(row.limitTokens === undefined || tokens === undefined ? [] : [`${tokens} tokens`]),
    ].join(", ");
  return [
    row.team === FEDERATION
      ? "the fleet"
      : row.of === "team"
        ? row.team
        : row.of === "fleet"
          ? `${row.team} (granted)`
          : `${row.team}.${row.of}`,
    `a ${row.period}`,
    row.limitMicros === undefined && row.limitTokens === undefined ? "none" : amount(row.limitMicros, row.limitTokens),
    amount(row.spentMicros, row.spentTokens),
    amount(row.reservedMicros, row.reservedTokens),
    amount(row.suspectMicros, row.suspectTokens),
    row.level === undefined ? "" : `${Math.floor(row.level * 100)} %`,
    amount(row.forecastMicros, row.forecastTokens),
    row.resetAt ?? "",
  ];
}
