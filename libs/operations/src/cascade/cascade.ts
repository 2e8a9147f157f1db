import { runIdOf } from "@armada/engine";
import type { RunState } from "@armada/engine/reading";
import { TOGETHER } from "@armada/resilience";
import type { Session } from "../mesh/session.ts";
import { type Failing, failingIn, inAll } from "./failing.ts";
import { dependents, type WaitingRun } from "./graph.ts";

/** Of so many open runs of a team the journals are read, the newest; each takes half a millisecond. */
const MOST = 2_000;
const AT_ONCE = 64;
/** A subject that runs wait for, or that fails: why it fails, and who depends on it, also by asks of others. */
export type Dependence = {
  readonly subject: string;
  readonly failing: readonly Failing[];
  /** Open runs that wait for it. */
  readonly runs: number;
  /** Their workflows as TEAM.WORKFLOW, and their teams, in order. */
  readonly workflows: readonly string[];
  readonly teams: readonly string[];
};

/**
 * Who waits for whom now. `failing`: how many subjects fail, one of a team that fails as a whole not counted again; `unread`: open runs
 * that were not looked at, as there are too many.
 */
export type Cascade = { readonly subjects: readonly Dependence[]; readonly failing: number; readonly unread: number };

/** Whether so many that fail together are a cascade. */
export function isCascade(failing: number): boolean {
  return failing >= TOGETHER;
}

type Reads = Pick<Session, "log" | "manifests" | "isolations" | "queues" | "runs" | "state">;

/** Reads the open runs by their teams' indexes, nothing that has ended. `now`: ms since 1970. @throws ArmadaError `LOG_UNAVAILABLE` */
export async function cascadeOf(session: Reads, teams: readonly string[], now: number): Promise<Cascade> {
  const [read, failing] = await Promise.all([Promise.all(teams.map((team) => waitingRuns(session, team))), failingIn(session, teams, now)]);
  const runs = read.flatMap((one) => one.runs);
  const parked = parkedIn(read.flatMap((one) => one.parked));
  return { ...cascadeIn(runs, [...failing, ...parked]), unread: read.reduce((sum, one) => sum + one.unread, 0) };
}

/** The same of what was read: what fails first, by how many runs depend on it. */
export function cascadeIn(runs: readonly WaitingRun[], failing: readonly Failing[]): Pick<Cascade, "subjects" | "failing"> {
  const by = dependents(runs);
  const fails = Map.groupBy(failing, ({ subject }) => subject);
  // Of a team as a whole only that it fails is something to know: that runs wait for it, its agents tell.
  const subjects = [...new Set([...fails.keys(), ...[...by.keys()].filter((subject) => subject.includes("."))])].map((subject) => {
    const waiting = by.get(subject) ?? [];
    return {
      subject,
      failing: fails.get(subject) ?? [],
      runs: waiting.length,
      workflows: [...new Set(waiting.map(({ team, workflow }) => `${team}.${workflow}`))].sort(),
      teams: [...new Set(waiting.map(({ team }) => team))].sort(),
    };
  });
  const rank = (one: Dependence): number => (one.failing.length > 0 ? 1 : 0);
  subjects.sort((a, b) => rank(b) - rank(a) || b.runs - a.runs || a.subject.localeCompare(b.subject));
  return { subjects, failing: inAll(failing).length };
}

type Read = {
  readonly runs: readonly WaitingRun[];
  readonly parked: readonly { readonly subject: string; readonly why: string }[];
  readonly unread: number;
};

async function waitingRuns(session: Reads, team: string): Promise<Read> {
  const open: string[] = [];
  let unread = 0;
  for await (const { run } of (await session.runs(team)).newest({ status: "open" })) {
    if (open.length < MOST) open.push(run);
    else unread++;
  }
  const states: (readonly [string, RunState])[] = [];
  for (let at = 0; at < open.length; at += AT_ONCE)
    states.push(...(await Promise.all(open.slice(at, at + AT_ONCE).map(async (run) => [run, await session.state(team, run)] as const))));
  const still = states.filter(([, state]) => state.exists && state.ended === undefined);
  return {
    runs: still.map(([run, state]) => waitingOf(team, run, state)),
    parked: still.flatMap(([, state]) => parkedOf(team, state)),
    unread,
  };
}

function waitingOf(team: string, run: string, state: RunState): WaitingRun {
  const agents = [...state.steps.values()].flatMap(({ agent, status }) => (status === "requested" || status === "parked" ? [agent] : []));
  const asks = [...state.waits.values()].flatMap((wait) =>
    wait.kind === "ask" && wait.open ? [{ team: wait.data.to, run: runIdOf(`${run}-${wait.n}`) }] : [],
  );
  return { team, run, workflow: state.workflow, agents: [...new Set(agents)], asks };
}

function parkedOf(team: string, state: RunState): { subject: string; why: string }[] {
  return [...state.steps.values()].flatMap(({ agent, status, lastFailure }) =>
    status === "parked" ? [{ subject: `${team}.${agent}`, why: lastFailure?.message ?? "" }] : [],
  );
}

function parkedIn(steps: readonly { readonly subject: string; readonly why: string }[]): readonly Failing[] {
  return [...Map.groupBy(steps, ({ subject }) => subject)].map(([subject, all]) => ({
    subject,
    code: "PARKED",
    why: `${all.length} ${all.length === 1 ? "step is" : "steps are"} parked: ${all[0]?.why ?? ""}`,
  }));
}
