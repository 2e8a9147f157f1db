import { writeSync } from "node:fs";
import { flushCompileCache } from "node:module";
import { dirname, join } from "node:path";
import { inspect } from "node:util";
import type { Team } from "@armada/agents";
import { ArmadaError, knowSecrets, milliseconds, redact } from "@armada/contracts";
import { allQueues, type CodeCapability, HELD_LOOP, keepRunIndex, queuesOf, type Sandboxing, type ServedQueue } from "@armada/engine";
import type { Clock, Counters, Tracer } from "@armada/event-sourcing";
import { proxyFromEnv } from "@armada/models";
import { fireOverdueTimers, link, type NatsPorts, portsOf, queuesThere, sequenceAt, serverTime } from "@armada/nats/client";
import { settingsOf } from "./config/load.ts";
import { namesIn, readSecrets, secretValues } from "./config/process-secrets.ts";
import type { Config } from "./config/schema.ts";
import { createLog, type Log } from "./log.ts";
import { manifestOf } from "./manifest.ts";
import { modelsFrom } from "./models.ts";
import { startReplica } from "./replica.ts";
import { watchRoom } from "./room-watch.ts";
import { beginOf } from "./sandbox/begin.ts";
import { lineToReplica, runCalls } from "./sandbox/inside.ts";
import { SandboxPool } from "./sandbox/pool.ts";
import { connectAdmitted } from "./server/connect-admitted.ts";
import { identityReady, provisioned, streamReady } from "./server/made-ready.ts";
import { serverClock } from "./server/server-clock.ts";
import { spendingOf } from "./spending.ts";
import { systemClock } from "./system-ports.ts";
import { startCounters } from "./telemetry/counters.ts";
import { strikeOutput } from "./telemetry/struck-output.ts";
import { startTelemetry } from "./telemetry/tracing.ts";

const MEASURE_MS = 60_000;
/** How long after its drain a service may take to end. */
const STOP_MS = 5_000;
/** What a replica has to end its work once `up` is gone, in ms: it may have been killed, and takes its server along. */
const LEFT_MS = 6_000;

/** What a service that does more than run agents gets: its own ports, and other teams' streams as far as its identity may read them. */
export type ServiceContext = {
  readonly ports: NatsPorts;
  /** Goes by the server's time where this machine's is off. */
  readonly clock: Clock;
  readonly log: Log;
  readonly tracer: Tracer;
  readonly env: NodeJS.ProcessEnv;
  readonly config: Config;
  readonly signal: AbortSignal;
  teamPorts(team: string): Pick<NatsPorts, "log" | "live" | "room">;
  /** Makes a second connection, for what is read for others: however much that is, nothing that is written waits behind it. */
  reading(): Promise<Reading>;
};

/** Other teams' streams and objects, as far as the service's identity may read them. */
export type Reading = {
  teamPorts(team: string): Pick<NatsPorts, "log" | "live">;
  /** The queues of a team as the server has them. */
  teamQueues(team: string): Promise<readonly (ServedQueue & { readonly pending: number })[]>;
  /** The sequence after which all messages of a team's stream were stored at or after a time (ms since 1970). @throws ArmadaError `LOG_UNAVAILABLE` */
  sequenceAt(team: string, time: number): Promise<number>;
  readonly objects: Pick<NatsPorts["objects"], "get">;
  close(): Promise<void>;
};

/** What a service may add beside its agents, as the gateway its HTTP listener; closed before the engine stops. */
export type ServiceExtension = (about: ServiceContext) => Promise<{ close(): Promise<void> }>;

/** Capabilities that a service answers by code of its own, without runs. */
export type CodeCapabilities = (about: ServiceContext) => readonly CodeCapability[];

/**
 * One service's life: connects as the team's identity, waits for its stream, works until SIGTERM, SIGINT or SIGHUP, drains.
 * Reads the configuration's variables, ARMADA_LOGS (a folder; else lines go to the terminal) and the models' and
 * telemetry's own. Ends the process with exit code 4 where there is nothing to talk to, 2 where a variable is wrong.
 */
export async function serve(team: Team, extension?: ServiceExtension, capabilities?: CodeCapabilities): Promise<void> {
  const { env } = process;
  process.on("uncaughtException", endedBy);
  const line = lineToReplica();
  if (line !== undefined) return runCalls(team, line);
  for (const stream of [process.stdout, process.stderr]) strikeOutput(stream, redact);
  const config = configOf(env, team.name);
  if (config === undefined) return;
  const logs = env.ARMADA_LOGS;
  await using log = createLog({
    service: team.name,
    level: config.logs.level,
    ...(logs === undefined ? {} : { file: logFileOf(logs, team.name) }),
  });
  const { url: servers, credentials: keys } = config.nats;
  try {
    if (servers === undefined || keys === undefined)
      throw new ArmadaError("NO_MESH", `${team.name} needs NATS_URL and NATS_CREDS`, {
        hint: "run it by `npx armada up`, or set NATS_URL to the server and NATS_CREDS to the folder of `npx armada provision --keys DIR`",
      });
    await run(team, { servers, keys, env, config, log }, extension, capabilities);
  } catch (error) {
    log.error(error instanceof Error ? error.message : String(error), codeOf(error));
    process.exitCode = 4;
  } finally {
    if (process.connected) process.disconnect();
  }
}

function logFileOf(folder: string, team: string): string {
  return join(folder, `${team}.log`);
}

/** Whoever started this process hears what its code is: it may be another than the one that was provisioned. */
async function tellCode(team: Team): Promise<void> {
  const main = process.argv[1];
  if (process.send === undefined || main === undefined) return;
  process.send({ type: "manifest", manifest: await manifestOf(team, dirname(main)) });
}

/** Node would write an error that nobody caught as it is. */
function endedBy(error: unknown): never {
  writeSync(2, `${redact(inspect(error))}\n`);
  process.exit(1);
}

/** The configuration; the team's secrets are then in the environment under their plain names, and known to all that stores or says something. */
function configOf(env: NodeJS.ProcessEnv, team: string): Config | undefined {
  try {
    const { config } = settingsOf(undefined, env);
    const secrets = readSecrets(env, team, namesIn(config.secrets[team]));
    Object.assign(env, secrets); // node does not write it into what /proc shows
    knowSecrets(secretValues(env, secrets));
    return config;
  } catch (error) {
    if (!(error instanceof ArmadaError)) throw error;
    process.stderr.write(`${redact(error.message)} (${error.code})\n`); // there is no log yet
    process.exitCode = 2;
    return undefined;
  }
}

async function run(
  team: Team,
  about: { servers: string; keys: string; env: NodeJS.ProcessEnv; config: Config; log: Log },
  extension: ServiceExtension | undefined,
  capabilities: CodeCapabilities | undefined,
): Promise<void> {
  const { servers, keys, env, config, log } = about;
  proxyFromEnv(env);
  await tellCode(team);
  // A promise that a team's code dropped must not end the replica: every other run would lose its attempts.
  process.on("unhandledRejection", (error) => log.error("a promise failed that nobody awaited", { error }));
  const stopping = new AbortController();
  const { signal } = stopping;
  for (const name of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.once(name, () => stopping.abort());
  whenLeft(() => {
    stopping.abort();
    setTimeout(() => process.exit(4), LEFT_MS).unref();
  });
  await using telemetry = await startTelemetry({
    service: team.name,
    env,
    ratio: config.telemetry.ratio,
    onProblem: (message) => log.warn(message),
  });
  await using counting = await startCounters({ service: team.name, env, onProblem: (message) => log.warn(message) });
  const { counters } = counting;
  const chosen = modelsFrom(env, config.models);
  await identityReady(keys, team.name, log, signal);
  if (signal.aborted) return;
  const since = await provisioned(env, signal);
  if (signal.aborted) return;
  log.info(`waiting for nats-server at ${servers}`);
  const ports = await connectAdmitted({
    servers,
    keys,
    team: team.name,
    logger: log,
    signal,
    stuck: {
      cpuMs: milliseconds(config.watchdog),
      register: HELD_LOOP,
      ...(env.ARMADA_LOGS === undefined ? {} : { logFile: logFileOf(env.ARMADA_LOGS, team.name) }),
    },
    ...(since > 0 ? { serverSince: since } : {}),
  }).catch((error: unknown) => {
    if (signal.aborted) return undefined;
    throw error;
  });
  if (ports === undefined) return;
  try {
    const context = { ...about, ports, tracer: telemetry.tracer, chosen, signal, ...(counters === undefined ? {} : { counters }) };
    while ((await work(team, context, extension, capabilities)) === "replaced")
      log.info(`${team.name} begins with the stream that is there now`);
  } finally {
    await ports.link.close();
  }
}

/** Until it is told to stop, or the team's stream is another one: what was learnt of the one before is left with its engine. */
async function work(
  team: Team,
  about: {
    servers: string;
    ports: NatsPorts;
    tracer: Tracer;
    counters?: Counters;
    chosen: ReturnType<typeof modelsFrom>;
    env: NodeJS.ProcessEnv;
    config: Config;
    log: Log;
    signal: AbortSignal;
  },
  extension: ServiceExtension | undefined,
  capabilities: CodeCapabilities | undefined,
): Promise<"stopped" | "replaced"> {
  const { servers, ports, tracer, counters, chosen, env, config, log, signal } = about;
  await streamReady(ports.log, `TEAM_${team.name}`, log, signal);
  await streamReady(ports.draws, `DRAWS_${team.name}`, log, signal);
  if (signal.aborted) return "stopped";
  const ended = new AbortController();
  const working = AbortSignal.any([signal, ended.signal]);
  void fireOverdueTimers(ports.link, team.name, log, working);
  const { clock, measure } = serverClock(systemClock, () => serverTime(ports.link, team.name));
  await keepTime(measure, log);
  const measuring = setInterval(() => void keepTime(measure, log), MEASURE_MS).unref();
  const { models, budget, end } = spendingOf(team, chosen, { ...ports, clock, logger: log }, config);
  const context: ServiceContext = {
    ports,
    clock,
    log,
    tracer,
    env,
    config,
    signal,
    teamPorts: (name) => portsOf(ports.link, name, ports.manifests, log),
    reading: async () => {
      const reader = await link({ servers, identity: ports.link.identity, logger: log, signal });
      return {
        teamPorts: (name) => portsOf(reader, name, ports.manifests, log),
        teamQueues: (name) => queuesThere(reader, name),
        sequenceAt: (name, time) => sequenceAt(reader, name, time),
        objects: portsOf(reader, team.name, ports.manifests, log).objects,
        close: () => reader.close(),
      };
    },
  };
  const drainMs = milliseconds(config.drain);
  const main = process.argv[1];
  const queues = allQueues(queuesOf(team)).map(({ name }) => name);
  const room = watchRoom({ room: ports.room, log: ports.log, queues, logger: log, clock, signal: working });
  const engine = startReplica(team, { ...ports, tracer, logger: log, ...(counters === undefined ? {} : { counters }) }, models, {
    drainMs,
    clock,
    busy: () => room.level() !== "free",
    ...(main === undefined ? {} : { sandboxing: sandboxingOf(team.name, main, env, config, ports) }),
    ...(budget === undefined ? {} : { budget }),
    ...(capabilities === undefined ? {} : { capabilities: capabilities(context) }),
  });
  const keeping = keepRunIndex(team, { log: ports.log, index: ports.index, clock, logger: log }, working);
  let extra: Awaited<ReturnType<ServiceExtension>> | undefined;
  let failed: unknown;
  try {
    extra = await extension?.(context);
    log.info(`${team.name} serves`, { models: chosen.provider });
    process.send?.({ type: "ready", service: team.name });
    // Node keeps what it compiled at a process's end only: of one that is killed the next would begin anew, 15 MB larger.
    flushCompileCache();
    const lost = ports.link.connection.closed().then(() => {
      if (!signal.aborted) throw new ArmadaError("CONNECTION_LOST", `the connection of ${team.name} to NATS is over`);
    });
    const how = await Promise.race([aborted(signal), engine.closed, lost]).then(() => "stopped" as const, ifReplaced);
    if (!signal.aborted && how === "stopped") process.exitCode = 1;
    return how;
  } catch (error) {
    failed = error;
    throw error;
  } finally {
    ended.abort();
    // What is under way may wait for a log that does not come back; whoever supervises starts a service that ends.
    const stuck = setTimeout(() => {
      // Who would say it otherwise is the one that waits.
      if (failed instanceof Error) log.error(`${failed.message}, and what was under way does not end`, codeOf(failed));
      process.exit(process.exitCode ?? (signal.aborted ? 1 : 4));
    }, drainMs + STOP_MS).unref();
    await extra?.close();
    await engine.stop();
    await keeping;
    clearTimeout(stuck);
    clearInterval(measuring);
    end();
  }
}

function sandboxingOf(team: string, main: string, env: NodeJS.ProcessEnv, { secrets }: Config, { registers }: NatsPorts): Sandboxing {
  const own = readSecrets(env, team, namesIn(secrets[team]));
  return { sandboxes: new SandboxPool(beginOf(main, env, own)), registers, afterLoss: env.ARMADA_RESTARTS !== undefined };
}

/** What is logged beside the words of an error. */
function codeOf(error: unknown): Readonly<Record<string, unknown>> {
  return error instanceof ArmadaError ? { code: error.code, hint: error.hint } : { error };
}

function ifReplaced(error: unknown): "replaced" {
  if (error instanceof ArmadaError && error.code === "STREAM_REPLACED") return "replaced";
  throw error;
}

/** A clock that cannot be measured now is measured the next time. */
async function keepTime(measure: () => Promise<number>, log: Log): Promise<void> {
  try {
    const behind = await measure();
    if (behind !== 0)
      log.warn(`this machine's clock is ${Math.abs(behind)} ms ${behind > 0 ? "behind" : "ahead of"} nats-server's, whose time is used`);
  } catch (error) {
    log.warn(`nats-server's time is not known: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** `up` is gone, perhaps before this process had begun: nobody would start or stop it, and soon there is no server. */
function whenLeft(act: () => void): void {
  if (process.send === undefined) return; // a service that was started by hand
  if (process.connected) process.once("disconnect", act);
  else act();
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
