import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type CryptoKey, exportJWK, generateKeyPair, type JWTPayload, SignJWT } from "jose";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Caller } from "./caller.ts";
import { rulesOf, tokensOf } from "./tokens.ts";

const ISSUER = "https://login.example.com";
const AUDIENCE = "armada";
const SCOPES = "groups=editors: approve:content read:*; scope=emit: emit:com.example.*";
const NOW = Date.parse("2026-11-01T00:00:00Z");

let folder: string;
let jwks: string;
let pair: Awaited<ReturnType<typeof generateKeyPair>>;
let find: (token: string) => Promise<Caller>;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "armada-tokens-"));
  jwks = join(folder, "jwks.json");
  pair = await generateKeyPair("ES256");
  writeFileSync(jwks, JSON.stringify({ keys: [{ ...(await exportJWK(pair.publicKey)), kid: "k1", alg: "ES256" }] }));
  const made = await tokensOf({ issuer: ISSUER, audience: AUDIENCE, jwks, scopes: SCOPES }, () => NOW);
  if (made === undefined) throw new Error("no tokens are configured");
  find = made;
});
afterAll(() => rmSync(folder, { recursive: true }));

const seconds = NOW / 1_000;
const good: JWTPayload = { iss: ISSUER, aud: AUDIENCE, sub: "u-1", exp: seconds + 60 };
const token = (claims: JWTPayload, alg = "ES256", key: CryptoKey | Uint8Array = pair.privateKey): Promise<string> =>
  new SignJWT(claims).setProtectedHeader({ alg, kid: "k1" }).sign(key);
const part = (json: unknown): string => Buffer.from(JSON.stringify(json)).toString("base64url");

test("a token's person is whom it names, and may do what its claims say", async () => {
  const mia = { ...good, email: "mia@example.com", email_verified: true, groups: ["staff", "editors"] };
  expect(await find(await token(mia))).toEqual({
    name: "mia@example.com",
    kind: "person",
    scopes: ["approve:content", "read:*"],
    perMinute: undefined,
  });
  expect(await find(await token({ ...good, scope: "openid emit" }))).toMatchObject({ name: "u-1", scopes: ["emit:com.example.*"] });
  expect(await find(await token({ ...good, email: "boss@example.com" }))).toMatchObject({ name: "u-1", scopes: [] });
  expect(await find(await token({ ...good, groups: ["editor"], scope: "emitter" }))).toMatchObject({ scopes: [] });
});

test("tokens for others, by others, expired, too early and unsigned open nothing", async () => {
  const other = await generateKeyPair("ES256");
  const [head, body, signature] = (await token(good)).split(".");
  const wrong = [
    await token({ ...good, aud: "another" }),
    await token({ ...good, iss: "https://login.example.org" }),
    await token({ ...good, exp: seconds - 31 }),
    await token({ ...good, nbf: seconds + 31 }),
    await token({ iss: ISSUER, aud: AUDIENCE, sub: "u-1" }),
    await token({ iss: ISSUER, aud: AUDIENCE, exp: seconds + 60 }),
    await token(good, "ES256", other.privateKey),
    await token(good, "HS256", new TextEncoder().encode(JSON.stringify(await exportJWK(pair.publicKey)))),
    `${part({ alg: "none" })}.${part(good)}.`,
    `${part({ alg: "none", kid: "k1" })}.${part(good)}.${signature}`,
    `${head}.${part({ ...good, groups: ["editors"] })}.${signature}`,
    `${head}.${body}.`,
    `${head}.${body}`,
    "eyJ..",
  ];
  for (const one of wrong) await expect(find(one), one).rejects.toThrow(expect.objectContaining({ kind: "key-wanted", status: 401 }));
  await expect(find(await token({ ...good, exp: seconds - 31 }))).rejects.toThrow("the token is not taken: it has expired");
  expect((await find(await token({ ...good, exp: seconds - 29 }))).name).toBe("u-1");
});

test("an issuer whose keys cannot be had is no reason to refuse the token for good", async () => {
  const at = "http://127.0.0.1:1/jwks"; // nobody listens there
  const remote = await tokensOf({ issuer: ISSUER, audience: AUDIENCE, jwks: at, scopes: SCOPES }, () => NOW);
  await expect(remote?.(await token(good))).rejects.toThrow(expect.objectContaining({ kind: "issuer-unavailable", status: 503 }));
});

test("what is configured halfway, or gives no scopes, is said", async () => {
  expect(await tokensOf({}, () => NOW)).toBeUndefined();
  await expect(tokensOf({ issuer: ISSUER }, () => NOW)).rejects.toThrow(expect.objectContaining({ code: "OIDC_INCOMPLETE" }));
  expect(rulesOf("sub=*: read:a read:b;")).toEqual([{ claim: "sub", value: "*", scopes: ["read:a", "read:b"] }]);
  for (const text of ["groups: read:a", "groups=a read:a", "groups=a: all", "=a: read:a", "groups=a:"])
    expect(() => rulesOf(text), text).toThrow(expect.objectContaining({ code: "USAGE" }));
});
