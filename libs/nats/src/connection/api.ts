import { ADMINISTRATION } from "@armada/contracts";
import { type JetStreamManager, jetstreamManager, type StreamInfo } from "@nats-io/jetstream";
import { apiPrefix, ownerOf } from "../accounts/crossings.ts";
import type { Link } from "./connect.ts";

const TIMEOUT_MS = 10_000;

/** Below which subject a link finds the JetStream API for a stream. */
export function apiOf({ identity }: Pick<Link, "identity">, stream: string): string {
  return identity.walled === true && identity.name !== ADMINISTRATION ? apiPrefix(identity.name, stream) : "$JS.API";
}

/** Whether a stream is in another account: then it is read by direct gets, and no consumer of it can be made. */
export function isElsewhere(link: Pick<Link, "identity">, stream: string): boolean {
  return apiOf(link, stream) !== "$JS.API";
}

/** The client library's administration of a stream, as far as the link's identity may. */
export async function managerOf(link: Link, stream: string): Promise<JetStreamManager> {
  const { connection } = await link.in(ownerOf(stream));
  return jetstreamManager(connection, { timeout: TIMEOUT_MS, checkAPI: false, apiPrefix: apiOf(link, stream) });
}

/** The streams that administration finds: all of the server, or those of these owners where each has an account. */
export async function streamsOf(link: Link, owners: readonly string[]): Promise<Map<string, StreamInfo>> {
  const all = link.identity.walled === true ? [...new Set([...owners, "operator", ADMINISTRATION])] : [ADMINISTRATION];
  const lists = await Promise.all(
    all.map(async (owner) => {
      const { connection } = await link.in(owner);
      const manager = await jetstreamManager(connection, { timeout: TIMEOUT_MS, checkAPI: false });
      return Array.fromAsync(manager.streams.list());
    }),
  );
  return new Map(lists.flat().map((info) => [info.config.name, info]));
}
