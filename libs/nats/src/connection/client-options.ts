import { existsSync, readFileSync } from "node:fs";
import { type Authenticator, credsAuthenticator, jwtAuthenticator, type NodeConnectionOptions } from "@nats-io/transport-node";
import type { Identity } from "../identity/identities.ts";
import { publicKeyOf, signer } from "../identity/nkey.ts";

/** Between two tries to connect, ms. */
export const RETRY_MS = 200;
/** A server that takes the connection and says nothing is given up. */
const DIAL_MS = 5_000;
/** A connection that is silently dead is noticed after two to three of these. */
const PING_MS = 2_000;

/** How every connection of an identity is made: it tries for ever, and no error closes it. */
export function clientOptions(servers: string, identity: Pick<Identity, "name" | "seed" | "file" | "jwt">): NodeConnectionOptions {
  return {
    servers: servers.split(","),
    authenticator: authenticator(identity),
    inboxPrefix: `_INBOX.${identity.name}`,
    maxReconnectAttempts: -1,
    reconnectTimeWait: RETRY_MS,
    ignoreAuthErrorAbort: true, // else the second one in the life of a client, however far apart, closes it for good
    timeout: DIAL_MS,
    noAsyncTraces: true,
    pingInterval: PING_MS,
    maxPingOut: 2,
  };
}

/** Proves to the server who it is, by a signature of the server's nonce with the key of then: it may be another than at the start. */
function authenticator({ seed, file, jwt }: Pick<Identity, "seed" | "file" | "jwt">): Authenticator {
  if (jwt !== undefined) return jwtAuthenticator(jwt, Buffer.from(seed));
  if (file?.endsWith(".creds") === true) return credsAuthenticator(() => readFileSync(file));
  let key = keyOf(seed);
  return (nonce = "") => {
    const now = seedIn(file) ?? key.seed;
    if (now !== key.seed) key = keyOf(now);
    return { nkey: key.nkey, sig: key.sign(nonce) };
  };
}

function keyOf(seed: string): { readonly seed: string; readonly nkey: string; sign(nonce: string): string } {
  return { seed, nkey: publicKeyOf(seed), sign: signer(seed) };
}

/** Of a file that is gone nothing is known: the server says whether the key still opens anything. */
function seedIn(file: string | undefined): string | undefined {
  if (file === undefined || !existsSync(file)) return undefined;
  return readFileSync(file, "utf8").trim();
}
