import { rm } from "node:fs/promises";
import { join } from "node:path";
import { ADMINISTRATION, ArmadaError, type FleetEntry } from "@armada/contracts";
import { type Account, accountsOf, administrationSeed } from "../accounts/accounts.ts";
import type { TeamCrossing } from "../accounts/crossings.ts";
import { serverAccounts } from "../accounts/server-accounts.ts";
import { movesInto, takeOver } from "../accounts/take-over.ts";
import { administrationBeside, readAdministration } from "./administration.ts";
import {
  believeFormer,
  credentialsFile,
  currentKeys,
  ensureIdentities,
  givesCopies,
  holdsJwts,
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
  wallsOf,
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
  /** Whether bodies go as copies to whom they are sent, and nobody else reads their owner's store for it: so it is with all but older folders. */
  givesCopies(): boolean;
  /**
   * Tells a running server in operator mode of the accounts of the roles and these teams, where it does not have them so. Answers the names
   * of those that it was told; undefined where a server reads them from its configuration. @throws ArmadaError `CLAIMS_REFUSED`
   */
  tell(servers: string, teams: readonly Admitted[], fleet?: ReadonlyMap<string, FleetEntry>): Promise<readonly string[] | undefined>;
  /** The server of this folder's mesh is one in operator mode. @throws ArmadaError `ACCOUNTS_DIFFER` where it was another before */
  holdJwts(): Promise<void>;
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
    const own = { name, seed, publicKey: publicKeyOf(seed), ...wallsOf(dir) };
    return holdsJwts(dir) ? { ...own, jwt: await (await jwts()).ownJwt(seed) } : own;
  };
  const credentials = async (): Promise<void> => {
    if (holdsJwts(dir)) await (await jwts()).writeCredentials(dir, await readAdministration(dir, administration));
  };
  return {
    ensure: async (names) => {
      const keys = await ensureIdentities(dir, names, administration);
      await credentials();
      return keys;
    },
    renew: async (names) => {
      await renewIdentities(dir, names);
      await credentials();
    },
    identity: identityOf,
    present: () => currentKeys(dir),
    keys: () => publicKeys(dir),
    admission: async (teams, fleet = new Map()) => {
      const keys = keysNow(await currentKeys(dir), fleet);
      if (!isWalled(dir)) return authorization(keys, permitted(teams));
      const { seed } = await identityOf(ADMINISTRATION);
      const accounts = accountsNow(teams, keys, fleet, givesCopies(dir));
      if (holdsJwts(dir)) return (await jwts()).configuration(seed, accounts, await publicKeys(dir), keys);
      return serverAccounts(accounts, ({ name, administers }) =>
        administers ? publicKeyOf(administrationSeed(seed, name)) : keys.get(name),
      );
    },
    tell: async (servers, teams, fleet = new Map()) => {
      if (!holdsJwts(dir)) return undefined;
      const keys = keysNow(await currentKeys(dir), fleet);
      const seed = await readAdministration(dir, administration);
      return (await jwts()).tell(servers, seed, accountsNow(teams, keys, fleet, givesCopies(dir)), await publicKeys(dir), keys);
    },
    holdJwts: async () => {
      if (holdsJwts(dir)) return;
      if ((await currentKeys(dir)).size > 0)
        throw new ArmadaError("ACCOUNTS_DIFFER", `${dir} is of a mesh whose server reads its accounts from its configuration`, {
          hint: "name another folder by --keys DIR: what streams that server has, one in operator mode would not find",
        });
      await raiseWalls(dir, "jwt");
    },
    separated: () => isWalled(dir),
    givesCopies: () => givesCopies(dir),
    separate: async (data) => {
      const moves = await movesInto(data);
      await raiseWalls(dir); // first: a server that is started meanwhile must not make anew what has been moved
      return takeOver(moves);
    },
    arrange: async (data) => (isWalled(dir) ? takeOver(await movesInto(data)) : []),
    kept: (team) => identitiesToKeep(dir, team),
    place: async (name, seed) => {
      const placed = await placeIdentity(dir, name, seed);
      await credentials();
      return placed;
    },
    believe: (former) => believeFormer(dir, former),
    drop: async (name) => {
      if (!(await retireKey(dir, name))) return false;
      await rm(join(dir, `${name}.nk`), { force: true });
      await rm(credentialsFile(dir, name), { force: true });
      return true;
    },
  };
}

/** Of a team that is named twice the last counts. */
function accountsNow(
  teams: readonly Admitted[],
  keys: ReadonlyMap<string, string>,
  fleet: ReadonlyMap<string, FleetEntry>,
  copies: boolean,
): readonly Account[] {
  const named = new Map(teams.map((team) => [team.team, team]));
  return accountsOf([...named.values()], { others: [...keys.keys(), ...fleet.keys()], copies });
}

/** What is about JWTs, with its library: for who has a server in operator mode. */
function jwts(): Promise<typeof import("./jwt/jwt-access.ts")> {
  return import("./jwt/jwt-access.ts");
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
