import type { Team } from "@armada/agents";
import { ArmadaError } from "@armada/contracts";
import { loadDefinitions } from "./project.ts";
import type { Session } from "./session.ts";

/** A team of the running mesh: its stream is there, and its definition where `services/` has one that loads. */
export type MeshTeam = { readonly name: string; readonly definition?: Team; readonly trouble?: ArmadaError };

/** The teams of the mesh by name. Streams, not files, say which there are: what a team left behind stays in sight. */
export async function meshTeams(session: Pick<Session, "teams">): Promise<readonly MeshTeam[]> {
  const [names, definitions] = await Promise.all([session.teams(), loadDefinitions()]);
  return names.map((name) => {
    const found = definitions.get(name);
    if (found === undefined) return { name, trouble: teamGone(name) };
    return "team" in found ? { name, definition: found.team } : { name, trouble: found.broken };
  });
}

/** The definitions of the mesh's teams; of those that have none `say` gets a line. */
export async function definitionsOn(session: Pick<Session, "teams">, say: (line: string) => void): Promise<readonly Team[]> {
  return (await meshTeams(session)).flatMap(({ name, definition, trouble }) => {
    if (trouble !== undefined) say(`without team ${name}: ${trouble.message} (${trouble.code})`);
    return definition === undefined ? [] : [definition];
  });
}

function teamGone(name: string): ArmadaError {
  return new ArmadaError("TEAM_GONE", `team ${name} has a stream here, and services/${name} is not there`, {
    hint: `bring it back, or cancel its open runs: armada runs list --team ${name}`,
  });
}

/** @throws ArmadaError `NO_SUCH_TEAM`: neither the mesh nor the project has it */
export function checkKnown(name: string, known: readonly string[]): string {
  if (known.includes(name)) return name;
  throw new ArmadaError("NO_SUCH_TEAM", `there is no team ${name}`, { hint: `there are ${known.join(", ") || "none"}` });
}
