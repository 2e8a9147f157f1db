import type { Team } from "@armada/agents";
import { ArmadaError } from "@armada/contracts";
import type { Finding } from "@armada/operations/health/trouble";
import type { MeshTeam } from "@armada/operations/mesh/mesh-team";
import type { Session } from "@armada/operations/mesh/session";
import { wantedInVain } from "@armada/operations/mesh/wanted-teams";
import { loadDefinitions, loadTeamAt, serviceNames } from "./project.ts";

/** The teams of the mesh by name. Streams, not files, say which there are: what a team left behind stays in sight. */
export async function meshTeams(session: Pick<Session, "teams" | "manifests">): Promise<readonly MeshTeam[]> {
  const [names, definitions] = await Promise.all([session.teams(), loadDefinitions()]);
  const manifests = session.manifests();
  return names.map((name) => {
    const found = definitions.get(name);
    const manifest = manifests.get(name);
    const said = manifest === undefined ? {} : { manifest };
    if (found !== undefined) return "team" in found ? { name, definition: found.team, ...said } : { name, trouble: found.broken, ...said };
    return manifest === undefined ? { name, trouble: teamGone(name) } : { name, manifest };
  });
}

/** Names of teams that the fleet knows of and whose own stream is not there: what was provisioned was taken away by hand. */
export async function teamsGone(session: Pick<Session, "teams" | "manifests">): Promise<readonly string[]> {
  const there = await session.teams();
  return [...session.manifests().keys()].filter((name) => !there.includes(name)).sort();
}

/** What the mesh's teams want of teams that are neither on it nor in `services/`. */
export async function unmetWants(session: Pick<Session, "teams" | "manifests">): Promise<readonly Finding[]> {
  const [names, services] = await Promise.all([session.teams(), serviceNames()]);
  const manifests = session.manifests();
  return wantedInVain(manifests.values(), manifests, new Set([...names, ...services]));
}

/** The mesh's teams by names alone: nothing of their code is loaded, so a definition that cannot be is not told. */
export async function teamsHere(session: Pick<Session, "teams" | "manifests">): Promise<readonly MeshTeam[]> {
  const [names, services] = await Promise.all([session.teams(), serviceNames()]);
  const manifests = session.manifests();
  return names.map((name) => {
    const manifest = manifests.get(name);
    if (manifest !== undefined) return { name, manifest };
    return services.includes(name) ? { name } : { name, trouble: teamGone(name) };
  });
}

/** The definition of one of the mesh's teams. `path`: the folder of its code, where that is not here. @throws ArmadaError `NO_SUCH_TEAM`, `TEAM_ELSEWHERE`, `TEAM_GONE`, `BAD_TEAM` */
export async function definitionOf(session: Pick<Session, "teams" | "manifests">, name: string, path?: string): Promise<Team> {
  const teams = await meshTeams(session);
  const found = teams.find((one) => one.name === name);
  if (found === undefined)
    throw noSuchTeam(
      name,
      teams.map((one) => one.name),
    );
  if (path !== undefined) {
    const { team } = await loadTeamAt(path);
    if (team.name === name) return team;
    throw new ArmadaError("BAD_TEAM", `${path} defines team ${team.name}, not ${name}`, { hint: "name the folder of that team's code" });
  }
  if (found.definition !== undefined) return found.definition;
  throw (
    found.trouble ??
    new ArmadaError("TEAM_ELSEWHERE", `the code of team ${name} is not in services/, and this needs it`, {
      hint: "name its folder: --team PATH",
    })
  );
}

function teamGone(name: string): ArmadaError {
  return new ArmadaError("TEAM_GONE", `team ${name} has a stream here, and services/${name} is not there`, {
    hint: `bring it back, or cancel its open runs: armada runs list --team ${name}`,
  });
}

/** @throws ArmadaError `NO_SUCH_TEAM`: neither the mesh nor the project has it */
export function checkKnown(name: string, known: readonly string[]): string {
  if (known.includes(name)) return name;
  throw noSuchTeam(name, known);
}

function noSuchTeam(name: string, known: readonly string[]): ArmadaError {
  return new ArmadaError("NO_SUCH_TEAM", `there is no team ${name}`, { hint: `there are ${known.join(", ") || "none"}` });
}
