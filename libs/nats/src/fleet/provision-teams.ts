import { declaredBy, joinTypes, type TeamManifest } from "@armada/contracts";
import type { Link } from "../connection/connect.ts";
import type { Access } from "../identity/access.ts";
import { provision } from "../streams/provision.ts";
import type { Room } from "../streams/room.ts";
import { type Change, topologyIn } from "../streams/topology.ts";
import type { Fleet } from "./fleet.ts";
import { wantedEntries, writeFleet } from "./write-fleet.ts";

/**
 * Makes what the teams want of the server, and then says in the fleet's stream what others need to know of them. `access`
 * has their identities. The link's identity is the provisioner's. Teams that are not given stay as they are.
 * @throws ArmadaError `EXTERNAL_DISAGREES`, `EXTERNAL_CLASH`, then nothing has changed; `CONFIG_NOT_KEPT`, `NO_ROOM`,
 * `MANIFEST_TOO_LARGE`, `LOG_UNAVAILABLE`
 */
export async function provisionTeams(
  link: Link,
  fleet: Fleet,
  manifests: readonly TeamManifest[],
  options: { access: Access; replicas: number; room: Room; dryRun?: boolean },
): Promise<Change[]> {
  const { access, ...how } = options;
  const given = new Set(manifests.map(({ team }) => team));
  const others = [...fleet.teams.values()].filter(({ team }) => !given.has(team));
  joinTypes(declaredBy([...others, ...manifests]));
  const changes = await provision(link, manifests.map(topologyIn), how);
  const present = new Set((await access.present()).keys());
  const wanted = wantedEntries(fleet.entries, await access.keys(), present, manifests);
  return [...changes, ...(await writeFleet(link, fleet, wanted, { dryRun: options.dryRun === true }))];
}
