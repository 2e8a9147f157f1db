import { nanos } from "@nats-io/transport-node";
import { FACTS_FOR, factConsumer } from "../accounts/crossings.ts";
import { managerOf } from "../connection/api.ts";
import type { Link } from "../connection/connect.ts";
import { isNoStream } from "../connection/no-stream.ts";
import { copiedOf, identityOf } from "./sources-there.ts";
import type { Change, Source, TeamTopology } from "./topology.ts";

const HEARTBEAT_MS = 1_000;
/** In flight to one taker. */
const MAX_ACK_PENDING = 10_000;

/** Whether a consumer of a team's stream is another team's, for its facts. */
export function isForFacts(name: string): boolean {
  return name.startsWith(FACTS_FOR);
}

/** Whom a consumer feeds that delivers there. */
export function takerOf(deliver = ""): string {
  return deliver.split(".")[1] ?? "";
}

/**
 * The consumers that feed sources across accounts, each in its giver's account: for who is given from all, and from who is given
 * for all. A new one begins behind the last copy that its taker has of the stream that the giver has now; one that is past that copy
 * gave to a stream that is gone, and is made anew. Those of a given team that its taker no longer wants go.
 */
export async function applyFactConsumers(
  link: Link,
  { given, others }: { readonly given: readonly TeamTopology[]; readonly others: readonly TeamTopology[] },
  changes: Change[],
  dry: boolean,
): Promise<void> {
  const names = new Set(given.map(({ team }) => team));
  const all = [...others.filter(({ team }) => !names.has(team)), ...given];
  const there = new Set(all.map(({ team }) => team));
  for (const giver of there) {
    const takers = all.filter(({ team }) => team !== giver && (names.has(giver) || names.has(team)));
    const wanted = takers.flatMap(({ team, sources }) => (sources.get(giver) ?? []).map((filter) => ({ taker: team, filter })));
    await applyOf(link, { giver, wanted, judged: (taker) => names.has(taker) || (names.has(giver) && there.has(taker)) }, changes, dry);
  }
}

/** A taker's consumer as it is there: the last place in the giver's stream that was given to the taker, 0 where none was. */
type Fed = { readonly deliver: string; readonly given: number };

type Of = {
  readonly giver: string;
  readonly wanted: readonly { readonly taker: string; readonly filter: string }[];
  /** Whether all that a taker wants of the giver is among what is wanted. */
  readonly judged: (taker: string) => boolean;
};

async function applyOf(link: Link, { giver, wanted, judged }: Of, changes: Change[], dry: boolean): Promise<void> {
  const stream = `TEAM_${giver}`;
  const manager = await managerOf(link, stream);
  const known = new Map<string, Fed>();
  try {
    for await (const { config, ack_floor: floor } of manager.consumers.list(stream))
      if (config.durable_name !== undefined && isForFacts(config.durable_name))
        known.set(config.durable_name, {
          deliver: config.deliver_subject ?? "",
          given: Math.max(floor.stream_seq, (config.opt_start_seq ?? 1) - 1),
        });
  } catch (error) {
    // Before a giver is provisioned there is nothing to take; as it is, its takers' consumers are made.
    if (!isNoStream(error)) throw error;
    return;
  }
  for (const { taker, filter } of wanted) {
    const { name, deliver } = factConsumer(giver, taker, filter);
    const there = known.get(name);
    known.delete(name);
    if (there !== undefined && !(await gaveToAnother(link, { giver, taker, filter }, there))) continue;
    const what = `consumer ${stream}/${name}`;
    changes.push(there === undefined ? { change: "create", what } : { change: "update", what, why: `TEAM_${taker} is another stream` });
    if (dry) continue;
    await withoutSource(link, { taker, name }, async () => {
      if (there !== undefined) await manager.consumers.delete(stream, name);
      await manager.consumers.add(stream, await feeding(link, { giver, taker, filter }, { name, deliver }));
    });
  }
  for (const [name, { deliver }] of known) {
    if (!judged(takerOf(deliver))) continue;
    changes.push({ change: "delete", what: `consumer ${stream}/${name}`, why: "no team definition wants it" });
    if (!dry) await manager.consumers.delete(stream, name);
  }
}

/**
 * Makes a taker's consumer while the taker does not listen where it delivers. One that was fed by a consumer of that name before,
 * in a stream that is gone, would answer the new one's first flow control with the place it had reached in the old one, and
 * nats-server (2.15) takes that as acknowledged and begins behind it. One that is told its source anew asks which stream it is first.
 */
async function withoutSource(
  link: Link,
  { taker, name }: { readonly taker: string; readonly name: string },
  make: () => Promise<unknown>,
): Promise<void> {
  const stream = `TEAM_${taker}`;
  const { streams } = await managerOf(link, stream);
  const { config } = await streams.info(stream);
  const { sources = [] } = config;
  const others = sources.filter((source: Source) => source.consumer?.name !== name);
  if (others.length < sources.length) await streams.update(stream, { ...config, sources: others });
  await make();
  if (others.length < sources.length) await streams.update(stream, config);
}

type Taken = { readonly giver: string; readonly taker: string; readonly filter: string };

/**
 * Whether a consumer is past what its taker has: the stream it gave to was taken away, or an older one is in its place, and what it
 * has given it gives nobody again. Where the taker has no stream now, that is told once it has one.
 */
async function gaveToAnother(link: Link, taken: Taken, { given }: Fed): Promise<boolean> {
  if (given === 0) return false;
  try {
    return given > (await copiedBy(link, taken));
  } catch (error) {
    if (!isNoStream(error)) throw error;
    return false;
  }
}

/** The place in the stream that the giver has now of the last copy that the taker has, 0 where it has none. */
async function copiedBy(link: Link, { giver, taker, filter }: Taken): Promise<number> {
  const { created } = await (await managerOf(link, `TEAM_${giver}`)).streams.info(`TEAM_${giver}`);
  return copiedOf(await managerOf(link, `TEAM_${taker}`), `TEAM_${taker}`, filter, identityOf(created));
}

async function feeding(
  link: Link,
  taken: Taken,
  { name, deliver }: { readonly name: string; readonly deliver: string },
): Promise<Parameters<Awaited<ReturnType<typeof managerOf>>["consumers"]["add"]>[1]> {
  const copied = await copiedBy(link, taken);
  return {
    durable_name: name,
    filter_subject: taken.filter,
    deliver_subject: deliver,
    // The client library has no word for it yet: acknowledged is what flow control says was stored.
    ack_policy: "flow_control" as "all",
    flow_control: true,
    idle_heartbeat: nanos(HEARTBEAT_MS),
    max_ack_pending: MAX_ACK_PENDING,
    ...(copied > 0 ? { deliver_policy: "by_start_sequence", opt_start_seq: copied + 1 } : { deliver_policy: "all" }),
  };
}
