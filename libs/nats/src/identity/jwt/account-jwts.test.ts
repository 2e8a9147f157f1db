import { decode } from "@nats-io/jwt";
import { expect, test } from "vitest";
import { accountsOf } from "../../accounts/accounts.ts";
import { newSeed, publicKeyOf } from "../nkey.ts";
import { standingRights } from "../permissions.ts";
import { accountJwt, administrationJwt, credentials, envoyJwt } from "./account-jwts.ts";
import { authorityOf } from "./authority.ts";

const seed = newSeed();
const authority = authorityOf(seed);
const accounts = accountsOf(
  [
    { team: "alpha", sources: [{ team: "beta", filters: ["evt.beta.order.placed.>"] }], asks: ["beta.help"] },
    { team: "beta", sources: [], asks: [] },
    { team: "gateway", sources: [], asks: [] },
    { team: "federation", sources: [], asks: [] },
  ],
  { others: ["gone"] },
);
type Claims = {
  exports: { subject: string; type: string }[];
  imports: { subject: string; type: string; account: string; local_subject?: string }[];
  signing_keys: { key: string; template: { pub: { allow: string[] }; sub: { allow: string[] } } }[];
  limits: Record<string, number>;
  revocations?: Record<string, number>;
};

/** Whether a subject of a list of rights has all that another subject has. */
function covers(wide: string, narrow: string): boolean {
  const [a, b] = [wide.split("."), narrow.split(".")];
  for (const [i, token] of a.entries()) {
    if (token === ">") return b.length > i;
    if (b[i] === undefined || b[i] === ">" || (token !== "*" && token !== b[i])) return false;
  }
  return a.length === b.length;
}

test.each(accounts.map((account) => [account.name, account] as const))(
  "%s has as a JWT what it has in a configuration",
  async (_, account) => {
    const { id, jwt } = await accountJwt(account, authority);
    const { sub, iss, name, nats } = decode<Claims>(jwt); // the library looks whether the operator has signed it
    expect([sub, iss, name]).toEqual([id, authority.operator.getPublicKey(), account.name]);
    const ids = new Map(accounts.map((one) => [authority.account(one.name).getPublicKey(), one.name]));
    expect(nats.exports?.map(({ subject, type }) => [type, subject])).toEqual(account.exports.map(({ kind, subject }) => [kind, subject]));
    expect(nats.imports?.map((one) => [one.type, one.subject, ids.get(one.account), one.local_subject])).toEqual(
      account.imports.map(({ kind, subject, from, as }) => [kind, subject, from, as]),
    );
    expect(nats.signing_keys).toHaveLength(account.users.length);
    expect(Object.keys(nats.limits ?? {}).includes("disk_storage")).toBe(account.jetstream);
  },
);

test("whoever there is, nobody's rights change, and they have all that a configuration names", () => {
  const users = accounts.flatMap(({ users: all }) => all.filter(({ administers }) => !administers));
  expect(users.length).toBeGreaterThan(5);
  for (const { name, permissions } of users) {
    const standing = standingRights(name);
    const lacks = (have: readonly string[], wanted: readonly string[]): string[] =>
      wanted.filter((subject) => !have.some((one) => covers(one, subject)));
    expect([name, lacks(standing.publish, permissions.publish), lacks(standing.subscribe, permissions.subscribe)]).toEqual([name, [], []]);
  }
});

test("credentials are for the account of their name, by the key that has its rights", async () => {
  const own = newSeed();
  const [, jwt = ""] = /BEGIN NATS USER JWT-+\n(\S+)\n/u.exec(await credentials("alpha", own, authority)) ?? [];
  expect(decode(jwt)).toMatchObject({
    sub: publicKeyOf(own),
    iss: authority.signer("alpha", false).getPublicKey(),
    nats: { issuer_account: authority.account("alpha").getPublicKey() },
  });
  const administration = decode(await administrationJwt("provisioner", own, "beta", authority));
  expect(administration).toMatchObject({ iss: authority.signer("beta", true).getPublicKey() });
  expect(decode(await envoyJwt(authority))).toMatchObject({ iss: authority.system.getPublicKey() });
});

test("keys that were taken away are void in their own account alone", async () => {
  const [alpha, beta] = accounts;
  if (alpha === undefined || beta === undefined) throw new Error("no accounts");
  const former = new Map([["alpha", ["UFORMER"]]]);
  expect(decode<Claims>((await accountJwt(alpha, authority, former)).jwt).nats.revocations).toEqual({ UFORMER: 4_102_444_800 });
  expect(decode<Claims>((await accountJwt(beta, authority, former)).jwt).nats.revocations).toBeUndefined();
});

test("all keys are made of administration's secret, each another one", () => {
  const keys = [authority, authorityOf(seed)].map(({ operator, system, envoy, account, signer }) =>
    [operator, system, envoy, account("alpha"), account("beta"), signer("alpha", true), signer("alpha", false), signer("beta", false)].map(
      (one) => one.getPublicKey(),
    ),
  );
  expect(keys[0]).toEqual(keys[1]);
  expect(new Set(keys[0]).size).toBe(8);
  expect(authorityOf(newSeed()).operator.getPublicKey()).not.toBe(keys[0]?.[0]);
});
