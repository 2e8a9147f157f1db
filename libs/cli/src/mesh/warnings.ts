import { examine, examineTroubles } from "@armada/operations/health/examine";
import { lookedAt } from "@armada/operations/health/looked-at";
import type { Finding } from "@armada/operations/health/trouble";
import { openSession } from "@armada/operations/mesh/session";
import { environmentFindings } from "../environment.ts";
import { serviceNames } from "../project.ts";
import { type SettingFlags, settingsFor } from "../settings.ts";
import { meshTeams, unmetWants } from "../teams.ts";
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

/** Runs that an edit or a dropped version would hold up, and teams that are asked and nowhere, are said at the start, not found later. */
export async function warnOfTeams(flags: SettingFlags & { readonly mesh?: string }, say: (line: string) => void): Promise<void> {
  const session = await openSession(flags.mesh, say);
  const tell = (findings: readonly Finding[]): void => {
    for (const { name, value, next } of findings) if (next !== undefined) say(`${name} ${value}: ${next}`);
  };
  try {
    tell(await unmetWants(session));
    for (const team of await meshTeams(session)) {
      const about = await lookedAt(session, team);
      tell([...(await examine(about)), ...(await examineTroubles(about, true))]);
    }
  } finally {
    await session.close();
  }
}
