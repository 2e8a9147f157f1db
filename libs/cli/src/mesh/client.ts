import type { TeamManifest } from "@armada/contracts";
import type { Logger } from "@armada/event-sourcing";
import { type Access, accessIn, type Change, Fleet, othersBeside, provisionTeams, type Room, type RunningServer } from "@armada/nats";
import { reach } from "@armada/operations/mesh/reach";
import type { IdentityFolders } from "../identity-folders.ts";

/** What `up` does as a client of its server: loaded while that starts. */
export { Fleet, provisionTeams } from "@armada/nats";
export { reach } from "@armada/operations/mesh/reach";
export { keepRoom } from "./keep-room.ts";
export { keepStreams } from "./keep-streams.ts";
export { probeIdleStreams } from "./probe-idle-streams.ts";

/** Provisions teams as the provisioner; `everyone`: those too that the fleet has beside them, as it has them. */
export async function applyTeams(
  nats: string,
  { keys, administration }: IdentityFolders,
  manifests: readonly TeamManifest[],
  options: { room: Room; logger: Logger; replicas?: number; dryRun?: boolean; everyone?: boolean },
): Promise<Change[]> {
  const admin = await reach(nats, keys, "provisioner", { logger: options.logger, administration });
  try {
    const access = accessIn(keys, administration);
    const fleet = await Fleet.follow(admin, access, options.logger);
    const { room, replicas = 1, dryRun = false, everyone = false } = options;
    const beside = everyone ? await othersBeside(fleet, manifests) : [];
    return await provisionTeams(admin, fleet, [...manifests, ...beside], { access, replicas, room, dryRun });
  } finally {
    await admin.close();
  }
}

/**
 * Has the server let in whom the fleet knows: also a team that is provisioned while this mesh runs, from wherever its code is. What it
 * answers is to be called where `manifests` are others: a service that starts with other code may take other facts, and ask others.
 */
export function followAdmission(
  server: Pick<RunningServer, "admit">,
  {
    fleet,
    access,
    manifests,
    say,
  }: {
    fleet: Pick<Fleet, "teams" | "entries" | "onChange">;
    access: Pick<Access, "admission">;
    manifests: ReadonlyMap<string, TeamManifest>;
    say: (line: string) => void;
  },
): () => void {
  let admitted: Promise<void> = Promise.resolve();
  const admit = (): void => {
    admitted = admitted
      .then(async () => server.admit(await access.admission([...fleet.teams.values(), ...manifests.values()], fleet.entries)))
      .catch((error: unknown) => say(`who may connect is not told to nats-server: ${String(error)}`));
  };
  admit();
  fleet.onChange(admit);
  return admit;
}
