import { existsSync, readFileSync } from "node:fs";
import { mkdir, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { ADMINISTRATION, ArmadaError, isName } from "@armada/contracts";
import { makeWhole, writeWhole } from "../whole-file.ts";
import { ADMINISTRATION_FILE, ensureAdministration, keyIn } from "./administration.ts";
import { newSeed, publicKeyOf } from "./nkey.ts";

/**
 * Who a process is to NATS and to the readers of its messages. `seed` is the secret. `walled`: on a server where each identity
 * has an account of its own. `file`: where its seed of now is, or its credentials (`.creds`); a process that runs connects again by
 * another key once it is there. `givesCopies`: whether who sends a message copies into the receiver's store what it refers to, as nobody else
 * reads the sender's. `jwt`: by what a server in operator mode lets it in, where that is in no file.
 */
export type Identity = {
  readonly name: string;
  readonly seed: string;
  readonly publicKey: string;
  readonly walled?: boolean;
  readonly givesCopies?: boolean;
  readonly file?: string;
  readonly jwt?: string;
};

/** Public keys by name: the one that signs now first, then former ones. */
export type PublicKeys = ReadonlyMap<string, readonly string[]>;

/** Of a folder of identities, for a backup of a team: its secret key where the folder has it, and whose signatures its streams may hold. */
export type KeptIdentities = { readonly seed: string | undefined; readonly writers: PublicKeys };

/** They change streams, and state nothing in those of teams. */
export const SIGN_NOTHING: ReadonlySet<string> = new Set([ADMINISTRATION, "archiver"]);
const PUBLIC = "public.json";
/**
 * A folder with this file is of a mesh whose identities have accounts of their own. A word a line: `jwt` where a server in operator mode
 * has them, `copies` where bodies go to whom they are sent as copies.
 */
const WALLS = "accounts";
const JWT = "jwt";
const COPIES = "copies";
/**
 * Public keys of before: of teams that were removed, and of who wrote into a team that came from another mesh. What they signed
 * is still theirs. Only another key for a team, and removing, restoring and moving one add to it.
 */
const RETIRED = "retired.json";

/**
 * Makes the identities that `dir` lacks, that of administration in a folder of its own; files have mode 0600. A folder that has none
 * yet is of a mesh with an account for each. Answers all public keys by name. @throws ArmadaError `BAD_NAME`, and what
 * `ensureAdministration` throws
 */
export async function ensureIdentities(
  dir: string,
  names: readonly string[],
  administration: string,
): Promise<ReadonlyMap<string, string>> {
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const keys = await currentKeys(dir);
  if (keys.size === 0 && names.length > 0 && !isWalled(dir)) await raiseWalls(dir);
  if (names.includes(ADMINISTRATION)) keys.set(ADMINISTRATION, await ensureAdministration(dir, administration, keys.get(ADMINISTRATION)));
  for (const name of names) {
    if (!isName(name)) throw new ArmadaError("BAD_NAME", `${JSON.stringify(name)} cannot name an identity`);
    if (keys.has(name)) continue;
    const seed = newSeed();
    // Another command may have made it meanwhile.
    const made = await makeWhole(join(dir, `${name}.nk`), seed);
    keys.set(name, made ? publicKeyOf(seed) : (await readIdentity(dir, name)).publicKey);
  }
  await writeKeys(join(dir, PUBLIC), keys);
  return keys;
}

/** Moves a public key among those that sign nothing any more. Answers whether there was one. */
export async function retireKey(dir: string, name: string): Promise<boolean> {
  const keys = await currentKeys(dir);
  const key = keys.get(name);
  if (key === undefined) return false;
  await believe(dir, new Map([[name, [key]]]), new Map());
  keys.delete(name);
  await writeKeys(join(dir, PUBLIC), keys);
  return true;
}

/** Gives names of a folder other secret keys; what those of before signed is still their names'. */
export async function renewIdentities(dir: string, names: readonly string[]): Promise<void> {
  for (const name of names) {
    await retireKey(dir, name);
    await writeWhole(join(dir, `${name}.nk`), newSeed());
  }
  await writeKeys(join(dir, PUBLIC), await currentKeys(dir));
}

/** Has readers take what these keys signed as well. Answers the keys that were not known before. */
export async function believeFormer(dir: string, former: PublicKeys): Promise<PublicKeys> {
  return believe(dir, former, await publicKeys(dir));
}

async function believe(dir: string, former: PublicKeys, known: PublicKeys): Promise<PublicKeys> {
  const fresh = new Map([...former].map(([name, keys]) => [name, keys.filter((key) => known.get(name)?.includes(key) !== true)] as const));
  const added = new Map([...fresh].filter(([, keys]) => keys.length > 0));
  if (added.size > 0) await writeKeys(join(dir, RETIRED), joined(await listed(join(dir, RETIRED)), added));
  return added;
}

/** Puts a secret key into a folder where none of its name is. Answers whether it was there, is now, or another signs. */
export async function placeIdentity(dir: string, name: string, seed: string): Promise<"there" | "placed" | "another"> {
  const own = publicKeyOf(seed.trim());
  const there = (await currentKeys(dir)).get(name);
  if (there !== undefined && there !== own) return "another";
  if (there !== undefined && (await seedOf(dir, name)) !== undefined) return "there";
  await makeWhole(join(dir, `${name}.nk`), seed.trim());
  await writeKeys(join(dir, PUBLIC), await currentKeys(dir));
  return "placed";
}

/** What a backup of a team keeps of a folder of identities. */
export async function identitiesToKeep(dir: string, team: string): Promise<KeptIdentities> {
  const writers = new Map([...(await publicKeys(dir))].filter(([name]) => !SIGN_NOTHING.has(name)));
  return { seed: await seedOf(dir, team), writers };
}

async function seedOf(dir: string, name: string): Promise<string | undefined> {
  return readFile(join(dir, `${name}.nk`), "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT" || error.code === "ENOTDIR") return undefined;
    throw error;
  });
}

async function writeKeys(path: string, keys: ReadonlyMap<string, string | readonly string[]>): Promise<void> {
  const sorted = Object.fromEntries([...keys].sort(([a], [b]) => a.localeCompare(b)));
  await writeWhole(path, `${JSON.stringify(sorted, undefined, 2)}\n`, 0o644);
}

/** Administration's is read by `readAdministration`. @throws ArmadaError `IDENTITY_MISSING`, `IDENTITY_UNREADABLE` */
export async function readIdentity(dir: string, name: string): Promise<Identity> {
  const file = join(dir, `${name}.nk`);
  const seed = (await seedOf(dir, name))?.trim();
  if (seed === undefined)
    throw new ArmadaError("IDENTITY_MISSING", `the folder ${dir} has no identity for ${name}`, {
      hint: "make it with `armada provision --keys DIR`, and point NATS_CREDS at that folder",
    });
  return {
    name,
    seed,
    publicKey: keyIn(seed, file),
    ...wallsOf(dir),
    file: holdsJwts(dir) ? credentialsFile(dir, name) : file,
  };
}

/** Whether a folder of identities is of a mesh with an account for each. */
export function isWalled(dir: string): boolean {
  return existsSync(join(dir, WALLS));
}

/** Whether the server of a folder's mesh is in operator mode: it lets in whom an account's key has signed. */
export function holdsJwts(dir: string): boolean {
  return saysOfWalls(dir, JWT);
}

/** Whether bodies go as copies in a folder's mesh: so it is with all but folders that an older build has made. */
export function givesCopies(dir: string): boolean {
  return saysOfWalls(dir, COPIES);
}

/** What an identity of the folder is to know of the walls. */
export function wallsOf(dir: string): Pick<Identity, "walled" | "givesCopies"> {
  return { walled: isWalled(dir), givesCopies: givesCopies(dir) };
}

function saysOfWalls(dir: string, word: string): boolean {
  return isWalled(dir) && readFileSync(join(dir, WALLS), "utf8").split("\n").includes(word);
}

/** By which file of a folder an identity is let in by a server in operator mode. */
export function credentialsFile(dir: string, name: string): string {
  return join(dir, `${name}.creds`);
}

/** From now on a folder of identities is of a mesh with an account for each, where bodies go as copies; it is on disk before any stream moves. */
export async function raiseWalls(dir: string, how: "configuration" | "jwt" = holdsJwts(dir) ? "jwt" : "configuration"): Promise<void> {
  await mkdir(dir, { recursive: true, mode: 0o700 });
  await writeWhole(join(dir, WALLS), [...(how === "jwt" ? [JWT] : []), COPIES, ""].join("\n"), 0o644);
}

/** The public keys of a folder of identities: the present ones from its list, else from the seeds, and those of before. */
export async function publicKeys(dir: string): Promise<PublicKeys> {
  const present = [...(await currentKeys(dir))].map(([name, key]) => [name, [key]] as const);
  return joined(new Map(present), await listed(join(dir, RETIRED)));
}

function joined(first: PublicKeys, second: PublicKeys): PublicKeys {
  const all = new Map(first);
  for (const [name, keys] of second) all.set(name, [...new Set([...(first.get(name) ?? []), ...keys])]);
  return all;
}

/** The names that a folder has an identity of now, with their public keys. */
export async function currentKeys(dir: string): Promise<Map<string, string>> {
  const files = await readdir(dir).catch(() => [] as string[]);
  const keys = new Map<string, string>();
  for (const [name, [key]] of await listed(join(dir, PUBLIC))) if (key !== undefined) keys.set(name, key);
  // What an older build left of administration's here is not opened by all who read the folder.
  const secrets = files.filter((file) => file.endsWith(".nk") && !(file === ADMINISTRATION_FILE && keys.has(ADMINISTRATION)));
  for (const file of secrets) {
    const name = file.slice(0, -".nk".length);
    keys.set(name, (await readIdentity(dir, name)).publicKey);
  }
  return keys;
}

/** A name has one key, or a list of them. @throws ArmadaError `IDENTITY_UNREADABLE` */
async function listed(path: string): Promise<PublicKeys> {
  const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT" || error.code === "ENOTDIR") return "{}";
    throw error;
  });
  const keys = parsed(text, path);
  if (typeof keys !== "object" || keys === null) return new Map();
  return new Map(
    Object.entries(keys).map(([name, some]) => [name, [some].flat().filter((key): key is string => typeof key === "string")] as const),
  );
}

function parsed(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ArmadaError("IDENTITY_UNREADABLE", `${path} is not the list of public keys that belongs there`, {
      cause,
      hint: "put it back from a copy; without one move it away and run `armada provision` or `armada up`: keys of now are listed again, former ones stand in the fleet's stream",
    });
  }
}
