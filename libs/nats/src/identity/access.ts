import { rm } from "node:fs/promises";
import { join } from "node:path";
import { ADMINISTRATION, type FleetEntry } from "@armada/contracts";
import { accountsOf, administrationSeed } from "../accounts/accounts.ts";
import type { TeamCrossing } from "../accounts/crossings.ts";
import { serverAccounts } from "../accounts/server-accounts.ts";
import { movesInto, takeOver } from "../accounts/take-over.ts";
import { administrationBeside, readAdministration } from "./administration.ts";
import {
  believeFormer,
  currentKeys,
  ensureIdentities,
  type Identity,
  identitiesToKeep,
  isWalled,
  type KeptIdentities,
  type PublicKeys,
  placeIdentity,
  publicKeys,
  raiseWalls,
  readIdentity,
  renewIdentities,
  retireKey,
} from "./identities.ts";
import { publicKeyOf } from "./nkey.ts";
import { authorization } from "./permissions.ts";

/** A team as far as its rights go. `shares`: whether it may read and write the answers that teams share. */
export type Admitted = TeamCrossing & { readonly shares: boolean };

/**
 * Who may come to a mesh's server, and what each may do there. All that makes, keeps or looks up an identity, or says what one
 * is allowed, goes through here; behind it are a folder of keys, and one account with a list of subjects for each identity, or an
 * account for each.
 */
export interface Access {
  /**
   * Makes the identities that are missing, and takes administration's out of a folder that an older build made. Answers all that there
   * are, with their public keys. @throws ArmadaError `BAD_NAME`, `IDENTITY_MISSING`, `ANOTHER_ADMINISTRATION`
   */
  ensure(names: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** Gives these other keys from now on; what they signed with those of before is still theirs. */
  renew(names: readonly string[]): Promise<void>;
  /** With its secret, for who connects as it. @throws ArmadaError `IDENTITY_MISSING` */
  identity(name: string): Promise<Identity>;
  /** The identities that there are now, with their public keys. */
  present(): Promise<ReadonlyMap<string, string>>;
  /** Whose signatures count: the keys of now, and former ones. */
  keys(): Promise<PublicKeys>;
  /** What nats-server reads so that it lets in the roles and these teams, each to what is its own. `fleet`: whose word on keys comes first. */
  admission(teams: readonly Admitted[], fleet?: ReadonlyMap<string, FleetEntry>): Promise<string>;
  /** Whether each identity has an account of its own: so it is with all but folders that an older build has made. */
  separated(): boolean;
  /**
   * From now on each identity has an account of its own, and the streams of a folder on which no server runs are in those of their owners.
   * Answers the streams that were moved. @throws ArmadaError `NOT_OUR_STREAMS`, `STREAM_THERE`, then nothing has changed
   */
  separate(data: string): Promise<readonly string[]>;
  /** Before a server starts on a folder of streams: goes on with what `separate` began. Answers and throws as it does. */
  arrange(data: string): Promise<readonly string[]>;
  /** What a backup of a team keeps. */
  kept(team: string): Promise<KeptIdentities>;
  /** Takes up the secret key of a team from elsewhere where none of its name is. Answers whether it was there, is now, or another signs. */
  place(name: string, seed: string): Promise<"there" | "placed" | "another">;
  /** What these keys signed counts from now on. Answers those that were not known before. */
  believe(former: PublicKeys): Promise<PublicKeys>;
  /** Takes an identity away; what it signed still counts. Answers whether there was one. */
  drop(name: string): Promise<boolean>;
}

/**
 * Access by a folder of identities, which need not be there yet. `administration`: the folder of administration's secret, beside the
 * other unless said; it is opened for what only administration may.
 */
export function accessIn(dir: string, administration = administrationBeside(dir)): Access {
  const identityOf = async (name: string): Promise<Identity> => {
    if (name !== ADMINISTRATION) return readIdentity(dir, name);
    const seed = await readAdministration(dir, administration);
    return { name, seed, publicKey: publicKeyOf(seed), walled: isWalled(dir) };
  };
  return {
    ensure: (names) => ensureIdentities(dir, names, administration),
    renew: (names) => renewIdentities(dir, names),
    identity: identityOf,
    present: () => currentKeys(dir),
    keys: () => publicKeys(dir),
    admission: async (teams, fleet = new Map()) => {
      const keys = keysNow(await currentKeys(dir), fleet);
      if (!isWalled(dir)) return authorization(keys, permitted(teams));
      return walled(await identityOf(ADMINISTRATION), { keys, teams, known: [...keys.keys(), ...fleet.keys()] });
    },
    separated: () => isWalled(dir),
    separate: async (data) => {
      const moves = await movesInto(data);
      await raiseWalls(dir); // first: a server that is started meanwhile must not make anew what has been moved
      return takeOver(moves);
    },
    arrange: async (data) => (isWalled(dir) ? takeOver(await movesInto(data)) : []),
    kept: (team) => identitiesToKeep(dir, team),
    place: (name, seed) => placeIdentity(dir, name, seed),
    believe: (former) => believeFormer(dir, former),
    drop: async (name) => {
      if (!(await retireKey(dir, name))) return false;
      await rm(join(dir, `${name}.nk`), { force: true });
      return true;
    },
  };
}

function walled(
  { seed }: Identity,
  about: { readonly keys: ReadonlyMap<string, string>; readonly teams: readonly Admitted[]; readonly known: readonly string[] },
): string {
  const { keys, teams, known } = about;
  const named = new Map(teams.map((team) => [team.team, team]));
  return serverAccounts(accountsOf([...named.values()], known), ({ name, administers }) =>
    administers ? publicKeyOf(administrationSeed(seed, name)) : keys.get(name),
  );
}

/** Every team may be handed large bodies of every other. */
function permitted(teams: readonly Admitted[]): { name: string; peers: string[]; shares: boolean }[] {
  const names = [...new Set(teams.map(({ team }) => team))].sort();
  return names.map((name) => ({
    name,
    peers: names.filter((other) => other !== name),
    shares: teams.some(({ team, shares }) => team === name && shares),
  }));
}

function keysNow(present: ReadonlyMap<string, string>, fleet: ReadonlyMap<string, FleetEntry>): ReadonlyMap<string, string> {
  const known = [...fleet.values()].filter(({ kind }) => kind !== "removed");
  return new Map([...present, ...known.flatMap(({ name, keys: [key] }) => (key === undefined ? [] : [[name, key] as const]))]);
}
