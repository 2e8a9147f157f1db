import { ArmadaError } from "@armada/contracts";
import { startOf } from "@armada/ledger/periods";
import type { Session } from "@armada/operations/mesh/session";
import { accountOf } from "@armada/operations/money/account";
import { costRows, GROUPINGS, type Grouping, type Spending } from "@armada/operations/money/cost-rows";
import { dollars } from "@armada/operations/money/dollars";
import { ledgersBack } from "@armada/operations/money/ledgers";
import { runsOf } from "@armada/operations/money/runs-of";
import { sinceOf } from "../arguments/since.ts";
import { EXIT } from "../exit.ts";
import type { LineOf } from "../lines.ts";
import type { Output } from "../output.ts";
import { table } from "../render/table.ts";
import { zoneOf } from "../zone.ts";

const MINUTE_MS = 60_000;

export type CostFlags = { readonly by?: string; readonly since?: string };

/** What was spent, from the minute of `--since` on: by the teams' indexes, or where each run counts by their ledgers and journals. */
export async function costsCommand(session: Session, teams: readonly string[], flags: CostFlags, out: Output): Promise<number> {
  const by = groupingOf(flags.by);
  const now = Date.now();
  const zone = await zoneOf(session);
  const asked = sinceOf(flags.since, now) ?? startOf(now, zone, "month");
  const since = asked - (asked % MINUTE_MS);
  const eachRun = by === "run" || by === "outcome";
  const read = await Promise.all(
    teams.map((team) => (eachRun ? ofEachRun(session, team, since) : summedUp(session, team, { since, now, zone }))),
  );
  const { rows, total } = costRows(
    {
      settled: read.flatMap(({ settled }) => settled),
      suspects: read.flatMap(({ suspects }) => suspects),
      savings: read.flatMap(({ savings }) => savings),
      ends: read.flatMap(({ ends }) => ends),
    },
    by,
    since,
  );
  for (const line of [...rows, total]) out.emit(line);
  if (total.calls === 0 && total.suspects === 0) out.say(`no model call was paid since ${total.since}`);
  for (const line of table([headOf(by), ...rows.map(rowOf), totalOf(total, by)], 1)) out.say(line);
  for (const [i, { behind }] of read.entries())
    if (behind > 0)
      out.complain(`${teams[i]}: the index of its costs is being built, ${behind} messages to go: some of it is missing here`);
  return EXIT.ok;
}

type Read = Spending & { readonly behind: number };

async function ofEachRun(session: Session, team: string, since: number): Promise<Read> {
  const log = session.log(team);
  const [account, journals] = await Promise.all([accountOf(log, team), runsOf(log, team, await session.sequenceAt(team, since))]);
  return { ...account, ...journals, behind: 0 };
}

async function summedUp(session: Session, team: string, { since, now, zone }: { since: number; now: number; zone: string }): Promise<Read> {
  const [index, ledgers] = await Promise.all([session.runs(team), ledgersBack(session.log(team), team, now, zone)]);
  const sums = (await index.costs(since, now)).map((sum) => ({ ...sum, team, run: "", at: since }));
  const suspects = ledgers.flatMap(({ state }) => Object.values(state.suspects));
  return {
    settled: sums,
    savings: sums.map((sum) => ({ ...sum, micros: sum.saved })),
    suspects: suspects.map((one) => ({ ...one, ...one.ceiling, team })),
    ends: [],
    behind: index.behind,
  };
}

/** @throws ArmadaError `USAGE` */
export function groupingOf(text = "team"): Grouping {
  const found = GROUPINGS.find((one) => one === text);
  if (found !== undefined) return found;
  throw new ArmadaError("USAGE", `--by ${text} is nothing that costs are told by`, { hint: `use one of ${GROUPINGS.join(", ")}` });
}

function headOf(by: Grouping): string[] {
  return [by, "calls", "tokens", "cost", "saved", "suspect", ...(by === "outcome" ? ["runs", "a run"] : [])];
}

function rowOf(row: LineOf<"cost">): string[] {
  const name = [[row.team, row.agent ?? row.workflow].filter((part) => part !== undefined).join("."), row.run, row.status];
  const each = row.runs === undefined ? [] : [String(row.runs), dollars(row.perRunMicros ?? 0)];
  return [name.filter((part) => part !== undefined).join(" "), ...figures(row), ...each];
}

function totalOf(total: LineOf<"cost-total">, by: Grouping): string[] {
  return [`all since ${total.since}`, ...figures(total), ...(by === "outcome" ? ["", ""] : [])];
}

function figures({ calls, tokens, costMicros, savedMicros, suspects, suspectMicros }: LineOf<"cost-total"> | LineOf<"cost">): string[] {
  const suspect = suspects === 0 ? "" : `${suspects} of at most ${dollars(suspectMicros)}`;
  return [String(calls), String(tokens), dollars(costMicros), savedMicros === 0 ? "" : dollars(savedMicros), suspect];
}
