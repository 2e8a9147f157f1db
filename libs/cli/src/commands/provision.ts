import { dirname, join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ArmadaError, type TeamManifest } from "@armada/contracts";
import type { Logger } from "@armada/event-sourcing";
import { type Access, type Admitted, accessIn, Fleet, link, othersBeside, ROLES } from "@armada/nats";
import { writeWhole } from "@armada/nats/whole-file";
import { DEFAULT_FILE, HOME, isAlive, type MeshFile, readMesh } from "@armada/operations/mesh/mesh-file";
import { wantedInVain } from "@armada/operations/mesh/wanted-teams";
import { EXIT } from "../exit.ts";
import { identityFolders } from "../identity-folders.ts";
import { applyTeams } from "../mesh/client.ts";
import { roomOf } from "../mesh/room.ts";
import { manifestsOf } from "../mesh/up.ts";
import type { Output } from "../output.ts";
import { loadServices, loadTeamAt, refuseTaken, type Service, serviceNames } from "../project.ts";
import { checkListed, withFederation } from "../services.ts";
import { settingsFor } from "../settings.ts";

const quiet: Logger = { info: () => undefined, warn: () => undefined };
const ADMITTED_MS = 10_000;
const LOOK_MS = 100;

export type ProvisionFlags = {
  readonly keys?: string;
  readonly administration?: string;
  readonly dryRun?: boolean;
  readonly nats?: string;
  readonly replicas?: string;
  readonly mesh?: string;
  readonly team?: string;
  readonly rotate?: boolean;
};

/**
 * Makes identities, streams, consumers and sources as the team definitions say, and tells the fleet of them; prints what it
 * changes. With `team` only that one, whose folder may be anywhere, and nothing of the others. With `rotate` they get other keys.
 * @throws ArmadaError `TEAM_TAKEN`, `BAD_TEAM`, `NOT_LISTED`, `NO_MESH`, and what `provisionTeams` throws
 */
export async function provisionCommand(flags: ProvisionFlags, out: Output): Promise<number> {
  const given = flags.team === undefined ? undefined : (await loadTeamAt(flags.team)).name;
  const { config } = await settingsFor({}, undefined, given);
  const services = await wantedServices(flags.team, config.budgets.fleet);
  const manifests = await manifestsOf(services);
  const mesh = await readMesh(flags.mesh ?? DEFAULT_FILE);
  const running = mesh !== undefined && isAlive(mesh.pid) ? mesh : undefined;
  const folders = identityFolders(config.nats, running, flags);
  const { keys, administration } = folders;
  const nats = flags.nats ?? running?.nats ?? process.env.NATS_URL;
  const dryRun = flags.dryRun === true;
  const names = services.map((service) => service.name);
  const access = accessIn(keys, administration);
  if (config.nats.accounts === "jwt") await holdJwts(access, keys, dryRun);
  const told = dryRun ? [] : await makeAdmission(access, keys, manifests, { nats, rotate: flags.rotate === true });
  const ours = nats !== undefined && nats === running?.nats;
  out.say(
    `identities of ${names.join(", ")} in ${keys}${ours ? "" : '; nats-server reads them by `include "auth.conf"` in a configuration in that folder'}`,
  );
  if (nats === undefined)
    throw new ArmadaError("NO_MESH", "no nats-server to provision", {
      // nats-server reads an include relative to the file that holds it, an absolute one as well.
      hint: `start one with JetStream on by a configuration in ${keys} that holds \`include "auth.conf"\`, then set NATS_URL`,
    });
  if (told.length > 0) out.say(`nats-server is told of the accounts of ${told.join(", ")}`);
  const changes = await applyTeams(nats, folders, manifests, {
    // The disk of a server that is not ours is not seen from here.
    room: await roomOf(config, nats === running?.nats ? running?.data : undefined),
    logger: { info: () => undefined, warn: out.say },
    replicas: Number(flags.replicas ?? 1),
    dryRun,
    // What a team from elsewhere had in one account takes no facts in its own; where there is no `up`, nobody else sees to it.
    everyone: flags.team === undefined && access.separated(),
  });
  for (const change of changes) {
    out.emit({ type: "change", ...change });
    out.say(`${dryRun ? "would " : ""}${change.change} ${change.what}${change.why === undefined ? "" : ` (${change.why})`}`);
  }
  if (changes.length === 0) out.say("nothing to change");
  const fleet = (await withFleet(access, nats, async (known) => known?.teams)) ?? new Map<string, TeamManifest>();
  const known = new Map([...fleet, ...manifests.map((manifest) => [manifest.team, manifest] as const)]);
  for (const { name, value, next } of wantedInVain(manifests, known, new Set(await serviceNames())))
    out.complain(`${name} ${value}: ${next}`);
  if (flags.team !== undefined && !dryRun) for (const service of services) await sayHowToRun(service, { nats, keys, running }, out);
  return EXIT.ok;
}

async function wantedServices(path: string | undefined, fleetBudget: string | undefined): Promise<readonly Service[]> {
  const loaded = path === undefined ? await loadServices() : [await loadTeamAt(path)];
  if (path !== undefined) for (const service of loaded) await refuseTaken(service);
  await checkListed(loaded);
  return path === undefined ? withFederation(loaded, fleetBudget) : loaded;
}

/**
 * Makes the identities, and what a server that is not ours reads; one in operator mode is told. Answers of whose accounts. Lets in the teams that are given now, and those that were
 * provisioned before. A team that the fleet cannot take gets no identity: by that the fleet would be told of it later.
 */
async function makeAdmission(
  access: Access,
  keys: string,
  manifests: readonly TeamManifest[],
  { nats, rotate }: { readonly nats: string | undefined; readonly rotate: boolean },
): Promise<readonly string[]> {
  const names = manifests.map(({ team }) => team);
  return withFleet(access, nats, async (fleet) => {
    if (fleet !== undefined) await othersBeside(fleet, manifests);
    await access.ensure([...ROLES, ...names]);
    if (rotate) await access.renew(names);
    const before = fleet === undefined ? await inFolder(access) : [...fleet.teams.values()];
    // Which keys these teams have the fleet is told later: what it says may be older, also where a command that made others was cut off.
    const entries = new Map([...(fleet?.entries ?? [])].filter(([name]) => !names.includes(name)));
    const admission = await access.admission([...before, ...manifests], entries);
    await writeWhole(join(keys, "auth.conf"), admission);
    return (nats === undefined || fleet === undefined ? undefined : await access.tell(nats, [...before, ...manifests], entries)) ?? [];
  });
}

/** @throws ArmadaError `USAGE`, `ACCOUNTS_DIFFER` */
async function holdJwts(access: Access, keys: string, dryRun: boolean): Promise<void> {
  if (keys === resolve(HOME, "keys"))
    throw new ArmadaError("USAGE", "the server of this folder's mesh is ours, and reads its accounts from its configuration", {
      hint: "nats.accounts is for another server: name the folder of its identities by --keys DIR",
    });
  if (!dryRun) await access.holdJwts();
}

/** Without a server that knows the provisioner there is no fleet to ask. */
async function withFleet<T>(access: Access, nats: string | undefined, act: (fleet: Fleet | undefined) => Promise<T>): Promise<T> {
  const connect = async (servers: string) =>
    link({ servers, identity: await access.identity("provisioner"), logger: quiet, signal: AbortSignal.timeout(ADMITTED_MS) });
  const admin = nats === undefined ? undefined : await connect(nats).catch(() => undefined);
  if (admin === undefined) return act(undefined);
  try {
    return await act(await Fleet.follow(admin, access, quiet));
  } finally {
    await admin.close();
  }
}

/** Whoever has an identity and is no role may be a team that was provisioned before. */
async function inFolder(access: Access): Promise<Admitted[]> {
  const names = [...(await access.present()).keys()].filter((name) => !(ROLES as readonly string[]).includes(name));
  return names.map((team) => ({ team, shares: false, sources: [], asks: [] }));
}

async function sayHowToRun(
  { name, main }: Service,
  { nats, keys, running }: { nats: string; keys: string; running: MeshFile | undefined },
  out: Output,
): Promise<void> {
  const admitted = running?.nats === nats ? await isAdmitted(name, nats, keys) : undefined;
  if (admitted !== true) out.say(`nats-server knows ${name} once it has read auth.conf again: \`nats-server --signal reload\`, twice`);
  // Of the machine's own, which may be too old to read TypeScript, nothing is known.
  const start = `NATS_URL=${nats} NATS_CREDS=${keys} ${process.execPath} ${main}`;
  out.say(`${start}   runs a replica of ${name}, in ${dirname(main)} or wherever its code is`);
}

/** Whether the server of a mesh that `up` runs lets the team in, which it does a moment after the fleet was told of it. */
async function isAdmitted(name: string, nats: string, keys: string): Promise<boolean> {
  const identity = await accessIn(keys).identity(name);
  for (const end = performance.now() + ADMITTED_MS; performance.now() < end; await sleep(LOOK_MS)) {
    const connected = await link({ servers: nats, identity, logger: quiet, signal: AbortSignal.timeout(ADMITTED_MS) }).catch(
      () => undefined,
    );
    if (connected === undefined) continue;
    await connected.close();
    return true;
  }
  return false;
}
