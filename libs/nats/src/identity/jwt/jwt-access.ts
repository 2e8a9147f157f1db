import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { ADMINISTRATION } from "@armada/contracts";
import { parseCreds } from "@nats-io/jwt";
import type { Account } from "../../accounts/accounts.ts";
import { writeWhole } from "../../whole-file.ts";
import { credentialsFile, currentKeys, type PublicKeys, readIdentity } from "../identities.ts";
import { accountJwt, administrationJwt, credentials, operatorConfiguration } from "./account-jwts.ts";
import { type Authority, authorityOf } from "./authority.ts";
import { tellServer } from "./tell-server.ts";

/** By what administration is let into the account that is its own. */
export function ownJwt(seed: string): Promise<string> {
  return administrationJwt(ADMINISTRATION, seed, ADMINISTRATION, authorityOf(seed));
}

/** Writes the credentials that a folder lacks, of each identity whose secret it has. */
export async function writeCredentials(dir: string, seed: string): Promise<void> {
  const authority = authorityOf(seed);
  for (const [name, key] of await currentKeys(dir)) {
    // Of an identity from elsewhere the public key alone is here.
    if (name === ADMINISTRATION || !existsSync(join(dir, `${name}.nk`))) continue;
    if (await isSigned(credentialsFile(dir, name), name, key, authority)) continue;
    const { seed: own } = await readIdentity(dir, name);
    await writeWhole(credentialsFile(dir, name), await credentials(name, own, authority));
  }
}

/** What a server in operator mode reads. `known`: all keys whose signatures count, `now`: those of them that are let in. */
export async function configuration(
  seed: string,
  accounts: readonly Account[],
  known: PublicKeys,
  now: ReadonlyMap<string, string>,
): Promise<string> {
  const authority = authorityOf(seed);
  const former = formerOf(known, now);
  return operatorConfiguration(authority, await Promise.all(accounts.map((account) => accountJwt(account, authority, former))));
}

/** Tells a running server of accounts; answers what `tellServer` does, and throws as it. */
export function tell(
  servers: string,
  seed: string,
  accounts: readonly Account[],
  known: PublicKeys,
  now: ReadonlyMap<string, string>,
): Promise<readonly string[]> {
  return tellServer(servers, authorityOf(seed), accounts, formerOf(known, now));
}

function formerOf(known: PublicKeys, now: ReadonlyMap<string, string>): PublicKeys {
  return new Map([...known].map(([name, keys]) => [name, keys.filter((key) => key !== now.get(name))] as const));
}

/** Whether a file holds what lets this key in by the account's signer; a file that is none is written anew. */
async function isSigned(file: string, name: string, key: string, authority: Authority): Promise<boolean> {
  if (!existsSync(file)) return false;
  const read = await parseCreds(await readFile(file)).catch(() => undefined);
  return read?.uc.sub === key && read.uc.iss === authority.signer(name, false).getPublicKey();
}
