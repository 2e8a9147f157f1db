import { ArmadaError, isName } from "@armada/contracts";
import {
  ENDED_STATUSES,
  type IndexedRun,
  RUN_STATUSES,
  type RunIndex,
  type RunView,
  shownAsReached,
  shownAsServed,
  viewOf,
} from "@armada/engine/reading";
import type { QueueThere } from "@armada/nats";
import type { MeshTeam } from "@armada/operations/mesh/mesh-team";
import type { Session } from "@armada/operations/mesh/session";
import { EXIT } from "../exit.ts";
import type { Output } from "../output.ts";
import { oneLine } from "../render/one-line.ts";
import { waitOf } from "../render/run-tree.ts";
import { checkKnown, teamsHere } from "../teams.ts";

export type ListFlags = {
  readonly status?: string;
  readonly workflow?: string;
  readonly team?: string;
  readonly where?: string;
  readonly limit?: string;
};

/** @throws ArmadaError `USAGE` */
export function checkList({ status, where }: ListFlags): void {
  if (where !== undefined && keyOf(where) === undefined)
    throw new ArmadaError("USAGE", `--where ${where} is no key of runs`, { hint: "write NAME=VALUE, as in --where order=17" });
  if (status === undefined || (RUN_STATUSES as readonly string[]).includes(status)) return;
  throw new ArmadaError("USAGE", `--status ${status} is no status of a run`, { hint: `there are ${RUN_STATUSES.join(", ")}` });
}

/** Listed where nobody says how many. */
const MOST = 1_000;
/** Journals that are read at a time. */
const AT_ONCE = 64;

/** `here`: all teams that have a stream here. */
type TeamRuns = {
  readonly team: MeshTeam;
  readonly index: RunIndex;
  readonly queues: readonly QueueThere[];
  readonly here: readonly string[];
};

/** The newest runs of all teams that have a stream here, newest last. @throws ArmadaError `NO_SUCH_TEAM`, `WORKFLOW_UNKNOWN` */
export async function listRuns(session: Session, out: Output, flags: ListFlags): Promise<number> {
  const all = await teamsHere(session);
  const names = all.map(({ name }) => name);
  const teams = flags.team === undefined ? all : all.filter(({ name }) => name === checkKnown(flags.team ?? "", names));
  const read = await Promise.all(
    teams.map(async (team): Promise<TeamRuns> => {
      const [index, queues] = await Promise.all([session.runs(team.name), session.queues(team.name)]);
      return { team, index, queues, here: names };
    }),
  );
  checkWorkflow(flags.workflow, read);
  const limit = Number(flags.limit ?? MOST);
  const found = await Promise.all(
    read.map((one) => (flags.where === undefined ? newestOf(session, one, flags, limit) : foundBy(session, one, flags))),
  );
  const rows = found.flat().sort((a, b) => a.startedAt.localeCompare(b.startedAt));
  for (const row of limit === 0 ? [] : rows.slice(-limit)) {
    out.emit(row);
    const waits = row.waitingFor?.map((wait) => `waits for ${waitOf(wait)}`).join(", ");
    const about = [row.startedAt, row.run.padEnd(28), `${row.team}.${row.workflow} v${row.version}`.padEnd(32), row.status];
    out.say([...about, oneLine(waits ?? row.reason?.message ?? "")].join("  ").trimEnd());
  }
  if (rows.length === 0 && limit > 0) out.say("no runs");
  if (flags.limit === undefined && rows.length > limit) out.say(`the newest ${limit}${ofHowMany(read, flags)}: --limit for another number`);
  for (const { team, index } of read)
    if (index.behind > 0)
      out.complain(`${team.name}: the index of its runs is being built, ${index.behind} messages to go: older runs may be missing here`);
  return EXIT.ok;
}

/** `order=17` as a key and its value. */
function keyOf(text: string): { readonly name: string; readonly value: string } | undefined {
  const at = text.indexOf("=");
  return isName(text.slice(0, at)) ? { name: text.slice(0, at), value: text.slice(at + 1) } : undefined;
}

/** The runs of a key, as their journals tell them: few, whatever the team's history. */
async function foundBy(session: Session, of: TeamRuns, flags: ListFlags): Promise<RunView[]> {
  const { team, index } = of;
  const key = keyOf(flags.where ?? "");
  if (key === undefined) return [];
  const workflow = workflowIn(team.name, flags.workflow);
  if (flags.workflow !== undefined && workflow === undefined) return [];
  const views: RunView[] = [];
  const runs = await index.where(key.name, key.value);
  for (let at = 0; at < runs.length; at += AT_ONCE)
    views.push(...(await Promise.all(runs.slice(at, at + AT_ONCE).map((run) => viewNow(session, of, run)))).flat());
  return views.filter(
    (view) => (flags.status === undefined || view.status === flags.status) && (workflow === undefined || view.workflow === workflow),
  );
}

/** One more than `limit`, so that it shows whether there are others; of open runs the journals tell what they do now. */
async function newestOf(session: Session, of: TeamRuns, flags: ListFlags, limit: number): Promise<RunView[]> {
  const { team, index } = of;
  const workflow = workflowIn(team.name, flags.workflow);
  if (flags.workflow !== undefined && workflow === undefined) return [];
  const ended = (ENDED_STATUSES as readonly string[]).includes(flags.status ?? "");
  const filter = {
    ...(flags.status === undefined ? {} : { status: ended ? flags.status : "open" }),
    ...(workflow === undefined ? {} : { workflow }),
  };
  const rows: RunView[] = [];
  let next: IndexedRun[] = [];
  const take = async (): Promise<void> => {
    const views = await Promise.all(next.map(({ run }) => viewNow(session, of, run)));
    rows.push(...views.flat().filter((view) => flags.status === undefined || view.status === flags.status));
    next = [];
  };
  for await (const one of index.newest(filter)) {
    next.push(one);
    if (next.length >= Math.min(AT_ONCE, limit + 1 - rows.length)) await take();
    if (rows.length > limit) break;
  }
  await take();
  return rows;
}

/** None where its journal is not there, as of a key from before the stream was made anew. */
async function viewNow(session: Session, { team, queues, here }: TeamRuns, run: string): Promise<RunView[]> {
  const { name, trouble } = team;
  const state = await session.state(name, run);
  if (!state.exists) return [];
  const view = viewOf(name, run, state);
  if (view.endedAt !== undefined || trouble?.code !== "TEAM_GONE") return [shownAsReached(shownAsServed(view, queues), here)];
  const { code, message, hint } = trouble;
  const stopped: RunView = { ...view, status: "stopped", reason: { code, message, ...(hint === undefined ? {} : { hint }) } };
  return [stopped];
}

/** Of how many, where the index tells: not which of the open runs are of a status. */
function ofHowMany(read: readonly TeamRuns[], { status, workflow, where }: ListFlags): string {
  if (where !== undefined) return "";
  if (status !== undefined && !(ENDED_STATUSES as readonly string[]).includes(status)) return "";
  const counts = read.map(({ team, index }) => {
    const of = workflowIn(team.name, workflow);
    if (workflow !== undefined && of === undefined) return 0;
    return index.count({ ...(status === undefined ? {} : { status }), ...(of === undefined ? {} : { workflow: of }) });
  });
  return ` of ${counts.reduce((sum, n) => sum + n, 0)}`;
}

/** The workflow of a team that `WORKFLOW` or `TEAM.WORKFLOW` names; undefined where it names one of another team. */
function workflowIn(team: string, text: string | undefined): string | undefined {
  const [first = "", second] = text?.split(".") ?? [];
  if (text === undefined || second === undefined) return text;
  return first === team ? second : undefined;
}

/** A name that no team lists and no run bears is a slip, not an empty list. @throws ArmadaError `WORKFLOW_UNKNOWN` */
function checkWorkflow(workflow: string | undefined, read: readonly TeamRuns[]): void {
  if (workflow === undefined) return;
  const known = read.flatMap(({ team: { name, manifest }, index }) =>
    [...(manifest?.workflows.map((one) => one.name) ?? []), ...index.workflows()].map((one) => `${name}.${one}`),
  );
  if (known.some((one) => one === workflow || one.split(".")[1] === workflow)) return;
  throw new ArmadaError("WORKFLOW_UNKNOWN", `--workflow ${workflow}: no team has it`, {
    hint: `there are ${[...new Set(known)].sort().join(", ") || "none"}`,
  });
}
