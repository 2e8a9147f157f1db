import { ArmadaError } from "@armada/contracts";
import { JetStreamApiError, type JetStreamManager, jetstreamManager, type StreamConfig } from "@nats-io/jetstream";
import type { Link } from "./connect.ts";
import { operatorObjects, sharedAnswers, type TeamTopology, topologyOf, type Wanted } from "./topology.ts";

/** nats-server's error code for "insufficient storage resources available". */
const NO_STORAGE = 10047;
const LEAST_BYTES = 64 * 1024 * 1024;

/** One thing that provisioning did, or would do. */
export type Change = { readonly change: "create" | "update" | "delete"; readonly what: string; readonly why?: string };

/** Applies what the teams want, idempotently, and reads each configuration again. @throws ArmadaError `CONFIG_NOT_KEPT` */
export async function provision(
  link: Link,
  teams: readonly TeamTopology[],
  options: { replicas: number; maxBytes: number; dryRun?: boolean },
): Promise<Change[]> {
  const manager = await jetstreamManager(link.connection, { timeout: 10_000, checkAPI: false });
  const changes: Change[] = [];
  const wanted = teams.map((team) => topologyOf(team, options));
  const dry = options.dryRun === true;
  // Streams first, without the other teams' facts: two teams may source from each other.
  await applyStream(manager, operatorObjects(options), changes, dry, true);
  if (teams.some(({ shares }) => shares === true)) await applyStream(manager, sharedAnswers(options), changes, dry, true);
  for (const { streams } of wanted)
    for (const stream of streams) await applyStream(manager, { ...stream, sources: ownSources(stream) }, changes, dry, false);
  for (const { streams } of wanted) for (const stream of streams) await applyStream(manager, stream, changes, dry, true);
  for (const one of wanted) await applyConsumers(manager, one, changes, dry);
  return changes;
}

function ownSources(stream: Partial<StreamConfig>): NonNullable<StreamConfig["sources"]> {
  return (stream.sources ?? []).filter((source) => source.name.startsWith("TIMERS_"));
}

async function applyStream(
  manager: JetStreamManager,
  wanted: Partial<StreamConfig>,
  changes: Change[],
  dry: boolean,
  sources: boolean,
): Promise<void> {
  const name = wanted.name ?? "";
  const now = await manager.streams.info(name).then(
    (info) => info.config,
    () => undefined,
  );
  if (now === undefined) {
    changes.push({ change: "create", what: `stream ${name}` });
    if (dry) return;
    await add(manager, wanted as StreamConfig & { name: string });
  } else {
    const different = differences(now, wanted, sources);
    if (different.length === 0) return;
    changes.push({ change: "update", what: `stream ${name}`, why: different.join(", ") });
    if (dry) return;
    await manager.streams.update(name, { ...now, ...wanted, max_bytes: now.max_bytes, ...(sources ? {} : { sources: now.sources ?? [] }) });
  }
  const kept = (await manager.streams.info(name)).config;
  const lost = differences(kept, wanted, sources);
  if (lost.length > 0)
    throw new ArmadaError("CONFIG_NOT_KEPT", `stream ${name} was not kept as asked: ${lost.join(", ")}`, {
      hint: "use the tested nats-server version",
    });
}

/**
 * A team that comes later may find less room than its share: what the server's disk is promised to, streams that are there
 * hold already. It gets half of it, or half of that.
 */
async function add(manager: JetStreamManager, wanted: StreamConfig & { name: string }): Promise<void> {
  for (let bytes = wanted.max_bytes ?? -1; ; bytes = Math.floor(bytes / 2)) {
    try {
      await manager.streams.add({ ...wanted, ...(bytes < 0 ? {} : { max_bytes: bytes }) });
      return;
    } catch (error) {
      if (!(error instanceof JetStreamApiError && error.code === NO_STORAGE) || bytes < 2 * LEAST_BYTES) throw error;
    }
  }
}

async function applyConsumers(manager: JetStreamManager, { consumers, streams }: Wanted, changes: Change[], dry: boolean): Promise<void> {
  const stream = streams.map((s) => s.name ?? "").find((name) => name.startsWith("TEAM_")) ?? "";
  const known = new Map<string, Record<string, unknown>>();
  try {
    for await (const info of manager.consumers.list(stream))
      if (info.config.durable_name !== undefined) known.set(info.config.durable_name, info.config as unknown as Record<string, unknown>);
  } catch (error) {
    if (!dry) throw error; // a dry run before the first one has no stream to list
  }
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

/** The wanted fields that are not as wanted. */
function differences(now: object, wanted: object, sources: boolean): string[] {
  const have = now as Record<string, unknown>;
  return Object.entries(wanted)
    .filter(([key]) => key !== "max_bytes") // set at creation: the free space that it comes from changes by the hour
    .filter(([key, value]) =>
      key === "sources" ? sources && canonicalSources(have[key]) !== canonicalSources(value) : canonical(have[key]) !== canonical(value),
    )
    .map(([key]) => key);
}

function canonical(value: unknown): string {
  return JSON.stringify(Array.isArray(value) ? [...(value as readonly string[])].sort((a, b) => a.localeCompare(b)) : (value ?? false));
}

function canonicalSources(value: unknown): string {
  const list = (value ?? []) as readonly { name: string; filter_subject?: string }[];
  return JSON.stringify(list.map(({ name, filter_subject }) => `${name} ${filter_subject}`).sort());
}
