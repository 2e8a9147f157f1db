import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ArmadaError, checkName, sizeText, type TeamManifest } from "@armada/contracts";
import { sourcesOf } from "@armada/engine";
import type { Logger } from "@armada/event-sourcing";
import { accessIn, type Change, dropTeam, Fleet, type Link, ROLES, teamOnServer, tombstone, writeBackup } from "@armada/nats";
import { DEFAULT_FILE, isAlive, readMesh } from "@armada/operations/mesh/mesh-file";
import { reach } from "@armada/operations/mesh/reach";
import { EXIT } from "../exit.ts";
import { identityFolders } from "../identity-folders.ts";
import { serverForCommand } from "../mesh/server-for-a-command.ts";
import type { Output } from "../output.ts";
import { loadServices, type Service, serviceNames } from "../project.ts";
import { settingsFor } from "../settings.ts";

export type RemoveFlags = {
  readonly keep?: string;
  readonly drop?: boolean;
  readonly mesh?: string;
  readonly data?: string;
  readonly config?: string;
};

const quiet: Logger = { info: () => undefined, warn: () => undefined };
/** What others have not copied yet comes by itself while the server runs. */
const COPIED_MS = 15_000;

/**
 * Takes a team away: a backup or nothing, then its streams, what others listen to of it, its identity. On the running mesh,
 * else on the server that NATS_URL names, else on a server of its own on the data folder.
 * @throws ArmadaError `USAGE`, `NO_SUCH_TEAM`, `TEAM_RUNS`, `TEAM_WANTED`, `TEAM_NOT_COPIED`, `FILE_EXISTS`; then nothing has changed
 */
export async function removeTeam(name: string, flags: RemoveFlags, out: Output): Promise<number> {
  checkName(name, "team");
  if ((flags.keep === undefined) === (flags.drop !== true))
    throw new ArmadaError("USAGE", `say what becomes of what ${name} knows`, {
      hint: "--keep FILE writes a backup first, --drop keeps nothing",
    });
  if ((ROLES as readonly string[]).includes(name)) throw new ArmadaError("USAGE", `${name} is no team`);
  if (flags.keep !== undefined && existsSync(flags.keep))
    throw new ArmadaError("FILE_EXISTS", `${flags.keep} is there already`, { hint: "name another file" });
  const here = (await loadServices()).map(needsOf);
  const found = await readMesh(flags.mesh ?? DEFAULT_FILE);
  const mesh = found !== undefined && isAlive(found.pid) ? found : undefined;
  const { config } = await settingsFor(flags);
  const nats = mesh?.nats ?? config.nats.url;
  const folders = identityFolders(config.nats, mesh);
  const { keys, administration } = folders;
  await using own =
    nats === undefined ? await serverForCommand({ data: config.data, folders, syncInterval: config.nats.syncInterval }) : undefined;
  const admin = await reach(nats ?? own?.url ?? "", keys, "provisioner", { administration });
  try {
    const fleet = await Fleet.follow(admin, accessIn(keys), quiet);
    refuseWanted(name, wantsOf(here, [...fleet.teams.values()]));
    if ((mesh?.pids[name] ?? []).some(isAlive)) throw runs(name);
    const { streams, bytes } = await settled(admin, name);
    if (flags.keep !== undefined) {
      out.say(`writing ${streams.join(", ")} (${sizeText(bytes)}) into ${flags.keep}`);
      await writeBackup(admin, streams, await accessIn(keys).kept(name), flags.keep);
    }
    // First of all: who follows the fleet would make its streams again.
    const said = await tombstone(admin, fleet, name);
    const dropped = await dropTeam(admin, name);
    const access = accessIn(keys, administration);
    const identity: Change[] = (await access.drop(name)) ? [{ change: "delete", what: `identity ${name}` }] : [];
    const others = [...fleet.teams.values()].filter(({ team }) => team !== name);
    await access.tell(nats ?? own?.url ?? "", others, fleet.entries);
    const changes = [...said, ...dropped, ...identity];
    for (const { change, what, why } of changes) out.say(`${change} ${what}${why === undefined ? "" : ` (${why})`}`);
    out.emit({ type: "removed", team: name, streams, bytes, ...(flags.keep === undefined ? {} : { kept: resolve(flags.keep) }) });
    if ((await serviceNames()).includes(name))
      out.say(`services/${name} is still there: delete it, or the next \`armada up\` makes the team anew, empty`);
    return EXIT.ok;
  } finally {
    await admin.close();
  }
}

type Needs = Pick<TeamManifest, "team" | "asks" | "sources">;

/** What all other teams need: of this project's by their code, for it may be newer, of others as they were provisioned. */
export function wantsOf(here: readonly Needs[], fleet: readonly Needs[]): readonly Needs[] {
  return [...here, ...fleet.filter(({ team }) => !here.some((one) => one.team === team))];
}

/** A team that others' code names would leave them with events that never come and asks that nobody answers. */
export function refuseWanted(name: string, others: readonly Needs[]): void {
  const by = others.flatMap(({ team, asks, sources }) => {
    if (team === name) return [];
    const asked = asks.filter((capability) => capability.startsWith(`${name}.`)).map((capability) => `asks ${capability}`);
    const filters = sources.flatMap((one) => (one.team === name ? one.filters : []));
    const taken = filters.map((filter) => `listens to ${filter.replace(/^evt\./, "").replace(/\.>$/, "")}`);
    const all = [...asked, ...taken];
    return all.length === 0 ? [] : [`${team} ${all.join(", ")}`];
  });
  if (by.length > 0)
    throw new ArmadaError("TEAM_WANTED", `other teams need ${name}: ${by.join("; ")}`, {
      hint: `take that out of their team.ts, have it known by \`armada up\` (of a team whose code is elsewhere by \`armada provision --team PATH\`), then \`armada remove team ${name}\` again`,
    });
}

/** What the code of this project's teams needs of others. */
function needsOf({ team }: Service): Needs {
  return {
    team: team.name,
    asks: team.asks.map(({ name }) => name),
    sources: [...sourcesOf(team)].map(([from, filters]) => ({ team: from, filters: [...filters] })),
  };
}

/** The team's streams once nobody works on them and others have what they took from it. */
export async function settled(admin: Link, name: string): Promise<{ streams: readonly string[]; bytes: number }> {
  const deadline = Date.now() + COPIED_MS;
  for (;;) {
    const { streams, bytes, pulls, takers } = await teamOnServer(admin, name);
    if (streams.length === 0)
      throw new ArmadaError("NO_SUCH_TEAM", `there are no streams of a team ${name} on this server`, {
        hint: "is it the server of the right mesh? --mesh FILE, --data DIR and NATS_URL name one",
      });
    if (pulls > 0) throw runsElsewhere(name);
    const behind = takers.filter(({ missing }) => missing > 0);
    if (behind.length === 0) return { streams, bytes };
    if (Date.now() > deadline)
      throw new ArmadaError(
        "TEAM_NOT_COPIED",
        `${behind.map(({ stream }) => stream).join(", ")} lacks facts of ${name} that it listens to`,
        {
          hint: "is that stream full? `armada health` says so; what it lacks would be lost with the team",
        },
      );
    await sleep(500);
  }
}

/** Of what no `up` of this folder started nothing here knows the process. */
function runsElsewhere(name: string): ArmadaError {
  return new ArmadaError("TEAM_RUNS", `${name} is at work: a replica of it that is not of the mesh here waits for work`, {
    hint: "stop its process where it runs (each line of its log has the pid), then run this again",
  });
}

export function runs(name: string): ArmadaError {
  return new ArmadaError("TEAM_RUNS", `${name} is at work`, {
    hint: "end the mesh and run this again, or start the mesh by `armada up --only …` without that team",
  });
}
