import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { ArmadaError, checkName, sizeText } from "@armada/contracts";
import type { Logger } from "@armada/event-sourcing";
import { accessIn, dropTeam, Fleet, ROLES, tombstone, writeBackup, writtenSince } from "@armada/nats";
import { DEFAULT_FILE, HOME, isAlive, readMesh } from "@armada/operations/mesh/mesh-file";
import { reach } from "@armada/operations/mesh/reach";
import { EXIT } from "../exit.ts";
import { identityFolders } from "../identity-folders.ts";
import { serverForCommand } from "../mesh/server-for-a-command.ts";
import type { Output } from "../output.ts";
import { settingsFor } from "../settings.ts";
import { runs, settled } from "./remove-team.ts";
import { restoreFrom } from "./restore-team.ts";

export type MoveFlags = {
  readonly to?: string;
  readonly creds?: string;
  readonly keep?: string;
  readonly mesh?: string;
  readonly data?: string;
  readonly config?: string;
};

const quiet: Logger = { info: () => undefined, warn: () => undefined };

/**
 * Moves a team's streams to another server by snapshot and restore: sequences, open runs, what waits in its queues and its
 * timers as they were. It is taken from where it was once it is there, and the backup that it went by stays.
 * @throws ArmadaError `USAGE`, `NO_SUCH_TEAM`, `TEAM_RUNS`, `TEAM_NOT_COPIED`, `TEAM_CHANGED`, `STREAM_THERE`,
 * `RESTORE_FAILED`; then it is where it was
 */
export async function moveTeam(name: string, flags: MoveFlags, out: Output): Promise<number> {
  checkName(name, "team");
  if (flags.to === undefined || flags.creds === undefined)
    throw new ArmadaError("USAGE", "say where to: --to URL of the other server, --creds DIR with its identities");
  if ((ROLES as readonly string[]).includes(name)) throw new ArmadaError("USAGE", `${name} is no team`);
  const path = resolve(flags.keep ?? join(HOME, `${name}-${new Date().toISOString().replaceAll(/[:.]/g, "-")}.backup`));
  if (existsSync(path)) throw new ArmadaError("FILE_EXISTS", `${path} is there already`, { hint: "name another file" });
  const found = await readMesh(flags.mesh ?? DEFAULT_FILE);
  const mesh = found !== undefined && isAlive(found.pid) ? found : undefined;
  if ((mesh?.pids[name] ?? []).some(isAlive)) throw runs(name);
  const { config } = await settingsFor(flags);
  const nats = mesh?.nats ?? config.nats.url;
  const folders = identityFolders(config.nats, mesh);
  const { keys, administration } = folders;
  const theirs = identityFolders({}, undefined, { keys: flags.creds });
  const target = theirs.keys;
  if (nats === flags.to) throw new ArmadaError("USAGE", `${name} is at ${flags.to} already`);
  await using own =
    nats === undefined ? await serverForCommand({ data: config.data, folders, syncInterval: config.nats.syncInterval }) : undefined;
  const here = await reach(nats ?? own?.url ?? "", keys, "provisioner", { administration });
  try {
    const { streams, bytes } = await settled(here, name);
    const there = await reach(flags.to, target, "provisioner", { administration: theirs.administration });
    try {
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      out.say(`writing ${streams.join(", ")} (${sizeText(bytes)}) into ${path}`);
      await writeBackup(here, streams, await accessIn(keys).kept(name), path);
      const fleet = await Fleet.follow(here, accessIn(keys), quiet);
      const restored = await restoreFrom(there, name, path, theirs, out, fleet.teams.get(name));
      const team = restored.streams.find(({ stream }) => stream === `TEAM_${name}`);
      if (team === undefined || (await writtenSince(here, name, team))) {
        await dropTeam(there, name);
        throw new ArmadaError("TEAM_CHANGED", `others wrote to ${name} while it was moved; it is where it was`, {
          hint: `end who asks it or works on it, then move it again; ${path} can go`,
          retryable: true,
        });
      }
      for (const { change, what, why } of [...(await tombstone(here, fleet, name)), ...(await dropTeam(here, name))])
        out.say(`${change} ${what} here${why === undefined ? "" : ` (${why})`}`);
      if (restored.identity === "placed")
        out.say(`that server learns ${name}'s identity by \`armada provision --keys ${target}\` and a reload, where it has not`);
      out.say(`${name} is at ${flags.to}: start it there with NATS_URL=${flags.to} and NATS_CREDS=${target}; ${path} is what it went by`);
      out.emit({
        type: "moved",
        team: name,
        to: flags.to,
        streams: restored.streams,
        believed: Object.fromEntries(restored.believed),
        kept: path,
      });
      return EXIT.ok;
    } finally {
      await there.close();
    }
  } finally {
    await here.close();
  }
}
