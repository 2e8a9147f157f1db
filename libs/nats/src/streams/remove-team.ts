import type { JetStreamManager } from "@nats-io/jetstream";
import { managerOf, streamsOf } from "../connection/api.ts";
import type { Link } from "../connection/connect.ts";
import { isForFacts, takerOf } from "./fact-consumers.ts";
import { isStreamOf } from "./room.ts";
import { copiedOf, identityOf } from "./sources-there.ts";
import type { Change, Source } from "./topology.ts";

/** A team as the server has it. */
export type TeamOnServer = {
  readonly streams: readonly string[];
  /** What they hold. */
  readonly bytes: number;
  /** Pulls that wait at its queues: its replicas are at work. */
  readonly pulls: number;
  /** Streams of others that take facts from it, and of how many types they have not got the last one yet. */
  readonly takers: readonly { readonly stream: string; readonly missing: number }[];
};

/** Looks at a team before it is removed. The link's identity is the provisioner's. */
export async function teamOnServer(link: Link, team: string): Promise<TeamOnServer> {
  const streams: string[] = [];
  let bytes = 0;
  const taking: { stream: string; from: Source[] }[] = [];
  let identity = "";
  for (const { config, state, created } of (await streamsOf(link, [team])).values()) {
    if (isStreamOf(config.name, team)) {
      streams.push(config.name);
      bytes += state.bytes;
      if (config.name === `TEAM_${team}`) identity = identityOf(created);
    } else {
      const from = ((config.sources ?? []) as Source[]).filter(({ name }) => name === `TEAM_${team}`);
      if (from.length > 0) taking.push({ stream: config.name, from });
    }
  }
  const own = streams.includes(`TEAM_${team}`);
  let pulls = 0;
  /** Across accounts it is the consumer that knows the filter. */
  const filters = new Map<string, string>();
  if (own)
    for await (const { name, num_waiting, config } of (await managerOf(link, `TEAM_${team}`)).consumers.list(`TEAM_${team}`)) {
      pulls += num_waiting;
      filters.set(name, config.filter_subject ?? "");
    }
  const takers = taking.map(({ stream, from }) => ({
    stream,
    filters: from.flatMap(({ filter_subject, consumer }) => filter_subject ?? filters.get(consumer?.name ?? "") ?? []),
  }));
  const missing = async (stream: string, filter: string): Promise<number> => {
    const there = await lastSeq(await managerOf(link, `TEAM_${team}`), `TEAM_${team}`, filter);
    if (there === 0) return 0;
    // Of a stream of the same name that is gone says nothing what was copied.
    const copied = await copiedOf(await managerOf(link, stream), stream, filter, identity);
    return Math.max(0, there - copied);
  };
  return {
    streams: streams.sort(),
    bytes,
    pulls,
    takers: await Promise.all(
      takers.map(async ({ stream, filters }) => {
        const each = own ? await Promise.all(filters.map((filter) => missing(stream, filter))) : [];
        return { stream, missing: each.filter((one) => one > 0).length };
      }),
    ),
  };
}

/**
 * Takes a team's streams away, its facts out of what others listen to, and what fed it of theirs. Copies that they have stay.
 */
export async function dropTeam(link: Link, team: string): Promise<Change[]> {
  const { streams, takers } = await teamOnServer(link, team);
  const changes: Change[] = [];
  for (const { stream } of takers) {
    const manager = await managerOf(link, stream);
    const { config } = await manager.streams.info(stream);
    await manager.streams.update(stream, { ...config, sources: (config.sources ?? []).filter(({ name }) => name !== `TEAM_${team}`) });
    changes.push({ change: "update", what: `stream ${stream}`, why: "sources" });
  }
  for (const stream of (await streamsOf(link)).keys()) {
    if (link.identity.walled !== true || !stream.startsWith("TEAM_") || streams.includes(stream)) continue;
    const manager = await managerOf(link, stream);
    for await (const { name, config } of manager.consumers.list(stream)) {
      if (!isForFacts(name) || takerOf(config.deliver_subject) !== team) continue;
      await manager.consumers.delete(stream, name);
      changes.push({ change: "delete", what: `consumer ${stream}/${name}` });
    }
  }
  for (const stream of streams) {
    await (await managerOf(link, stream)).streams.delete(stream);
    changes.push({ change: "delete", what: `stream ${stream}` });
  }
  return changes;
}

/** The sequence of the last message under a filter; 0 for none. */
async function lastSeq(manager: JetStreamManager, stream: string, filter: string): Promise<number> {
  return (await manager.streams.getMessage(stream, { last_by_subj: filter }))?.seq ?? 0;
}
