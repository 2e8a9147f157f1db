import type { Authenticator, NodeConnectionOptions } from "@nats-io/transport-node";
import type { Identity } from "../identity/identities.ts";
import { publicKeyOf, signer } from "../identity/nkey.ts";

/** Between two tries to connect, ms. */
export const RETRY_MS = 200;
/** A server that takes the connection and says nothing is given up. */
const DIAL_MS = 5_000;
/** A connection that is silently dead is noticed after two to three of these. */
const PING_MS = 2_000;

/** How every connection of an identity is made: it tries for ever, and no error closes it. */
export function clientOptions(servers: string, { name, seed }: Pick<Identity, "name" | "seed">): NodeConnectionOptions {
  return {
    servers: servers.split(","),
    authenticator: authenticator(seed),
    inboxPrefix: `_INBOX.${name}`,
    maxReconnectAttempts: -1,
    reconnectTimeWait: RETRY_MS,
    ignoreAuthErrorAbort: true, // else the second one in the life of a client, however far apart, closes it for good
    timeout: DIAL_MS,
    noAsyncTraces: true,
    pingInterval: PING_MS,
    maxPingOut: 2,
  };
}

/** Proves to the server who it is, by a signature of the server's nonce. */
function authenticator(seed: string): Authenticator {
  const nkey = publicKeyOf(seed);
  const sign = signer(seed);
  return (nonce = "") => ({ nkey, sig: sign(nonce) });
}
