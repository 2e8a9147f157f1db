import { encodeAccount, encodeOperator, encodeUser, fmtCreds, newScopedSigner } from "@nats-io/jwt";
import type { Account, Export, User } from "../../accounts/accounts.ts";
import type { Crossing } from "../../accounts/crossings.ts";
import { standingRights } from "../permissions.ts";
import { type Authority, keyPair } from "./authority.ts";

// The second way of holding accounts: a server in operator mode, whose accounts are JWTs that it is told while it runs. They say what
// `server-accounts.ts` says in a configuration. An export names nobody: only who has the operator's key makes an account, and with it an
// import, so activation tokens would keep out nobody and make one account's JWT larger than a message may be.

/** The account of the server's own, as it is called in its JWT. */
const SYSTEM = "SYS";
const ANSWERS_WITHIN_NS = 10_000_000_000;
/** Of keys that were taken away all user JWTs are void, whenever they were made: 2100. */
const FOR_EVER = 4_102_444_800;
const NO_LIMITS = { subs: -1, data: -1, payload: -1, imports: -1, exports: -1, wildcards: true, conn: -1, leaf: -1 };
const STREAMS = { mem_storage: -1, disk_storage: -1, streams: -1, consumer: -1 };

/** An account as a server is told it. `id`: its public key. */
export type AccountJwt = { readonly name: string; readonly id: string; readonly jwt: string };

/** `former`: keys that were taken away, by who had them. */
export async function accountJwt(
  account: Account,
  authority: Authority,
  former: ReadonlyMap<string, readonly string[]> = new Map(),
): Promise<AccountJwt> {
  const key = authority.account(account.name);
  const revoked = (former.get(account.name) ?? []).map((one) => [one, FOR_EVER] as const);
  const jwt = await encodeAccount(
    account.name,
    key,
    {
      limits: { ...NO_LIMITS, ...(account.jetstream ? STREAMS : {}) },
      exports: account.exports.map(exported),
      imports: account.imports.map((one) => imported(one, authority)),
      signing_keys: account.users.map((user) => signingKey(account, user, authority)),
      ...(revoked.length === 0 ? {} : { revocations: Object.fromEntries(revoked) }),
    },
    { signer: authority.operator },
  );
  return { name: account.name, id: key.getPublicKey(), jwt };
}

/** The same account while no other one is there yet: a server looks for each account that one imports from, and waits for it. */
export function withoutImports(account: Account): Account {
  return { ...account, imports: [] };
}

/** What nats-server reads as it starts. `dir` of the resolver is where it keeps what it is told, from the folder it was started in. */
export async function operatorConfiguration(authority: Authority, accounts: readonly AccountJwt[]): Promise<string> {
  const system = authority.system.getPublicKey();
  const operator = await encodeOperator("armada", authority.operator, { system_account: system });
  const own = await encodeAccount(
    SYSTEM,
    authority.system,
    { limits: NO_LIMITS, exports: [], imports: [] },
    { signer: authority.operator },
  );
  const preload = [{ id: system, jwt: own }, ...accounts].map(({ id, jwt }) => `  ${id}: ${jwt}\n`);
  return [
    `operator: ${operator}\n`,
    `system_account: ${system}\n`,
    'resolver { type: full, dir: "./jwt", allow_delete: true, interval: "2m" }\n',
    `resolver_preload {\n${preload.join("")}}\n`,
  ].join("");
}

/** The file by which whoever has an identity's seed is let into its account, for any client of NATS. */
export async function credentials(name: string, seed: string, authority: Authority): Promise<string> {
  const key = keyPair(seed, "user");
  const jwt = await userJwt(name, seed, authority.account(name).getPublicKey(), authority.signer(name, false));
  return Buffer.from(fmtCreds(jwt, key)).toString("utf8");
}

/** Administration's own in an account. */
export function administrationJwt(name: string, seed: string, account: string, authority: Authority): Promise<string> {
  return userJwt(name, seed, authority.account(account).getPublicKey(), authority.signer(account, true));
}

/** Who tells the server of accounts. */
export function envoyJwt(authority: Authority): Promise<string> {
  return encodeUser("envoy", authority.envoy, authority.system, {});
}

/** Its permissions are those of the key that signs it, as the account's JWT has them now. */
function userJwt(name: string, seed: string, account: string, by: Parameters<typeof encodeUser>[1]): Promise<string> {
  return encodeUser(name, keyPair(seed, "user"), account, {}, { signer: by, scopedUser: true });
}

function signingKey(account: Account, { name, administers, permissions }: User, authority: Authority): ReturnType<typeof newScopedSigner> {
  const { publish, subscribe } = administers ? permissions : standingRights(name, account.copies);
  const allow = (subjects: readonly string[]): { allow: string[]; deny: string[] } => ({ allow: [...new Set(subjects)], deny: [] });
  return newScopedSigner(authority.signer(account.name, administers), administers ? "administration" : "identity", {
    pub: allow(publish),
    sub: allow(subscribe),
  });
}

function exported({ kind, subject, many }: Export) {
  const answers = many === true ? { response_type: "Stream" as const, response_threshold: ANSWERS_WITHIN_NS } : {};
  return { name: subject, subject, type: kind, ...answers };
}

function imported({ kind, subject, from, as }: Crossing, authority: Authority) {
  const account = authority.account(from).getPublicKey();
  return { name: subject, subject, account, type: kind, ...(as === undefined ? {} : { local_subject: as }) };
}
