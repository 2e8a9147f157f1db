import { resolve } from "node:path";
import { ArmadaError, checkName, type TeamManifest } from "@armada/contracts";
import type { Logger } from "@armada/event-sourcing";
import {
  type Access,
  accessIn,
  ensureAccount,
  Fleet,
  type Link,
  openBackup,
  provisionTeams,
  type RestoredTeam,
  type Room,
  restoreTeam,
} from "@armada/nats";
import { DEFAULT_FILE, isAlive, readMesh } from "@armada/operations/mesh/mesh-file";
import { reach } from "@armada/operations/mesh/reach";
import { EXIT } from "../exit.ts";
import { type IdentityFolders, identityFolders } from "../identity-folders.ts";
import { roomOf } from "../mesh/room.ts";
import { serverForCommand } from "../mesh/server-for-a-command.ts";
import { manifestsOf } from "../mesh/up.ts";
import type { Output } from "../output.ts";
import { loadServices } from "../project.ts";
import { settingsFor } from "../settings.ts";

export type RestoreFlags = {
  readonly from?: string;
  readonly mesh?: string;
  readonly data?: string;
  readonly config?: string;
};

const quiet: Logger = { info: () => undefined, warn: () => undefined };

/**
 * Makes a team's streams of a backup: on the running mesh, else on the server that NATS_URL names, else on a server of its own
 * on the data folder. @throws ArmadaError `USAGE`, `NOT_A_BACKUP`, `FILE_UNREADABLE`, `STREAM_THERE`, `RESTORE_FAILED`
 */
export async function restoreCommand(name: string, flags: RestoreFlags, out: Output): Promise<number> {
  checkName(name, "team");
  if (flags.from === undefined) throw new ArmadaError("USAGE", "--from FILE names the backup");
  const found = await readMesh(flags.mesh ?? DEFAULT_FILE);
  const mesh = found !== undefined && isAlive(found.pid) ? found : undefined;
  const { config } = await settingsFor(flags);
  const nats = mesh?.nats ?? config.nats.url;
  const folders = identityFolders(config.nats, mesh);
  const { keys, administration } = folders;
  await using own =
    nats === undefined
      ? await serverForCommand({ data: config.data, folders, syncInterval: config.nats.syncInterval, team: name })
      : undefined;
  const admin = await reach(nats ?? own?.url ?? "", keys, "provisioner", { administration });
  try {
    const { streams, believed } = await restoreFrom(admin, name, flags.from, folders, out);
    out.emit({ type: "restored", team: name, streams, believed: Object.fromEntries(believed), from: resolve(flags.from) });
    return EXIT.ok;
  } finally {
    await admin.close();
  }
}

/**
 * Restores a team's identity and streams, says what that added, and provisions it as this project's code says, else as its
 * manifest of before does, where there is one.
 */
export async function restoreFrom(
  admin: Link,
  name: string,
  path: string,
  { keys, administration }: IdentityFolders,
  out: Output,
  before?: TeamManifest,
): Promise<RestoredTeam> {
  const backup = await openBackup(path);
  try {
    const access = accessIn(keys, administration);
    const fleet = await Fleet.follow(admin, access, quiet);
    const room = await roomOf((await settingsFor({})).config, undefined);
    await ensureAccount(admin, fleet, name, { replicas: 1, room });
    const restored = await restoreTeam(admin, name, backup, access);
    if (restored.identity === "placed") out.say(`add identity ${name} to ${keys}`);
    for (const former of restored.believed.keys()) out.say(`add former key of ${former} to ${keys}: what it signed is believed`);
    for (const { stream, messages, lastSeq } of restored.streams)
      out.say(`restore stream ${stream} (${messages} messages, up to ${lastSeq})`);
    await provisionAgain(admin, name, { access, fleet, before, room }, out);
    return restored;
  } finally {
    await backup.close();
  }
}

/** Bounds, consumers and sources as the team's definition says now: its backup may be of another day, or of a larger disk. */
async function provisionAgain(
  admin: Link,
  name: string,
  { access, fleet, before, room }: { access: Access; fleet: Fleet; before: TeamManifest | undefined; room: Room },
  out: Output,
): Promise<void> {
  const service = (await loadServices()).find((one) => one.name === name);
  if (service === undefined && before === undefined) out.say(`this project has no team ${name}: provision it where its code is`);
  const manifests = service === undefined ? [before].filter((one) => one !== undefined) : await manifestsOf([service]);
  const changes = await provisionTeams(admin, fleet, manifests, { access, replicas: 1, room });
  for (const { change, what, why } of changes) out.say(`${change} ${what}${why === undefined ? "" : ` (${why})`}`);
}
