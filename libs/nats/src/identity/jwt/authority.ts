import type { Key } from "@nats-io/jwt";
import { byteSigner, derivedSeed, type KeyKind, publicKeyOf } from "../nkey.ts";

/** A pair of keys, as the library wants it. */
type KeyPair = Exclude<Key, string | Uint8Array>;

/** Who signs what a server is told of accounts. All of it is made of administration's one secret, so there is no other to keep. */
export type Authority = {
  readonly operator: KeyPair;
  /** The account of the server's own. */
  readonly system: KeyPair;
  /** Who is in the system's account, to tell the server of accounts. */
  readonly envoy: KeyPair;
  /** An account's own key: by its public one the server knows it. */
  account(name: string): KeyPair;
  /** What signs those who are in an account: its identity, or administration. */
  signer(account: string, administers: boolean): KeyPair;
};

/** @throws Error where it is no seed of a user */
export function authorityOf(seed: string): Authority {
  const made = new Map<string, KeyPair>();
  const key = (what: string, kind: KeyKind): KeyPair => {
    const known = made.get(`${kind} ${what}`) ?? keyPair(derivedSeed(seed, what, kind), kind);
    made.set(`${kind} ${what}`, known);
    return known;
  };
  return {
    operator: key("operator", "operator"),
    system: key("system", "account"),
    envoy: key("SYS", "user"), // no identity is called so: names have small letters
    account: (name) => key(`of ${name}`, "account"),
    signer: (account, administers) => key(`of ${administers ? "administration" : "the identity"} in ${account}`, "account"),
  };
}

/** By the system's cryptography: the library's own takes 10 to 30 ms a signature. */
export function keyPair(seed: string, kind: KeyKind): KeyPair {
  const publicKey = publicKeyOf(seed, kind);
  const bytes = (): Uint8Array => Buffer.from(seed);
  const none = (): never => {
    throw new Error("an account's key signs, and does nothing else here");
  };
  return {
    getPublicKey: () => publicKey,
    getPrivateKey: bytes,
    getSeed: bytes,
    sign: byteSigner(seed, kind),
    verify: none,
    clear: none,
    seal: none,
    open: none,
  };
}
