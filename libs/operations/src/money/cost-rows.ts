import type { Account, LedgerCall } from "./account.ts";
import type { MoneyLine } from "./lines.ts";
import type { RunEnd, Saving } from "./runs-of.ts";

/** By what costs may be summed; `outcome`: by how runs of a workflow ended. */
export const GROUPINGS = ["team", "agent", "workflow", "run", "outcome"] as const;
/** One of `GROUPINGS`. */
export type Grouping = (typeof GROUPINGS)[number];

/** Calls that cost something: one, or the sum of as many as `calls` says. */
type Settled = Pick<LedgerCall, "team" | "agent" | "workflow" | "run" | "at" | "tokens" | "micros"> & { readonly calls?: number };

/** What the ledgers and journals of the teams tell. */
export type Spending = Pick<Account, "suspects"> & {
  readonly settled: readonly Settled[];
  readonly savings: readonly Saving[];
  readonly ends: readonly RunEnd[];
};

type Row = MoneyLine<"cost">;
type Spent = Omit<MoneyLine<"cost-total">, "type" | "since">;
type Whose = Pick<LedgerCall, "team" | "agent" | "workflow" | "run">;

/** What was spent from `since` (ms since 1970) on, dearest first, and the sum. */
export function costRows(spending: Spending, by: Grouping, since: number): { rows: Row[]; total: MoneyLine<"cost-total"> } {
  const statuses = new Map(spending.ends.map(({ team, run, status }) => [`${team} ${run}`, status]));
  const groups = new Map<string, Row>();
  const runs = new Map<Row, Set<string>>();
  const groupOf = (whose: Whose): Row => {
    const about = keyOf(whose, by, statuses.get(`${whose.team} ${whose.run}`) ?? "open");
    const key = JSON.stringify(about);
    const row = groups.get(key) ?? { type: "cost", by, ...about, ...none() };
    groups.set(key, row);
    runs.set(row, (runs.get(row) ?? new Set()).add(whose.run));
    return row;
  };
  const sum = none();
  const recent = <T extends { readonly at: number }>(all: readonly T[]): T[] => all.filter(({ at }) => at >= since);
  for (const call of recent(spending.settled))
    for (const row of [groupOf(call), sum]) {
      row.calls += call.calls ?? 1;
      row.tokens += call.tokens;
      row.costMicros += call.micros;
    }
  for (const saving of recent(spending.savings)) for (const row of [groupOf(saving), sum]) row.savedMicros += saving.micros;
  for (const suspect of recent(spending.suspects))
    for (const row of [groupOf(suspect), sum]) {
      row.suspects++;
      row.suspectMicros += suspect.micros;
    }
  // A run that cost nothing is an outcome too: without it the others' average would be too high.
  if (by === "outcome") for (const end of recent(spending.ends)) groupOf({ ...end, agent: "" });
  const rows = [...groups.values()].map((row) => (by === "outcome" ? withRuns(row, runs.get(row)?.size ?? 0) : row));
  const name = (row: Row): string => JSON.stringify([row.team, row.agent, row.workflow, row.run, row.status]);
  rows.sort((a, b) => b.costMicros - a.costMicros || b.tokens - a.tokens || name(a).localeCompare(name(b)));
  return { rows, total: { type: "cost-total", since: new Date(since).toISOString(), ...sum } };
}

function keyOf(
  { team, agent, workflow, run }: Whose,
  by: Grouping,
  status: string,
): Pick<Row, "team" | "agent" | "workflow" | "run" | "status"> {
  switch (by) {
    case "team":
      return { team };
    case "agent":
      return { team, agent };
    case "workflow":
      return { team, workflow };
    case "run":
      return { team, workflow, run, status };
    case "outcome":
      return { team, workflow, status };
    default:
      return by satisfies never;
  }
}

function withRuns(row: Row, runs: number): Row {
  return { ...row, runs, ...(runs === 0 ? {} : { perRunMicros: Math.round(row.costMicros / runs) }) };
}

function none(): Spent {
  return { calls: 0, tokens: 0, costMicros: 0, savedMicros: 0, suspects: 0, suspectMicros: 0 };
}
