import { examine, examineTroubles } from "@armada/operations/health/examine";
import { lookedAt } from "@armada/operations/health/looked-at";
import { openSession } from "@armada/operations/mesh/session";
import { environmentFindings } from "../environment.ts";
import { serviceNames } from "../project.ts";
import { type SettingFlags, settingsFor } from "../settings.ts";
import { meshTeams } from "../teams.ts";
import type { Mesh } from "./up.ts";

/** What calls would meet is said at the start: the mesh serves all the same, for agents may have a fallback. */
export async function tellEnvironment(
  mesh: Mesh,
  flags: SettingFlags & { readonly mesh?: string },
  say: (line: string) => void,
): Promise<void> {
  const { config } = await settingsFor(flags);
  const found = await environmentFindings(process.env, config, await serviceNames());
  for (const { name, value, next } of found) if (next !== undefined) say(`${name}: ${next} (${value})`);
  await mesh.tell(found);
}

/** Runs that an edit or a dropped version would hold up are said at the start, not found later. */
export async function warnOfRuns(flags: SettingFlags & { readonly mesh?: string }, say: (line: string) => void): Promise<void> {
  const session = await openSession(flags.mesh, say);
  try {
    for (const team of await meshTeams(session)) {
      const about = await lookedAt(session, team);
      for (const finding of [...(await examine(about)), ...(await examineTroubles(about, true))])
        if (finding.next !== undefined) say(`${finding.name} ${finding.value}: ${finding.next}`);
    }
  } finally {
    await session.close();
  }
}
