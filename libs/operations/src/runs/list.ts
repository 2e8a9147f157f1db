import { ArmadaError } from "@armada/contracts";
import {
  ENDED_STATUSES,
  type IndexedRun,
  type RunIndex,
  type RunStatus,
  type RunView,
  shownAsReached,
  shownAsServed,
  viewOf,
} from "@armada/engine/reading";
import type { QueueThere } from "@armada/nats/client";
import type { MeshTeam } from "../mesh/mesh-team.ts";
import type { Session } from "../mesh/session.ts";
import { findRun } from "./find.ts";

/** Which runs: all that are not excluded by what is said. */
export type RunQuery = {
  readonly status?: RunStatus | undefined;
  readonly team?: string | undefined;
  /** `WORKFLOW`, of any team, or `TEAM.WORKFLOW`. */
  readonly workflow?: string | undefined;
  /** Keys that their workflow's `search` gives them: all of these. */
  readonly where?: readonly Key[];
  /** Only those that began before this run. */
  readonly before?: string | undefined;
  /** The newest so many, 1 or more. */
  readonly limit: number;
};
type Key = { readonly name: string; readonly value: string };

/**
 * `runs`: newest last. `more`: there are others. `total`: how many there are, where the indexes tell: not of a key, nor which of
 * the open runs are of a status, nor from a run on. `behind`: messages that a team's index has not taken in yet, so that older runs may be missing.
 */
export type ListedRuns = {
  readonly runs: readonly RunView[];
  readonly more: boolean;
  readonly total: number | undefined;
  readonly behind: readonly { readonly team: string; readonly messages: number }[];
};

/** Journals that are read at a time. */
const AT_ONCE = 64;

type Reads = Pick<Session, "runs" | "queues" | "state" | "log">;
/** A place in the order of all runs: by when they began, of the same moment by team and id. */
type Place = Pick<RunView, "startedAt" | "team" | "run">;
/** `here`: all teams that have a stream here. */
type TeamRuns = {
  readonly team: MeshTeam;
  readonly index: RunIndex;
  readonly queues: readonly QueueThere[];
  readonly here: readonly string[];
};

/**
 * The newest runs, as their journals tell them now. `teams`: all that have a stream here.
 * @throws ArmadaError `WORKFLOW_UNKNOWN`, `KEY_UNKNOWN`, `LOG_UNAVAILABLE`, and what `findRun` throws of `before`
 */
export async function listRuns(session: Reads, teams: readonly MeshTeam[], query: RunQuery): Promise<ListedRuns> {
  const here = teams.map(({ name }) => name);
  const asked = teams.filter(({ name }) => query.team === undefined || name === query.team);
  const read = await Promise.all(
    asked.map(async (team): Promise<TeamRuns> => {
      const [index, queues] = await Promise.all([session.runs(team.name), session.queues(team.name)]);
      return { team, index, queues, here };
    }),
  );
  checkWorkflow(query.workflow, read);
  const before = query.before === undefined ? undefined : await placeOf(session, here, query.before);
  const found = await Promise.all(read.map((one) => runsIn(session, one, query, before)));
  const runs = found.flat().sort(byPlace);
  if (runs.length === 0) await checkKeys(query.where ?? [], read);
  return {
    runs: runs.slice(-query.limit),
    more: runs.length > query.limit,
    total: totalOf(read, query),
    behind: read.filter(({ index }) => index.behind > 0).map(({ team, index }) => ({ team: team.name, messages: index.behind })),
  };
}

async function placeOf(session: Reads, teams: readonly string[], id: string): Promise<Place> {
  const { team, run, state } = await findRun((name) => session.log(name), teams, id);
  return { team, run, startedAt: state.startedAt };
}

function byPlace(a: Place, b: Place): number {
  return a.startedAt.localeCompare(b.startedAt) || a.team.localeCompare(b.team) || a.run.localeCompare(b.run);
}

async function runsIn(session: Reads, of: TeamRuns, query: RunQuery, before: Place | undefined): Promise<RunView[]> {
  const { status, where = [] } = query;
  const workflow = workflowIn(of.team.name, query.workflow);
  if (query.workflow !== undefined && workflow === undefined) return [];
  const wanted = (view: RunView): boolean =>
    (status === undefined || view.status === status) &&
    (workflow === undefined || view.workflow === workflow) &&
    (before === undefined || byPlace(view, before) < 0);
  return where.length === 0 ? newestOf(session, of, { ...query, workflow }, before, wanted) : foundBy(session, of, where, wanted);
}

type Wanted = (view: RunView) => boolean;

/** The runs of all these keys: few, whatever the team's history. */
async function foundBy(session: Reads, of: TeamRuns, keys: readonly Key[], wanted: Wanted): Promise<RunView[]> {
  const views: RunView[] = [];
  const [first = [], ...others] = await Promise.all(keys.map(({ name, value }) => of.index.where(name, value)));
  const runs = first.filter((run) => others.every((also) => also.includes(run)));
  for (let at = 0; at < runs.length; at += AT_ONCE)
    views.push(...(await Promise.all(runs.slice(at, at + AT_ONCE).map((run) => viewNow(session, of, run)))).flat());
  return views.filter(wanted);
}

/** One more than `limit` at least, so that it shows whether there are others; of open runs the journals tell what they do now. */
async function newestOf(
  session: Reads,
  of: TeamRuns,
  { status, workflow, limit }: RunQuery,
  before: Place | undefined,
  wanted: Wanted,
): Promise<RunView[]> {
  const filter = {
    ...(status === undefined ? {} : { status: hasEnded(status) ? status : "open" }),
    ...(workflow === undefined ? {} : { workflow }),
  };
  const rows: RunView[] = [];
  let next: IndexedRun[] = [];
  const take = async (): Promise<void> => {
    const views = await Promise.all(next.map(({ run }) => viewNow(session, of, run)));
    rows.push(...views.flat().filter(wanted));
    next = [];
  };
  let last = Number.NaN;
  for await (const one of of.index.newest(filter)) {
    if (before !== undefined && one.startedAt > Date.parse(before.startedAt)) continue;
    if (rows.length > limit && one.startedAt !== last) break; // those of one moment have an order of their own
    next.push(one);
    last = one.startedAt;
    if (next.length >= Math.max(1, Math.min(AT_ONCE, limit + 1 - rows.length))) await take();
  }
  await take();
  return rows;
}

/** None where its journal is not there, as of a key from before the stream was made anew. */
async function viewNow(session: Reads, { team: { name, trouble }, queues, here }: TeamRuns, run: string): Promise<RunView[]> {
  const state = await session.state(name, run);
  if (!state.exists) return [];
  const view = viewOf(name, run, state);
  if (view.endedAt !== undefined || trouble?.code !== "TEAM_GONE") return [shownAsReached(shownAsServed(view, queues), here)];
  const { code, message, hint } = trouble;
  const stopped: RunView = { ...view, status: "stopped", reason: { code, message, ...(hint === undefined ? {} : { hint }) } };
  return [stopped];
}

function totalOf(read: readonly TeamRuns[], { status, workflow, where, before }: RunQuery): number | undefined {
  if (before !== undefined || (where ?? []).length > 0 || (status !== undefined && !hasEnded(status))) return undefined;
  const counts = read.map(({ team, index }) => {
    const of = workflowIn(team.name, workflow);
    if (workflow !== undefined && of === undefined) return 0;
    return index.count({ ...(status === undefined ? {} : { status }), ...(of === undefined ? {} : { workflow: of }) });
  });
  return counts.reduce((sum, n) => sum + n, 0);
}

function hasEnded(status: RunStatus): boolean {
  return (ENDED_STATUSES as readonly string[]).includes(status);
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
  throw new ArmadaError("WORKFLOW_UNKNOWN", `no team has a workflow ${workflow}`, {
    hint: `there are ${[...new Set(known)].sort().join(", ") || "none"}`,
  });
}

/** A key that no run has is a slip as well, once there are runs. @throws ArmadaError `KEY_UNKNOWN` */
async function checkKeys(where: readonly Key[], read: readonly TeamRuns[]): Promise<void> {
  const isWhole = read.every(({ index }) => index.behind === 0) && read.some(({ index }) => index.count({}) > 0);
  if (where.length === 0 || !isWhole) return;
  const known = new Set((await Promise.all(read.map(({ index }) => index.keys()))).flat());
  const unknown = where.find(({ name }) => !known.has(name));
  if (unknown === undefined) return;
  throw new ArmadaError("KEY_UNKNOWN", `no run has a key ${unknown.name}: no workflow's search gave it to one`, {
    hint: `the keys of runs are ${[...known].sort().join(", ") || "none: declare them as search of a workflow"}`,
  });
}
