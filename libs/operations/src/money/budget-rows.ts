import { type Amount, minus, NOTHING, plus } from "@armada/contracts";
import {
  endOf,
  FEDERATION,
  type FleetState,
  grantedToAll,
  type Limit,
  level,
  periodOf,
  type Scope,
  type Suspect,
  scopesOf,
  startOf,
} from "@armada/ledger";
import type { MonthLedger } from "./ledgers.ts";
import type { MoneyLine } from "./lines.ts";

/** Before this share of a period is over, a forecast would say nothing but its first call. */
const FORECAST_FROM = 0.01;

/** Every limit of a team's ledger of the month of `now` (ms since 1970): the team's own, the fleet's, its agents', and that of a run. */
export function budgetRows({ team, state }: MonthLedger, now: number, zone: string): MoneyLine<"budget">[] {
  const { day } = periodOf(now, zone);
  const { limits } = state;
  const own = Object.keys(limits.agents).flatMap((agent) =>
    scopesOf(state, agent, day).filter(({ of, limit }) => of === agent && limit !== undefined),
  );
  const run = limits.team.run;
  return [
    ...[...scopesOf(state, "*", day), ...own].map((scope) => rowOf(team, scope, now, zone)),
    ...(run === undefined ? [] : [{ type: "budget", team, of: "team", period: "run", ...limitOf(run) } as const]),
  ];
}

/** The fleet's limit of a month: what its teams' ledgers spent of it, and what they were granted and have not spent. */
export function fleetRow(
  { state, ledgers }: { readonly state: FleetState; readonly ledgers: readonly MonthLedger[] },
  now: number,
  zone: string,
): MoneyLine<"budget"> {
  const { day } = periodOf(now, zone);
  const whole = ledgers.flatMap((one) => scopesOf(one.state, "*", day).filter(({ of, period }) => of === "team" && period === "month"));
  const total = (amounts: readonly Amount[]): Amount => amounts.reduce(plus, NOTHING);
  const spent = total(whole.map((scope) => scope.spent));
  const suspect = total(whole.map((scope) => scope.suspect));
  const left = minus(grantedToAll(state), plus(spent, suspect));
  const reserved = { micros: Math.max(0, left.micros), tokens: Math.max(0, left.tokens) }; // a bill may be over its grant
  return rowOf(FEDERATION, { of: "fleet", period: "month", limit: state.limit, spent, reserved, suspect }, now, zone);
}

/** The calls of a ledger that may have been billed, oldest first. */
export function suspectRows({ team, month, state }: MonthLedger, now: number): MoneyLine<"suspect">[] {
  return Object.values(state.suspects)
    .sort((a, b) => a.at - b.at)
    .map((one) => ({
      type: "suspect",
      ...suspectAs(team, month, one),
      tier: one.tier,
      at: new Date(one.at).toISOString(),
      ageMs: Math.max(0, now - one.at),
    }));
}

/** What every line about a suspect says of it. */
export function suspectAs(team: string, month: string, { call, agent, workflow, run, model, ceiling }: Suspect) {
  return { team, month, call, agent, workflow, run, model, ceilingMicros: ceiling.micros, ceilingTokens: ceiling.tokens };
}

function rowOf(team: string, { of, period, limit, spent, reserved, suspect }: Scope, now: number, zone: string): MoneyLine<"budget"> {
  const [start, end] = [startOf(now, zone, period), endOf(now, zone, period)];
  const share = (now - start) / (end - start);
  return {
    type: "budget",
    team,
    of,
    period,
    ...limitOf(limit ?? {}),
    spentMicros: spent.micros,
    spentTokens: spent.tokens,
    reservedMicros: reserved.micros,
    reservedTokens: reserved.tokens,
    suspectMicros: suspect.micros,
    suspectTokens: suspect.tokens,
    level: level(limit, plus(spent, suspect)),
    ...(share < FORECAST_FROM
      ? {}
      : { forecastMicros: Math.round(spent.micros / share), forecastTokens: Math.round(spent.tokens / share) }),
    resetAt: new Date(end).toISOString(),
  };
}

function limitOf({ micros, tokens }: Limit): { limitMicros?: number; limitTokens?: number } {
  return { ...(micros === undefined ? {} : { limitMicros: micros }), ...(tokens === undefined ? {} : { limitTokens: tokens }) };
}
