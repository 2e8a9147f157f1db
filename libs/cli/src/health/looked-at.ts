import { isAlive } from "../mesh/mesh-file.ts";
import type { Session } from "../session.ts";
import type { MeshTeam } from "../teams.ts";
import type { Looked } from "./trouble.ts";

/** A team as the running mesh has it. */
export async function lookedAt(session: Session, team: MeshTeam): Promise<Looked> {
  const queues = await session.queues(team.name);
  const about = { session, team, queues, now: Date.now() };
  if (session.mesh === undefined) return about;
  const pids = session.mesh.pids[team.name] ?? [];
  return { ...about, replicas: { alive: pids.filter(isAlive).length, started: pids.length } };
}
