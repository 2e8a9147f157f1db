import { randomBytes } from "node:crypto";
import { ADMINISTRATION, ArmadaError, type Isolation, runFilter, type TeamManifest } from "@armada/contracts";
import { type RunIndex, type RunState, readRun, readRunIndex } from "@armada/engine/reading";
import {
  type Live,
  type Log,
  type Logger,
  loadWhole,
  type Objects,
  type Registers,
  type StreamRoom,
  spans,
  type WholeReads,
} from "@armada/event-sourcing";
import {
  accessIn,
  Fleet,
  indexReads,
  type Link,
  type NatsPorts,
  portsOf,
  type QueueThere,
  queuesThere,
  type SourceThere,
  sequenceAt,
  sourcesThere,
  streamsMissing,
  subjectsThere,
  teamRooms,
  teamsThere,
} from "@armada/nats/client";
import type { Telemetry } from "@armada/runtime";
import { ask, OPERATOR } from "./ask.ts";
import { DEFAULT_FILE, isAlive, type MeshFile, noMesh, readMesh } from "./mesh-file.ts";
import { reach } from "./reach.ts";

/** What a command needs of a mesh: the teams' streams to read, objects, and asks in the operator's name. */
export type Session = {
  readonly mesh: MeshFile | undefined;
  log(team: string): Log;
  live(team: string): Live;
  /** A team's registers, to read. */
  registers(team: string): Pick<Registers, "get">;
  /** The answers of models that a team's cache has, and those that teams share, to read. */
  answers(team: string): { readonly team: Pick<Registers, "get">; readonly fleet: Pick<Registers, "get"> };
  readonly objects: Objects;
  /** As `ask`. @returns the sequence under which the team's stream has the ask. @throws ArmadaError `LOG_UNAVAILABLE` */
  ask(team: string, capability: string, id: string, data: unknown): Promise<number>;
  state(team: string, run: string): Promise<RunState>;
  /** Which runs a team has, by its index. @throws ArmadaError `LOG_UNAVAILABLE` */
  runs(team: string): Promise<RunIndex>;
  /** The sequence after which all messages were stored at or after a time (ms since 1970). @throws ArmadaError `LOG_UNAVAILABLE` */
  sequenceAt(team: string, time: number): Promise<number>;
  /** What the streams of a team hold, and may. */
  rooms(team: string): Promise<readonly StreamRoom[]>;
  /** Names of a team's streams that are not there. */
  missing(team: string): Promise<string[]>;
  /** The teams that have a stream here, whether `services/` has them or not. @throws ArmadaError `LOG_UNAVAILABLE`, `STREAM_MISSING` */
  teams(): Promise<string[]>;
  /** What administration says of the teams, by name: of those that were provisioned, wherever their code is. */
  manifests(): ReadonlyMap<string, TeamManifest>;
  /** What administration says of isolations, by prefix; also of those that are over. */
  isolations(): ReadonlyMap<string, Isolation>;
  queues(team: string): Promise<QueueThere[]>;
  /** What a team's stream takes from others'. */
  sources(team: string): Promise<SourceThere[]>;
  /** The subjects of a team's stream under a filter. */
  subjects(team: string, filter: string): Promise<string[]>;
  close(): Promise<void>;
};

const quiet: Logger = { info: () => undefined, warn: () => undefined };

/**
 * Connects to the mesh of `--mesh FILE`, else of the current folder, else of NATS_URL and NATS_CREDS.
 * @throws ArmadaError `NO_MESH`, `IDENTITY_MISSING`, `IDENTITY_UNREADABLE`
 */
export async function openSession(meshPath: string | undefined, say: (line: string) => void): Promise<Session> {
  const found = await readMesh(meshPath ?? DEFAULT_FILE);
  const stale = found !== undefined && !isAlive(found.pid);
  if (stale) say(`ignoring ${meshPath ?? DEFAULT_FILE}: no process ${found.pid} is there`);
  const mesh = stale ? undefined : found;
  const servers = mesh?.nats ?? process.env.NATS_URL;
  const keys = mesh?.keys ?? process.env.NATS_CREDS;
  if (servers === undefined || keys === undefined) throw noMesh(meshPath, "npx armada up, or run this in the folder where it was started");
  const access = accessIn(keys);
  if (!(await access.keys()).has(ADMINISTRATION))
    throw new ArmadaError(
      "IDENTITY_MISSING",
      `public.json of ${keys} has no key of ${ADMINISTRATION}: nothing that is said of the fleet could be believed`,
      {
        hint: "put that file of the mesh's own folder of identities there; where it is lost, `armada provision` or `armada up` writes it anew",
      },
    );
  const connected = await reach(servers, keys, OPERATOR);
  return sessionOn(connected, await Fleet.follow(connected, access, quiet), mesh);
}

function sessionOn(connected: Link, fleet: Fleet, mesh: MeshFile | undefined): Session {
  const ports = (team: string): NatsPorts => portsOf(connected, team, fleet, quiet);
  const own = ports(OPERATOR);
  let telemetry: Telemetry | undefined;
  return {
    mesh,
    log: (team) => ports(team).log,
    live: (team) => ports(team).live,
    registers: (team) => ports(team).registers,
    answers: (team) => ports(team).answers,
    objects: own.objects,
    ask: async (team, capability, id, data) => {
      const { startTelemetry } = await import("@armada/runtime/telemetry"); // few commands ask
      telemetry ??= await startTelemetry({ service: "armada", env: process.env });
      return telemetry.tracer.span(spans.ask(`${team}.${capability}`), {}, undefined, (traceparent) =>
        ask(own, team, capability, id, data, traceparent),
      );
    },
    state: (team, run) => stateOf(ports(team).log, team, run),
    runs: (team) => readRunIndex(team, { log: ports(team).log, ...indexReads(connected, team, quiet) }),
    sequenceAt: (team, time) => sequenceAt(connected, team, time),
    teams: () => answered(teamsThere(connected, fleet)),
    manifests: () => fleet.teams,
    isolations: () => fleet.isolations,
    queues: (team) => answered(queuesThere(connected, team)),
    missing: (team) => answered(streamsMissing(connected, team)),
    rooms: (team) => answered(teamRooms(connected, team)),
    sources: (team) => answered(sourcesThere(connected, team)),
    subjects: (team, filter) => answered(subjectsThere(connected, team, filter)),
    close: async () => {
      await telemetry?.[Symbol.asyncDispose]();
      await connected.close();
    },
  };
}

/** @throws ArmadaError `LOG_UNAVAILABLE`, `STREAM_MISSING` */
async function answered<T>(asked: Promise<T>): Promise<T> {
  try {
    return await asked;
  } catch (cause) {
    if (cause instanceof ArmadaError && cause.code === "STREAM_MISSING") throw cause;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new ArmadaError("LOG_UNAVAILABLE", `nats-server did not answer: ${why}`, {
      cause,
      retryable: true,
      hint: "is it up? see `armada doctor`",
    });
  }
}

/** A run as its whole journal tells it; `exists` is false where it has none. @throws ArmadaError `LOG_UNAVAILABLE` */
export async function stateOf(log: WholeReads, team: string, run: string): Promise<RunState> {
  const { messages } = await loadWhole(log, [runFilter(team, run)]);
  return readRun(messages);
}

/** `<workflow>-` and eight letters and digits. */
export function newRunId(workflow: string): string {
  return `${workflow}-${randomBytes(8).toString("base64url").replaceAll(/[-_]/g, "x").slice(0, 8).toLowerCase()}`;
}
