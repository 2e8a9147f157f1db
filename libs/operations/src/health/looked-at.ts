import { isAlive } from "../mesh/mesh-file.ts";
import type { MeshTeam } from "../mesh/mesh-team.ts";
import type { Session } from "../mesh/session.ts";
import { openRuns } from "./open-runs.ts";
import type { Looked, OpenRuns } from "./trouble.ts";

/** A team as the running mesh has it. */
export async function lookedAt(mesh: Session, team: MeshTeam): Promise<Looked> {
  const session = readOnce(mesh, team.name);
  const queues = await session.queues(team.name);
  let read: Promise<OpenRuns> | undefined;
  const open = (): Promise<OpenRuns> => {
    read ??= openRuns(session, team.name, queues);
    return read;
  };
  const about = { session, team, queues, open, now: Date.now() };
  if (session.mesh === undefined) return about;
  const pids = session.mesh.pids[team.name] ?? [];
  return { ...about, replicas: { alive: pids.filter(isAlive).length, started: pids.length } };
}

/** The session with the index of one team's runs as it is when it is first asked for. */
function readOnce(session: Session, team: string): Session {
  let index: ReturnType<Session["runs"]> | undefined;
  const read = (): ReturnType<Session["runs"]> => {
    index ??= session.runs(team);
    return index;
  };
  return { ...session, runs: (name) => (name === team ? read() : session.runs(name)) };
}
