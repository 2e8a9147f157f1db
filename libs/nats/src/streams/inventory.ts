import { ArmadaError } from "@armada/contracts";
import { jetstreamManager } from "@nats-io/jetstream";
import { AuthorizationError } from "@nats-io/transport-node";
import { managerOf } from "../connection/api.ts";
import type { Link } from "../connection/connect.ts";
import type { Fleet } from "../fleet/fleet.ts";
import { streamInfo } from "../log/stream-identity.ts";
import { isForFacts } from "./fact-consumers.ts";

/** A queue as the server has it, whatever a definition says: what it takes, and how much of that is where. */
export type QueueThere = {
  readonly name: string;
  readonly filters: readonly string[];
  readonly pending: number;
  readonly unacked: number;
  /** Replicas that wait for work. */
  readonly workers: number;
};

const TEAM = "TEAM_";
const WAIT_MS = 10_000;

/** The teams that have a stream on this server, by name, whether they run or not; behind walls, those of `fleet`. @throws ArmadaError `LOG_UNAVAILABLE`, `STREAM_MISSING` where nothing says of the fleet */
export async function teamsThere(link: Link, fleet: Pick<Fleet, "teams" | "caughtUp">): Promise<string[]> {
  if (link.identity.walled === true) {
    await fleet.caughtUp();
    return teamsBehindWalls(link, [...fleet.teams.keys()]);
  }
  const manager = await jetstreamManager(link.connection, { timeout: WAIT_MS, checkAPI: false });
  const names: string[] = [];
  for await (const name of manager.streams.names()) if (name.startsWith(TEAM)) names.push(name.slice(TEAM.length));
  return names.sort();
}

/** Whose stream answers. Of others than the fleet's teams, as of those that were removed, nothing crosses: the server refuses to ask. */
async function teamsBehindWalls(link: Link, names: readonly string[]): Promise<string[]> {
  const there = await Promise.all(names.map((name) => streamInfo(link, `${TEAM}${name}`).then(() => [name], gone)));
  return there.flat().sort();
}

function gone(error: unknown): string[] {
  if (error instanceof ArmadaError && (error.code === "STREAM_MISSING" || error.code === "LOG_UNAVAILABLE")) return [];
  if (error instanceof AuthorizationError) return [];
  throw error;
}

/** The queues of a team on this server. */
export async function queuesThere(link: Link, team: string): Promise<QueueThere[]> {
  const manager = await managerOf(link, `${TEAM}${team}`);
  const queues: QueueThere[] = [];
  for await (const { config, num_pending, num_ack_pending, num_waiting } of manager.consumers.list(`${TEAM}${team}`)) {
    const { durable_name: name, filter_subject: one, filter_subjects: several } = config;
    if (name === undefined || isForFacts(name)) continue; // a follower's, or another team's
    const filters = several ?? (one === undefined ? [">"] : [one]);
    queues.push({ name, filters, pending: num_pending, unacked: num_ack_pending, workers: num_waiting });
  }
  return queues;
}

/** The subjects of a team's stream under a filter; the server answers from its index, whatever the messages weigh. */
export function subjectsThere(link: Link, team: string, filter: string): Promise<string[]> {
  return subjectsIn(link, `${TEAM}${team}`, filter);
}

/** The subjects of a stream under a filter. */
export async function subjectsIn(link: Link, stream: string, filter: string): Promise<string[]> {
  const manager = await managerOf(link, stream);
  const { state } = await manager.streams.info(stream, { subjects_filter: filter });
  return Object.keys(state.subjects ?? {});
}

/** What a team's server takes for the time, ms since 1970. */
export async function serverTime(link: Link, team: string): Promise<number> {
  const manager = await managerOf(link, `${TEAM}${team}`);
  return Date.parse((await manager.streams.info(`${TEAM}${team}`)).ts ?? "");
}
