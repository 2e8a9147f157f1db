import { ArmadaError } from "@armada/contracts";
import { AuthorizationError } from "@nats-io/transport-node";

/** Whether a server did not let in who connected: it does not know its key. */
export function isNotAdmitted(error: unknown): boolean {
  // Server or client was too slow to make themselves known: no word on who the client is.
  return error instanceof AuthorizationError && !/timeout/i.test(error.message);
}

/** That a server did not let in an identity as one of our errors, `NOT_ADMITTED`; any other error as it is. */
export function asNotAdmitted(cause: unknown, name: string, servers: string): unknown {
  if (!isNotAdmitted(cause)) return cause;
  return new ArmadaError(
    "NOT_ADMITTED",
    `nats-server at ${servers} does not know the key of ${name}; it reads auth.conf again at \`nats-server --signal reload\`, twice for a new account`,
    { cause, hint: "`armada provision` writes auth.conf; NATS_URL and NATS_CREDS are to be those of one mesh" },
  );
}
