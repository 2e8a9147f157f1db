import { type Amount, covers, NOTHING, plus } from "@armada/contracts";
import type { LedgerState } from "./ledger-events.ts";
import { type Limit, level, remaining } from "./limits.ts";

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
export type Standing =
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
  const { limits, days, funded } = state;
  const own = account === ANY ? undefined : account;
  const scope = (of: string, agent: string | undefined, period: "day" | "month", limit: Limit | undefined, spent: Amount): Scope => {
    const held = sums(state, agent, period === "day" ? day : undefined);
    return { of, period, limit, spent, ...held };
  };
  const today = days[day];
  return [
    scope("team", undefined, "month", limits.team.month, state.spent),
    scope("team", undefined, "day", limits.team.day, today?.spent ?? NOTHING),
    ...(funded === undefined ? [] : [scope("fleet", undefined, "month", funded, state.spent)]),
    ...(own === undefined
      ? []
      : [
          scope(own, own, "month", limits.agents[own]?.month, state.agents[own] ?? NOTHING),
          scope(own, own, "day", limits.agents[own]?.day, today?.agents[own] ?? NOTHING),
        ]),
  ];
}

/** What may still be reserved on all of the account's limits. */
export function roomOf(state: LedgerState, account: string, day: string): Amount {
  const left = scopesOf(state, account, day).map(({ limit, spent, reserved, suspect }) =>
    remaining(limit, plus(spent, plus(reserved, suspect))),
  );
  return { micros: Math.min(...left.map(({ micros }) => micros)), tokens: Math.min(...left.map(({ tokens }) => tokens)) };
}

export function standingOf(state: LedgerState, account: string, day: string, need: Amount): Standing {
  let later: Scope | undefined;
  for (const scope of scopesOf(state, account, day)) {
    const { limit, spent, reserved, suspect } = scope;
    if (!covers(remaining(limit, plus(spent, suspect)), need)) return { kind: "exhausted", scope };
    if (!covers(remaining(limit, plus(spent, plus(reserved, suspect))), need)) later ??= scope;
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
    .filter(({ limit }) => limit !== undefined)
    .map((scope) => ({
      scope,
      share: level(
        scope.limit,
        plus(more(scope.of === "team" || scope.of === "fleet" ? undefined : scope.of), plus(scope.spent, scope.suspect)),
      ),
    }));
  return all.sort((a, b) => b.share - a.share)[0];
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
