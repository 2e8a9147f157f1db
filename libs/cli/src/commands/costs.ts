import { ArmadaError } from "@armada/contracts";
import { startOf } from "@armada/ledger/periods";
import type { Session } from "@armada/operations/mesh/session";
import { GROUPINGS, type Grouping } from "@armada/operations/money/cost-rows";
import { readCosts } from "@armada/operations/money/costs";
import { dollars } from "@armada/operations/money/dollars";
import { sinceOf } from "../arguments/since.ts";
import { EXIT } from "../exit.ts";
import type { LineOf } from "../lines.ts";
import type { Output } from "../output.ts";
import { table } from "../render/table.ts";
import { zoneOf } from "../zone.ts";

export type CostFlags = { readonly by?: string; readonly since?: string };

/** What was spent, from the minute of `--since` on. */
export async function costsCommand(session: Session, teams: readonly string[], flags: CostFlags, out: Output): Promise<number> {
  const by = groupingOf(flags.by);
  const now = Date.now();
  const zone = await zoneOf(session);
  const since = sinceOf(flags.since, now) ?? startOf(now, zone, "month");
  const { rows, total, behind } = await readCosts(session, teams, { by, since, now, zone });
  for (const line of [...rows, total]) out.emit(line);
  if (total.calls === 0 && total.suspects === 0) out.say(`no model call was paid since ${total.since}`);
  for (const line of table([headOf(by), ...rows.map(rowOf), totalOf(total, by)], 1)) out.say(line);
  for (const { team, messages } of behind)
    out.complain(`${team}: the index of its costs is being built, ${messages} messages to go: some of it is missing here`);
  return EXIT.ok;
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
