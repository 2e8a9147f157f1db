import { ADMINISTRATION } from "@armada/contracts";
import { type JetStreamManager, jetstreamManager, type StreamInfo } from "@nats-io/jetstream";
import { AuthorizationError } from "@nats-io/transport-node";
import { apiPrefix, ONLY_READ, ownerOf } from "../accounts/crossings.ts";
import { FLEET } from "../streams/names.ts";
import type { Link } from "./connect.ts";
import { isNoStream } from "./no-stream.ts";
import { whileReloading } from "./while-reloading.ts";

const TIMEOUT_MS = 10_000;

/** Below which subject a link finds the JetStream API for a stream. */
export function apiOf({ identity }: Pick<Link, "identity">, stream: string): string {
  return identity.walled === true && identity.name !== ADMINISTRATION ? apiPrefix(identity.name, stream) : "$JS.API";
}

/** Whether a stream is read by direct gets, as no consumer of it can be made: it is in another account, or another's and the identity only reads. */
export function isElsewhere({ identity: { name, walled } }: Pick<Link, "identity">, stream: string): boolean {
  return name !== ADMINISTRATION && name !== ownerOf(stream) && (walled === true || ONLY_READ.has(name));
}

/** The client library's administration of a stream, as far as the link's identity may. */
export async function managerOf(link: Link, stream: string): Promise<JetStreamManager> {
  return managerIn(link, ownerOf(stream), apiOf(link, stream));
}

async function managerIn(link: Link, owner: string, apiPrefix = "$JS.API"): Promise<JetStreamManager> {
  const { connection } = await link.in(owner);
  const administers = link.identity.walled === true && link.identity.name === ADMINISTRATION;
  const asked = administers ? whileReloading(connection) : connection;
  return jetstreamManager(asked, { timeout: TIMEOUT_MS, checkAPI: false, apiPrefix });
}

/** The streams that administration finds: all of the server; where each has an account, those of these owners and of all that the fleet names. */
export async function streamsOf(link: Link, owners: readonly string[] = []): Promise<Map<string, StreamInfo>> {
  const lists = await Promise.all(
    (await accountsThere(link, owners)).map(async (owner) => {
      const manager = await managerIn(link, owner);
      return Array.fromAsync(manager.streams.list());
    }),
  );
  return new Map(lists.flat().map((info) => [info.config.name, info]));
}

/** Accounts in which administration finds streams; of a server where all is in one, that one. */
async function accountsThere(link: Link, owners: readonly string[]): Promise<string[]> {
  if (link.identity.walled !== true) return [ADMINISTRATION];
  const named = [...new Set([...(await namesInFleet(link)), ...owners])];
  const admitted = await Promise.all(
    named.map(async (name) => {
      try {
        await link.in(name);
        return [name];
      } catch (error) {
        if (error instanceof AuthorizationError) return []; // it never came, or was removed and its account with it
        throw error;
      }
    }),
  );
  return [...new Set([...admitted.flat(), "operator", ADMINISTRATION])];
}

/** Of whom the fleet's stream says something. */
async function namesInFleet(link: Link): Promise<string[]> {
  const manager = await managerOf(link, FLEET);
  try {
    const { state } = await manager.streams.info(FLEET, { subjects_filter: "fleet.*" });
    return Object.keys(state.subjects ?? {}).map((subject) => subject.slice("fleet.".length));
  } catch (error) {
    if (isNoStream(error)) return [];
    throw error;
  }
}
