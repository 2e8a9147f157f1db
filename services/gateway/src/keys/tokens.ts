import { readFile } from "node:fs/promises";
import { ArmadaError } from "@armada/contracts";
import { checkScope } from "@armada/operations/keys/scopes";
import { createLocalJWKSet, createRemoteJWKSet, errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from "jose";
import { Problem } from "../problem.ts";
import type { Caller } from "./caller.ts";

/** Signatures by key pairs only: who verifies must not be able to make a token, and `none` is no signature. */
const ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519"];
/** How far the issuer's clock may be off, s. */
const TOLERANCE_S = 30;

/** `gateway.oidc` of the configuration. */
export type Oidc = {
  readonly issuer?: string | undefined;
  readonly audience?: string | undefined;
  readonly jwks?: string | undefined;
  readonly scopes?: string | undefined;
};

/** Who has this claim with this value, `*` for any, may do this. */
type Rule = { readonly claim: string; readonly value: string; readonly scopes: readonly string[] };

/** `CLAIM=VALUE: SCOPE SCOPE; …` @throws ArmadaError `USAGE` */
export function rulesOf(text: string): Rule[] {
  const rules = text.split(";").filter((one) => one.trim() !== "");
  return rules.map((rule) => {
    const [, claim = "", value = "", scopes = ""] = /^\s*([^\s=:]+)=(\S+?):\s+(\S.*?)\s*$/.exec(rule) ?? [];
    if (claim === "")
      throw new ArmadaError("USAGE", `${JSON.stringify(rule)} gives no claim scopes`, {
        hint: "gateway.oidc.scopes: `groups=editors: approve:content read:*; sub=*: read:content`",
      });
    return { claim, value, scopes: scopes.split(/\s+/).map(checkScope) };
  });
}

/** The way to tell who a token names; undefined where none is configured. @throws ArmadaError `OIDC_INCOMPLETE`, `USAGE` */
export async function tokensOf(
  { issuer, audience, jwks, scopes }: Oidc,
  now: () => number,
): Promise<((token: string) => Promise<Caller>) | undefined> {
  const given = [issuer, audience, jwks, scopes].filter((one) => one !== undefined);
  if (given.length === 0) return undefined;
  if (issuer === undefined || audience === undefined || jwks === undefined || scopes === undefined)
    throw new ArmadaError("OIDC_INCOMPLETE", "tokens want an issuer, an audience, its keys and what claims allow", {
      hint: "set gateway.oidc.issuer, .audience, .jwks and .scopes",
    });
  const rules = rulesOf(scopes);
  const keys = await keysAt(jwks);
  const wanted = { issuer, audience, algorithms: ALGORITHMS, requiredClaims: ["exp", "sub"], clockTolerance: TOLERANCE_S };
  return async (token) => {
    const { payload } = await jwtVerify(token, keys, { ...wanted, currentDate: new Date(now()) }).catch(refuse);
    return callerIn(payload, rules);
  };
}

/** The keys of an address are fetched when they are needed, and again where one is not known; those of a file once. @throws ArmadaError `USAGE` */
async function keysAt(jwks: string): Promise<JWTVerifyGetKey> {
  if (/^https?:/i.test(jwks)) return createRemoteJWKSet(new URL(jwks));
  try {
    return createLocalJWKSet(JSON.parse(await readFile(jwks, "utf8")));
  } catch (cause) {
    throw new ArmadaError("USAGE", `${jwks} holds no JSON Web Key Set: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    });
  }
}

/** @throws Problem `key-wanted`; `issuer-unavailable` where its keys cannot be had */
function refuse(error: unknown): never {
  const ours = error instanceof errors.JOSEError && !(error instanceof errors.JWKSTimeout) && error.code !== "ERR_JOSE_GENERIC";
  if (!ours) throw new Problem("issuer-unavailable", "the keys of the tokens' issuer cannot be fetched", { retryAfter: 5 });
  throw new Problem("key-wanted", `the token is not taken: ${reasonOf(error)}`, { field: "authorization" });
}

function reasonOf(error: InstanceType<typeof errors.JOSEError>): string {
  if (error instanceof errors.JWTExpired) return "it has expired";
  return error instanceof errors.JWTClaimValidationFailed ? `its ${error.claim} is not what is wanted` : error.message;
}

function callerIn(payload: JWTPayload, rules: readonly Rule[]): Caller {
  const scopes = rules.filter((rule) => has(payload[rule.claim], rule.value)).flatMap((rule) => rule.scopes);
  const { email, email_verified: verified, sub = "" } = payload;
  // An address that nobody has verified may be anybody's.
  const name = typeof email === "string" && verified === true ? email : sub;
  return { name: name.slice(0, 200), kind: "person", scopes, perMinute: undefined };
}

/** A claim is a value, a list of values, or a text of several apart by blanks, as `scope` is (RFC 8693, section 4.2). */
function has(claim: unknown, value: string): boolean {
  const values = Array.isArray(claim) ? claim : typeof claim === "string" ? [claim, ...claim.split(" ")] : [];
  return value === "*" ? values.length > 0 : values.includes(value);
}
