import { setTimeout as sleep } from "node:timers/promises";
import { ADMINISTRATION, ArmadaError } from "@armada/contracts";
import type { Logger } from "@armada/event-sourcing";
import { connect, type Msg, type NatsConnection, PermissionViolationError } from "@nats-io/transport-node";
import { administrationSeed } from "../accounts/accounts.ts";
import type { Identity } from "../identity/identities.ts";
import { SignsOfLife, type Stuck } from "../signs-of-life/signs-of-life.ts";
import { clientOptions, RETRY_MS } from "./client-options.ts";
import { Mux } from "./mux.ts";
import { isNotAdmitted } from "./not-admitted.ts";
import { destroySocket } from "./stuck-socket.ts";
import { Subscriptions, type Unsubscribe } from "./subscriptions.ts";
import { MuxWhileReloading } from "./while-reloading.ts";

const OLDEST = [2, 14] as const;
/** The version of nats-server that `start` installs and all tests run on. */
export const PINNED_SERVER = "2.15.1";
const TESTED: readonly string[] = [PINNED_SERVER, "2.15.3"];
/** How long a connection to another account may take. */
const ELSEWHERE_MS = 10_000;
/** Tries, ten seconds. */
const SAY_EVERY = 50;
/** What the server complains of is logged this often; the rest is counted. */
const SAY_AGAIN_MS = 1_000;
/** How long a dead connection may take to end. */
const END_MS = 500;
/** How long a server may refuse an identity that it knew: after that the link is closed, and who owns it ends with a code. */
const REFUSED_MS = 60_000;

/** One identity's connection. `outageAt`: when the server was last known to have been away, ms since 1970; 0 never. */
export type Link = {
  readonly connection: NatsConnection;
  readonly mux: Mux;
  readonly identity: Identity;
  readonly outageAt: () => number;
  /** The same identity's connection to where the streams of `owner` are: this one, but for administration of a mesh with an account for each. */
  in(owner: string): Promise<Link>;
  /** Lasts until it is ended: over outages, and over permissions that are taken away and given again. An exception in `handle` is logged. */
  subscribe(subject: string, handle: (message: Msg) => void): Unsubscribe;
  /** Keeps messages that are at work, from a thread and a connection of its own; made when it is first called. */
  signs(): SignsOfLife;
  /** Called whenever the connection is there again; returns the way to end that. */
  onReconnect(handler: () => void): () => void;
  close(): Promise<void>;
};

/**
 * Connects as an identity; waits for the server and reconnects for ever.
 * @throws ArmadaError `NATS_TOO_OLD`: on older servers the features that Armada stands on fail open, silently
 * @throws AuthorizationError where the server does not know the identity, TypeError where an address is none, the signal's reason
 */
export async function link(options: {
  servers: string;
  identity: Identity;
  logger: Logger;
  /** When the server was started, where that is known, ms since 1970. */
  serverSince?: number;
  stuck?: Stuck;
  /** Who no longer wants to wait for the server. */
  signal?: AbortSignal;
}): Promise<Link> {
  const { identity, logger } = options;
  const connection = await connected(options);
  try {
    checkVersion(connection.info?.version ?? "0.0.0", logger);
  } catch (error) {
    await connection.close();
    throw error;
  }
  const subscriptions = new Subscriptions(connection, logger);
  const administers = identity.walled === true && identity.name === ADMINISTRATION;
  const mux = new (administers ? MuxWhileReloading : Mux)(connection, subscriptions, `_INBOX.${identity.name}`);
  let outageAt = options.serverSince ?? 0;
  let server = connection.info?.server_id;
  let signs: SignsOfLife | undefined;
  let away = false;
  let refusedSince: number | undefined;
  const handlers = new Set<() => void>();
  let saidAt = Number.NEGATIVE_INFINITY;
  let unsaid = 0;
  /** Where a permission is missing the server says so for each message. */
  const complain = (message: string): void => {
    if (performance.now() - saidAt < SAY_AGAIN_MS) return void unsaid++;
    logger.warn(`NATS: ${message}`, unsaid === 0 ? {} : { unsaid });
    saidAt = performance.now();
    unsaid = 0;
  };
  const refused = (error: Error): void => {
    if (!isNotAdmitted(error)) return;
    refusedSince ??= performance.now();
    if (performance.now() - refusedSince < REFUSED_MS) return;
    logger.warn(`NATS has refused ${identity.name} for ${REFUSED_MS / 1_000} s; giving up`);
    void connection.close();
  };
  let ending: NodeJS.Timeout | undefined;
  const watch = async (): Promise<void> => {
    for await (const status of connection.status()) {
      if (status.type === "staleConnection" || status.type === "forceReconnect")
        ending ??= setTimeout(() => destroySocket(connection), END_MS);
      if (status.type === "disconnect" || status.type === "close") {
        clearTimeout(ending);
        ending = undefined;
      }
      if (status.type === "disconnect" && !away) {
        away = true; // the client says so again for each try that fails
        mux.failAll("the connection to NATS went away");
        logger.warn("the connection to NATS went away; reconnecting");
      } else if (status.type === "reconnect" && away) {
        away = false;
        refusedSince = undefined;
        if (connection.info?.server_id !== server) outageAt = Date.now();
        server = connection.info?.server_id;
        mux.failAll("it was sent while NATS was away"); // the client keeps nothing of that time
        logger.info("connected to NATS again");
        for (const handler of handlers) handler();
      } else if (status.type === "error") {
        const { error } = status;
        complain(error.message);
        refused(error);
        if (error instanceof PermissionViolationError && error.operation === "publish")
          mux.refuse(error.subject, `NATS does not let ${identity.name} publish to ${error.subject}`);
      }
    }
  };
  void watch();
  const elsewhere = new Map<string, Promise<Link>>();
  const { file: _file, ...own } = identity; // its keys elsewhere are in no file
  const here: Link = {
    connection,
    mux,
    identity,
    outageAt: () => outageAt,
    in: async (owner) => {
      if (!administers || owner === ADMINISTRATION) return here;
      const there =
        elsewhere.get(owner) ??
        administrationAt(identity, owner).then((there) =>
          link({
            ...options,
            identity: { ...own, ...there },
            signal: AbortSignal.timeout(ELSEWHERE_MS), // of its own: the first connection's may be over by now
          }),
        );
      elsewhere.set(owner, there);
      there.catch(() => elsewhere.delete(owner));
      return there;
    },
    subscribe: (subject, handle) => subscriptions.add(subject, handle),
    signs: () => {
      signs ??= new SignsOfLife(options);
      return signs;
    },
    onReconnect: (handler) => {
      handlers.add(handler);
      return () => void handlers.delete(handler);
    },
    close: async () => {
      mux.close();
      signs?.close();
      await Promise.all([...elsewhere.values()].map(async (there) => (await there.catch(() => undefined))?.close()));
      await connection.close();
    },
  };
  return here;
}

/** By what administration is let into another account than its own. */
async function administrationAt({ seed, jwt }: Identity, account: string): Promise<Pick<Identity, "seed" | "jwt">> {
  const there = administrationSeed(seed, account);
  if (jwt === undefined) return { seed: there };
  const [{ administrationJwt }, { authorityOf }] = await Promise.all([
    import("../identity/jwt/account-jwts.ts"),
    import("../identity/jwt/authority.ts"),
  ]);
  return { seed: there, jwt: await administrationJwt(ADMINISTRATION, there, account, authorityOf(seed)) };
}

/** Tries until it is connected: the client's own way to wait for a server cannot be stopped. */
async function connected({
  servers,
  identity,
  logger,
  signal,
}: Pick<Parameters<typeof link>[0], "servers" | "identity" | "logger" | "signal">): Promise<NatsConnection> {
  for (let tries = 1, refusals = 0; ; tries++) {
    signal?.throwIfAborted();
    try {
      const connecting = connect(clientOptions(servers, identity));
      return await orAborted(connecting, signal);
    } catch (error) {
      // A server that is just starting anew may refuse once who it is about to know.
      refusals = isNotAdmitted(error) ? refusals + 1 : 0;
      if (error instanceof TypeError || refusals > 1) throw error;
      if (tries % SAY_EVERY === 0) logger.info(`still waiting for nats-server: ${error instanceof Error ? error.message : String(error)}`);
    }
    await sleep(RETRY_MS, undefined, signal === undefined ? {} : { signal }).catch(() => undefined); // the signal is looked at above
  }
}

/** The connection, or the signal's reason; a connection that comes too late is closed. */
function orAborted(connecting: Promise<NatsConnection>, signal: AbortSignal | undefined): Promise<NatsConnection> {
  if (signal === undefined) return connecting;
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason);
    signal.addEventListener("abort", abort, { once: true });
    connecting
      .finally(() => signal.removeEventListener("abort", abort))
      .then((connection) => (signal.aborted ? connection.close() : resolve(connection)), reject);
  });
}

function checkVersion(version: string, logger: Logger): void {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  if (major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1]))
    throw new ArmadaError("NATS_TOO_OLD", `nats-server ${version} is older than ${OLDEST.join(".")}`, {
      hint: `use nats-server ${PINNED_SERVER}`,
    });
  if (!TESTED.includes(version)) logger.warn(`nats-server ${version} is not the tested ${PINNED_SERVER}`);
}
