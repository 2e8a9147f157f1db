import { ArmadaError, parseSubject } from "@armada/contracts";
import { RUN_STATUSES, type RunView, readRun, shownAsServed, viewOf } from "@armada/engine";
import type { Message } from "@armada/event-sourcing";
import { EXIT } from "../exit.ts";
import type { Output } from "../output.ts";
import { oneLine } from "../render/one-line.ts";
import { waitOf } from "../render/run-tree.ts";
import type { Session } from "../session.ts";
import { checkKnown, type MeshTeam, meshTeams } from "../teams.ts";

export type ListFlags = { readonly status?: string; readonly workflow?: string; readonly team?: string; readonly limit?: string };

/** @throws ArmadaError `USAGE` */
export function checkList({ status }: ListFlags): void {
  if (status === undefined || (RUN_STATUSES as readonly string[]).includes(status)) return;
  throw new ArmadaError("USAGE", `--status ${status} is no status of a run`, { hint: `there are ${RUN_STATUSES.join(", ")}` });
}

/** Listed where nobody says how many. */
const MOST = 1_000;

/** Runs of all teams that have a stream here, newest last. @throws ArmadaError `NO_SUCH_TEAM`, `WORKFLOW_UNKNOWN` */
export async function listRuns(session: Session, out: Output, flags: ListFlags): Promise<number> {
  const all = await meshTeams(session);
  const names = all.map(({ name }) => name);
  const teams = flags.team === undefined ? all : all.filter(({ name }) => name === checkKnown(flags.team ?? "", names));
  const rows = (await Promise.all(teams.map((team) => runsOf(session, team)))).flat();
  checkWorkflow(flags.workflow, teams, rows);
  const wanted = rows
    .filter(({ status }) => flags.status === undefined || status === flags.status)
    .filter((row) => flags.workflow === undefined || namesOf(row).includes(flags.workflow))
    .sort((a, b) => a.startedAt.localeCompare(b.startedAt));
  const limit = Number(flags.limit ?? MOST);
  for (const row of limit === 0 ? [] : wanted.slice(-limit)) {
    out.emit(row);
    const waits = row.waitingFor?.map((wait) => `waits for ${waitOf(wait)}`).join(", ");
    const about = [row.startedAt, row.run.padEnd(28), `${row.team}.${row.workflow} v${row.version}`.padEnd(32), row.status];
    out.say([...about, oneLine(waits ?? row.reason?.message ?? "")].join("  ").trimEnd());
  }
  if (wanted.length === 0) out.say("no runs");
  if (flags.limit === undefined && wanted.length > limit) out.say(`the newest ${limit} of ${wanted.length}: --limit for another number`);
  return EXIT.ok;
}

async function runsOf(session: Session, { name: team, trouble }: MeshTeam): Promise<RunView[]> {
  const byRun = new Map<string, Message[]>();
  await session.log(team).scan([`run.${team}.>`], 0, (message) => {
    const subject = parseSubject(message.subject);
    if (subject?.kind !== "journal" || subject.branch !== undefined) return;
    const list = byRun.get(subject.run) ?? [];
    if (list.length === 0) byRun.set(subject.run, list);
    list.push(message);
  });
  const queues = await session.queues(team);
  return [...byRun].map(([run, messages]) => {
    const view = viewOf(team, run, readRun(messages));
    if (view.endedAt !== undefined || trouble?.code !== "TEAM_GONE") return shownAsServed(view, queues);
    const { code, message, hint } = trouble;
    return { ...view, status: "stopped", reason: { code, message, ...(hint === undefined ? {} : { hint }) } };
  });
}

const namesOf = ({ team, workflow }: Pick<RunView, "team" | "workflow">): string[] => [workflow, `${team}.${workflow}`];

/** A name that no team lists and no run bears is a slip, not an empty list. @throws ArmadaError `WORKFLOW_UNKNOWN` */
function checkWorkflow(workflow: string | undefined, teams: readonly MeshTeam[], rows: readonly RunView[]): void {
  if (workflow === undefined) return;
  const listed = teams.flatMap(({ name, definition }) => definition?.workflows.map((one) => ({ team: name, workflow: one.name })) ?? []);
  const known = [...listed, ...rows];
  if (known.some((one) => namesOf(one).includes(workflow))) return;
  throw new ArmadaError("WORKFLOW_UNKNOWN", `--workflow ${workflow}: no team has it`, {
    hint: `there are ${[...new Set(known.map((one) => `${one.team}.${one.workflow}`))].sort().join(", ") || "none"}`,
  });
}
