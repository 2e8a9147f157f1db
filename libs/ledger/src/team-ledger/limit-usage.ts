import { type Amount, covers, NOTHING, plus } from "@armada/contracts";
import { type Limit, level, remaining } from "../limits.ts";
import type { LedgerState } from "./events.ts";

/** How one limit stands. `reserved`: held by replicas for calls to come or on their way. */
export type Scope = {
  /** `team`, `fleet`, or the agent. */
  readonly of: string;
  readonly period: "day" | "month";
  readonly limit: Limit | undefined;
  readonly spent: Amount;
  readonly reserved: Amount;
  readonly suspect: Amount;
};

/** Where a draw would stand: `later`, because replicas hold what is left and may give it back. */
export type LimitUsage =
  | { readonly kind: "open" }
  | { readonly kind: "later"; readonly scope: Scope }
  | { readonly kind: "exhausted"; readonly scope: Scope };

const ANY = "*";

/** The account that an agent's calls are drawn on: its own where it has limits. */
export function accountOf(state: LedgerState, agent: string): string {
  return Object.hasOwn(state.limits.agents, agent) ? agent : ANY;
}

/** All limits that a draw on `account` of `day` must keep. */
export function scopesOf(state: LedgerState, account: string, day: string): readonly Scope[] {
  const { limits, days } = state;
  const own = account === ANY ? undefined : account;
  const scope = (of: string, agent: string | undefined, period: "day" | "month", limit: Limit | undefined, spent: Amount): Scope => {
    const held = sums(state, agent, period === "day" ? day : undefined);
    return { of, period, limit, spent, ...held };
  };
  const today = days[day];
  return [
    scope("team", undefined, "month", limits.team.month, state.spent),
    scope("team", undefined, "day", limits.team.day, today?.spent ?? NOTHING),
    ...(own === undefined
      ? []
      : [
          scope(own, own, "month", limits.agents[own]?.month, state.agents[own] ?? NOTHING),
          scope(own, own, "day", limits.agents[own]?.day, today?.agents[own] ?? NOTHING),
        ]),
    // Last: where another limit is used up, more from the fleet would not help.
    ...(limits.fleet === undefined ? [] : [scope("fleet", undefined, "month", fundedOf(limits.fleet, state), state.spent)]),
  ];
}

/** What the team was funded with, of what the fleet limits. */
function fundedOf(fleet: Limit, { funded = NOTHING }: LedgerState): Limit {
  return {
    ...(fleet.micros === undefined ? {} : { micros: funded.micros }),
    ...(fleet.tokens === undefined ? {} : { tokens: funded.tokens }),
  };
}

/** What a draw wants the team to be funded with in all, and what it has taken of it; undefined where it fits, or other limits forbid it. */
export function fundsFor(
  state: LedgerState,
  account: string,
  day: string,
  need: Amount,
): { readonly wants: Amount; readonly used: Amount } | undefined {
  const tight = scopesOf(state, account, day).filter((scope) => !covers(remaining(scope.limit, usedOf(scope)), need));
  const [fleet] = tight;
  if (fleet === undefined || tight.length > 1 || fleet.of !== "fleet") return undefined;
  return { wants: plus(usedOf(fleet), need), used: usedOf(fleet) };
}

function usedOf({ spent, reserved, suspect }: Scope): Amount {
  return plus(spent, plus(reserved, suspect));
}

/** What may still be reserved on all of the account's limits. */
export function roomOf(state: LedgerState, account: string, day: string): Amount {
  const left = scopesOf(state, account, day).map((scope) => remaining(scope.limit, usedOf(scope)));
  return { micros: Math.min(...left.map(({ micros }) => micros)), tokens: Math.min(...left.map(({ tokens }) => tokens)) };
}

/** Whether `need` fits all limits of an account (`*`, or an agent with limits of its own) on a day (ISO), and the first that it does not fit. */
export function limitUsageOf(state: LedgerState, account: string, day: string, need: Amount): LimitUsage {
  let later: Scope | undefined;
  for (const scope of scopesOf(state, account, day)) {
    const { limit, spent, suspect } = scope;
    if (!covers(remaining(limit, plus(spent, suspect)), need)) return { kind: "exhausted", scope };
    if (!covers(remaining(limit, usedOf(scope)), need)) later ??= scope;
  }
  return later === undefined ? { kind: "open" } : { kind: "later", scope: later };
}

/** The limit that is used most, by what is spent or may have been, and its share. `more`: spent, by an agent where one is named, and not yet in the state. */
export function highest(
  state: LedgerState,
  account: string,
  day: string,
  more: (agent: string | undefined) => Amount,
): { readonly scope: Scope; readonly share: number } | undefined {
  const all = scopesOf(state, account, day)
    // A team is always near the end of what it is granted: the fleet's limit is used by what all teams may spend.
    .map((scope) => (scope.of === "fleet" ? wholeFleet(scope, state) : scope))
    .filter(({ limit }) => limit !== undefined)
    .map((scope) => ({
      scope,
      share: level(
        scope.limit,
        scope.of === "fleet" ? scope.spent : plus(more(scope.of === "team" ? undefined : scope.of), plus(scope.spent, scope.suspect)),
      ),
    }));
  return all.sort((a, b) => b.share - a.share)[0];
}

/** The fleet's own limit, and what all teams were granted of it. */
export function wholeFleet(scope: Scope, { limits, fleet = NOTHING }: LedgerState): Scope {
  return { ...scope, limit: limits.fleet, spent: fleet };
}

function sums(state: LedgerState, agent: string | undefined, day: string | undefined): { reserved: Amount; suspect: Amount } {
  let reserved = NOTHING;
  let suspect = NOTHING;
  for (const block of Object.values(state.blocks)) {
    if (day !== undefined && block.day !== day) continue;
    for (const [account, held] of Object.entries(block.held)) if (agent === undefined || agent === account) reserved = plus(reserved, held);
  }
  for (const one of Object.values(state.suspects)) {
    if (day !== undefined && one.day !== day) continue;
    if (agent === undefined || agent === one.account) suspect = plus(suspect, one.ceiling);
  }
  return { reserved, suspect };
}
