import { ArmadaError, isName } from "@armada/contracts";
import { RUN_STATUSES, type RunStatus } from "@armada/engine/reading";
import type { Session } from "@armada/operations/mesh/session";
import { listRuns, type RunQuery } from "@armada/operations/runs/list";
import { EXIT } from "../exit.ts";
import type { Output } from "../output.ts";
import { sayRows } from "../render/fitted.ts";
import { oneLine } from "../render/one-line.ts";
import { waitOf } from "../render/run-tree.ts";
import { checkKnown, teamsHere } from "../teams.ts";

export type ListFlags = {
  readonly status?: string;
  readonly workflow?: string;
  readonly team?: string;
  readonly where?: readonly string[];
  readonly before?: string;
  readonly limit?: string;
};

/** Listed where nobody says how many: what a terminal shows, and a request or two a row. */
const MOST = 50;

/** What the flags ask for. @throws ArmadaError `USAGE` */
export function queryOf({ status, team, workflow, where = [], before, limit }: ListFlags): RunQuery {
  return { status: statusOf(status), team, workflow, where: where.map(keyOf), before, limit: Number(limit ?? MOST) };
}

/** The newest runs of all teams that have a stream here, newest last. @throws ArmadaError `NO_SUCH_TEAM`, `WORKFLOW_UNKNOWN`, `KEY_UNKNOWN`, `NO_SUCH_RUN` */
export async function listRunsCommand(session: Session, out: Output, flags: ListFlags): Promise<number> {
  const query = queryOf(flags);
  const teams = await teamsHere(session);
  const names = teams.map(({ name }) => name);
  if (query.team !== undefined) checkKnown(query.team, names);
  const { runs, more, total, behind } = await listRuns(session, teams, query);
  const rows: string[] = [];
  for (const run of runs) {
    out.emit({ type: "run", ...run });
    const waits = run.waitingFor?.map((wait) => `waits for ${waitOf(wait)}`).join(", ");
    const about = [run.startedAt, run.run.padEnd(28), `${run.team}.${run.workflow} v${run.version}`.padEnd(32), run.status];
    rows.push([...about, oneLine(waits ?? run.reason?.message ?? "")].join("  ").trimEnd());
  }
  sayRows(rows, "armada runs show RUN", out.say);
  if (runs.length === 0 && !more) out.say("no runs");
  if (flags.limit === undefined && more)
    out.say(
      `the newest ${query.limit}${total === undefined ? "" : ` of ${total}`}: --before ${runs[0]?.run} for those before, --limit for another number`,
    );
  for (const { team, messages } of behind)
    out.complain(`${team}: the index of its runs is being built, ${messages} messages to go: older runs may be missing here`);
  return EXIT.ok;
}

function statusOf(text: string | undefined): RunStatus | undefined {
  const found = RUN_STATUSES.find((one) => one === text);
  if (found !== undefined || text === undefined) return found;
  throw new ArmadaError("USAGE", `--status ${text} is no status of a run`, { hint: `there are ${RUN_STATUSES.join(", ")}` });
}

/** `order=17` as a key and its value. */
function keyOf(text: string): { readonly name: string; readonly value: string } {
  const at = text.indexOf("=");
  const name = text.slice(0, Math.max(0, at));
  if (isName(name)) return { name, value: text.slice(at + 1) };
  throw new ArmadaError("USAGE", `--where ${text} is no key of runs`, { hint: "write NAME=VALUE, as in --where order=17" });
}
