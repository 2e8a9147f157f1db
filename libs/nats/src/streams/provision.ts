import { ArmadaError } from "@armada/contracts";
import { JetStreamApiError, type JetStreamManager, type StreamConfig, type StreamInfo } from "@nats-io/jetstream";
import { copySentBefore } from "../accounts/sent-before.ts";
import { managerOf, streamsOf } from "../connection/api.ts";
import type { Link } from "../connection/connect.ts";
import { isNoStream } from "../connection/no-stream.ts";
import { withAccounts } from "../log/accounts-after.ts";
import { withSince } from "../log/since.ts";
import { streamInfo, streamInfoIfThere } from "../log/stream-identity.ts";
import { applyFactConsumers, isForFacts } from "./fact-consumers.ts";
import { FLEET } from "./names.ts";
import { boundsOf, differs, growthIn, type Held, isOurs, type Room } from "./room.ts";
import {
  type Change,
  fleetManifests,
  operatorObjects,
  type Source,
  sharedAnswers,
  type TeamTopology,
  topologyOf,
  type Wanted,
} from "./topology.ts";

/** nats-server's error code for "insufficient storage resources available": what it may promise its streams is promised. */
const NO_STORAGE = 10047;
/** Less than this in all is no room. */
const LEAST_GROWTH = 1024 * 1024;

/** The stream that is made before any of a team's. */
const FIRST = "OBJECTS_operator";

/**
 * Applies what the teams want, idempotently, and reads each configuration again. Every stream gets a bound, which follows
 * what is free now: `room` says what there is. `others`: the teams of the mesh that stay as they are.
 * @throws ArmadaError `CONFIG_NOT_KEPT`, `NO_ROOM` where the server has no room for a stream, however small
 */
export async function provision(
  link: Link,
  teams: readonly TeamTopology[],
  options: { replicas: number; room: Room; dryRun?: boolean; others?: readonly TeamTopology[] },
): Promise<Change[]> {
  const changes: Change[] = [];
  const walled = link.identity.walled === true;
  const copies = link.identity.givesCopies === true;
  const { others = [] } = options;
  const names = teams.map(({ team }) => team);
  const wanted = teams.map((team) => topologyOf(team, { ...options, walled, copies }));
  const dry = options.dryRun === true;
  const start = await streamInfoIfThere(link, FIRST);
  const shared = teams.some(({ shares }) => shares === true) ? [sharedAnswers(options)] : [];
  const plan = [operatorObjects(options), fleetManifests(options), ...shared, ...wanted.flatMap(({ streams }) => streams)];
  // What a server that is not ours may promise is not known before it refuses: then with half of the growth.
  for (let growth: number | undefined; ; ) {
    const known = await streamsOf(link, names);
    const held = heldBy(known);
    growth ??= growthIn(await withTotal(await managerOf(link, FLEET), options.room), held.used);
    // What other teams of this server were promised stays promised.
    const none = plan.flatMap(({ name = "" }) => (known.has(name) ? [] : [{ name, bytes: 0 }]));
    const unheld = none.filter(({ name }) => name !== FLEET);
    const fleet = known.get(FLEET);
    const fleetBytes = fleet?.config.max_bytes ?? fleetBound(growth);
    const left = Math.max(0, growth - Math.max(0, fleetBytes - (fleet?.state.bytes ?? 0)));
    const bounds = new Map([...boundsOf([...held.ours, ...unheld], left, options.room.teams), [FLEET, fleetBytes]]);
    const facts = (): Promise<void> => (walled ? applyFactConsumers(link, { given: teams, others }, changes, dry) : Promise.resolve());
    try {
      await applyStreams(link, plan, { known, bounds, dry, facts }, changes);
      break;
    } catch (error) {
      if (!(error instanceof ArmadaError && error.code === "NO_ROOM") || growth < LEAST_GROWTH) throw error;
      growth = Math.floor(growth / 2);
    }
  }
  // What is stated from here on starts what subscribes to it: none of the teams' streams that are new now was there before.
  const began = start?.now ?? (dry ? "" : (await streamInfo(link, FIRST)).created);
  for (const one of wanted) await applyConsumers(link, one, changes, dry, began);
  if (!dry) for (const { team } of teams) await dropCopiedTicks(link, team);
  if (!dry && copies)
    for (const { team } of teams) {
      const copied = await copySentBefore(link, team);
      if (copied > 0) changes.push({ change: "update", what: `stream OBJECTS_${team}`, why: `${copied} copies of bodies from before` });
    }
  return merged(changes);
}

/** Sets the bounds of the teams' streams to what is free now, and nothing else. Streams that are not there stay so. */
export async function adjustRoom(link: Link, room: Room): Promise<Change[]> {
  const known = await streamsOf(link);
  const { ours, used } = heldBy(known);
  const changes: Change[] = [];
  for (const [name, bound] of boundsOf(ours, growthIn(room, used), room.teams)) {
    const config = known.get(name)?.config;
    if (config === undefined || !differs(config.max_bytes, bound)) continue;
    await (await managerOf(link, config.name)).streams.update(config.name, { ...config, max_bytes: bound });
    changes.push({ change: "update", what: `stream ${config.name}`, why: `max_bytes ${config.max_bytes} to ${bound}` });
  }
  for (const { config, state } of known.values()) {
    const team = config.name.slice("TIMERS_".length);
    if (config.name === `TIMERS_${team}` && state.bytes > config.max_bytes / 4 && known.has(`TEAM_${team}`))
      await dropCopiedTicks(link, team);
  }
  return changes;
}

/** Ticks that the team's stream has leave the stream of its timers, where they would push out those that are pending. */
async function dropCopiedTicks(link: Link, team: string): Promise<void> {
  const manager = await managerOf(link, `TEAM_${team}`);
  const filter = `tick.${team}.>`;
  const last = await manager.streams.getMessage(`TEAM_${team}`, { last_by_subj: filter });
  const [stream = "", seq = "0"] = last?.header.get("Nats-Stream-Source").split(" ") ?? [];
  if (stream.split(":")[0] === `TIMERS_${team}` && Number(seq) > 1)
    await manager.streams.purge(`TIMERS_${team}`, { filter, seq: Number(seq) });
}

/** It holds some entries of each team, whatever these keep. */
function fleetBound(growth: number): number {
  return Math.max(LEAST_GROWTH, Math.min(64 * LEAST_GROWTH, Math.floor(growth / 50)));
}

/** What all streams of the server hold, and the mesh's streams. */
function heldBy(known: ReadonlyMap<string, StreamInfo>): { ours: Held[]; used: number } {
  const all = [...known.values()].map(({ config, state }) => ({ name: config.name, bytes: state.bytes }));
  return { ours: all.filter(({ name }) => isOurs(name)), used: all.reduce((sum, { bytes }) => sum + bytes, 0) };
}

/** Where nothing is configured, what the account may hold. */
async function withTotal(manager: JetStreamManager, room: Room): Promise<Room> {
  if (room.total !== undefined) return room;
  const { limits } = await manager.getAccountInfo();
  return limits.max_storage > 0 ? { ...room, total: limits.max_storage } : room;
}

type Plan = {
  readonly known: ReadonlyMap<string, StreamInfo>;
  readonly bounds: ReadonlyMap<string, number>;
  readonly dry: boolean;
  /** What sources from other accounts are fed by. */
  readonly facts: () => Promise<void>;
};

/** What shrinks first makes room for what grows; streams before the facts that they take from each other. */
async function applyStreams(
  link: Link,
  plan: readonly Partial<StreamConfig>[],
  { known, bounds, dry, facts }: Plan,
  changes: Change[],
): Promise<void> {
  const boundOf = (name: string): number => {
    const bound = bounds.get(name) ?? LEAST_GROWTH;
    const now = known.get(name)?.config.max_bytes ?? 0;
    return differs(now, bound) ? bound : now;
  };
  const shrinks = ({ name = "" }: Partial<StreamConfig>): boolean => {
    const now = known.get(name)?.config.max_bytes;
    return now !== undefined && (now <= 0 || boundOf(name) < now);
  };
  const apply = async (stream: Partial<StreamConfig>, about: { grow: boolean; sources: boolean }): Promise<void> => {
    const { name = "" } = stream;
    const now = known.get(name)?.config;
    const bound = boundOf(name);
    const max_bytes = !about.grow && now !== undefined && now.max_bytes > 0 ? Math.min(bound, now.max_bytes) : bound;
    const { sources: all, ...rest } = stream;
    const sources = about.sources ? all : ownSources(stream);
    return applyStream(await managerOf(link, name), { ...rest, max_bytes, ...(sources === undefined ? {} : { sources }) }, changes, {
      dry,
      sources: about.sources,
    });
  };
  for (const stream of plan.filter(shrinks)) await apply(stream, { grow: false, sources: false });
  for (const stream of plan.filter((one) => !shrinks(one))) await apply(stream, { grow: false, sources: false });
  await facts();
  for (const stream of plan) await apply(stream, { grow: true, sources: true });
}

function ownSources(stream: Partial<StreamConfig>): StreamConfig["sources"] {
  return stream.sources?.filter((source) => source.name.startsWith("TIMERS_"));
}

async function applyStream(
  manager: JetStreamManager,
  wanted: Partial<StreamConfig>,
  changes: Change[],
  { dry, sources }: { readonly dry: boolean; readonly sources: boolean },
): Promise<void> {
  const name = wanted.name ?? "";
  const now = await manager.streams.info(name).then(
    (info) => info.config,
    (error: unknown) => {
      if (!isNoStream(error)) throw error;
      return undefined;
    },
  );
  if (now === undefined) {
    changes.push({ change: "create", what: `stream ${name}` });
    if (dry) return;
    await within(name, wanted, () => manager.streams.add(wanted as StreamConfig & { name: string }));
  } else {
    const different = differences(now, wanted, sources);
    if (different.length === 0) return;
    changes.push({ change: "update", what: `stream ${name}`, why: different.join(", ") });
    if (dry) return;
    const config = { ...now, ...wanted, ...(sources ? {} : { sources: now.sources ?? [] }) };
    await within(name, config, () => manager.streams.update(name, config)).catch((error: unknown) => {
      // More room is no need: what else is new must not wait for it.
      const roomAlone = different.every((field) => field === "max_bytes");
      if (!(error instanceof ArmadaError && error.code === "NO_ROOM" && roomAlone)) throw error;
    });
  }
  const kept = (await manager.streams.info(name)).config;
  const lost = differences(kept, wanted, sources).filter((field) => field !== "max_bytes");
  if (lost.length > 0)
    throw new ArmadaError("CONFIG_NOT_KEPT", `stream ${name} was not kept as asked: ${lost.join(", ")}`, {
      hint: "use the tested nats-server version",
    });
}

/** @throws ArmadaError `NO_ROOM` */
async function within(name: string, { max_bytes = 0 }: Partial<StreamConfig>, work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (cause) {
    if (!(cause instanceof JetStreamApiError && cause.code === NO_STORAGE)) throw cause;
    throw new ArmadaError("NO_ROOM", `nats-server has no room for the stream ${name} (${max_bytes} bytes): it has promised all it may`, {
      cause,
      hint: "free space on its disk, or raise max_file_store in its configuration, start it again, then `armada provision`; `room.total` of armada.config.ts says how much the streams want",
    });
  }
}

/** A stream is changed in several passes, and said once. */
function merged(changes: readonly Change[]): Change[] {
  const byWhat = new Map<string, Change>();
  for (const change of changes) {
    const key = change.what;
    const before = byWhat.get(key);
    const why = [...new Set([before?.why, change.why].flatMap((text) => text?.split(", ") ?? []))].join(", ");
    byWhat.set(key, { ...(before ?? change), ...(why === "" || before?.change === "create" ? {} : { why }) });
  }
  return [...byWhat.values()];
}

async function applyConsumers(link: Link, { consumers, streams }: Wanted, changes: Change[], dry: boolean, began: string): Promise<void> {
  const stream = streams.map((s) => s.name ?? "").find((name) => name.startsWith("TEAM_")) ?? "";
  const manager = await managerOf(link, stream);
  const known = new Map<string, Record<string, unknown>>();
  const made = new Map(consumers.map(({ config }) => [config.durable_name ?? "", began]));
  try {
    for await (const info of manager.consumers.list(stream))
      if (info.config.durable_name !== undefined && !isForFacts(info.config.durable_name)) {
        known.set(info.config.durable_name, info.config as unknown as Record<string, unknown>);
        if (made.has(info.config.durable_name)) made.set(info.config.durable_name, info.created);
      }
  } catch (error) {
    if (!dry) throw error; // a dry run before the first one has no stream to list
  }
  if (!dry) await record(manager, stream, { made, walled: link.identity.walled === true });
  for (const { config } of consumers) {
    const name = config.durable_name ?? "";
    const now = known.get(name);
    known.delete(name);
    const different = now === undefined ? [] : differences(now, config as unknown as Record<string, unknown>, true);
    if (now !== undefined && different.length === 0) continue;
    changes.push({
      change: now === undefined ? "create" : "update",
      what: `consumer ${stream}/${name}`,
      ...(now === undefined ? {} : { why: different.join(", ") }),
    });
    if (dry) continue;
    if (now === undefined) await manager.consumers.add(stream, config);
    else await manager.consumers.update(stream, name, config);
  }
  for (const name of known.keys()) {
    changes.push({ change: "delete", what: `consumer ${stream}/${name}`, why: "no team definition wants it" });
    if (!dry) await manager.consumers.delete(stream, name);
  }
}

/** Before the consumers are made: nothing that one of them brings is older than the record of it. `made`: when each consumer was. */
async function record(
  manager: JetStreamManager,
  stream: string,
  { made, walled }: { readonly made: ReadonlyMap<string, string>; readonly walled: boolean },
): Promise<void> {
  const { config, state } = await manager.streams.info(stream);
  const now = config.metadata ?? {};
  const metadata = walled ? withAccounts(withSince(now, made), state.last_seq) : withSince(now, made);
  if (canonicalMetadata(metadata) !== canonicalMetadata(now)) await manager.streams.update(stream, { ...config, metadata });
}

function canonicalMetadata(metadata: Readonly<Record<string, string>>): string {
  return JSON.stringify(Object.entries(metadata).sort(([a], [b]) => a.localeCompare(b)));
}

/** The wanted fields that are not as wanted. */
function differences(now: object, wanted: object, sources: boolean): string[] {
  const have = now as Record<string, unknown>;
  return Object.entries(wanted)
    .filter(([key, value]) =>
      key === "sources" ? sources && canonicalSources(have[key]) !== canonicalSources(value) : canonical(have[key]) !== canonical(value),
    )
    .map(([key]) => key);
}

function canonical(value: unknown): string {
  return JSON.stringify(Array.isArray(value) ? [...(value as readonly string[])].sort((a, b) => a.localeCompare(b)) : (value ?? false));
}

function canonicalSources(value: unknown): string {
  const list = (value ?? []) as readonly Source[];
  return JSON.stringify(list.map(({ name, filter_subject, consumer }) => `${name} ${filter_subject} ${consumer?.name}`).sort());
}
