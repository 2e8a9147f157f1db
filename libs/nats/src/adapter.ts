import type { Gossip, Isolations, Live, Log, Logger, Objects, Registers, StreamRoom, Timers } from "@armada/event-sourcing";
import { type Link, link } from "./connection/connect.ts";
import { Fleet } from "./fleet/fleet.ts";
import { accessIn } from "./identity/access.ts";
import { jetstreamLog } from "./log/jetstream-log.ts";
import { Reader, Signer } from "./log/writer.ts";
import type { Stuck } from "./signs-of-life/signs-of-life.ts";
import { natsGossip } from "./stores/gossip.ts";
import { natsLive } from "./stores/live.ts";
import { jetstreamObjects } from "./stores/objects.ts";
import { jetstreamRegisters } from "./stores/registers.ts";
import { jetstreamTimers } from "./stores/timers.ts";
import { streamRoom } from "./streams/stream-room.ts";

/** A team's ports on JetStream, and the connection under them. */
export type NatsPorts = {
  readonly link: Link;
  /** What administration says of all teams. */
  readonly manifests: Fleet;
  readonly log: Log;
  /** The stream of the calls that its replicas were about to make. */
  readonly draws: Log;
  readonly timers: Timers;
  readonly registers: Registers;
  /**
   * Registers of models' answers, which forget after two days: the team's, and those that only teams with an agent that shares
   * may use. Behind walls nobody has the latter, and they are the team's own.
   */
  readonly answers: { readonly team: Registers; readonly fleet: Registers };
  /** Registers of the index of the team's runs. */
  readonly index: Registers;
  readonly objects: Objects;
  readonly live: Live;
  readonly gossip: Gossip;
  /** What administration says of isolations. */
  readonly isolations: Isolations;
  /** What the team's stream holds, and may. */
  room(): Promise<StreamRoom>;
};

/** Connects one replica of a team. `keys`: the folder of identities. */
export async function connectTeam(options: {
  servers: string;
  keys: string;
  team: string;
  logger: Logger;
  serverSince?: number;
  /** When an event loop that is held ends the process: for who is supervised. */
  stuck?: Stuck;
  /** Who no longer wants to wait for the server. */
  signal?: AbortSignal;
}): Promise<NatsPorts> {
  const { keys, team, logger } = options;
  const connected = await link({ ...options, identity: await accessIn(keys).identity(team) });
  return portsOf(connected, team, await Fleet.follow(connected, accessIn(keys), logger), logger);
}

/** Ports on the stream of `team` for whoever the link is: the team itself, or a reader. */
export function portsOf(connected: Link, team: string, fleet: Fleet, logger: Logger): NatsPorts {
  const how = { reader: new Reader(team, fleet.ring), keys: fleet.ring, signer: new Signer(connected.identity.seed), logger };
  const answersOf = (owner: string): Registers => jetstreamRegisters(connected, "cache", owner, logger);
  return {
    link: connected,
    manifests: fleet,
    log: jetstreamLog(connected, team, "TEAM", how),
    draws: jetstreamLog(connected, team, "DRAWS", how),
    timers: jetstreamTimers(connected, team),
    registers: jetstreamRegisters(connected, "reg", team, logger),
    answers: { team: answersOf(team), fleet: answersOf(connected.identity.walled === true ? team : "fleet") },
    index: jetstreamRegisters(connected, "index", team, logger),
    objects: jetstreamObjects(connected, connected.identity.name === "operator" ? "operator" : team),
    live: natsLive(connected, team),
    gossip: natsGossip(connected, team),
    isolations: {
      known: () => fleet.caughtUpIfThere(),
      all: () => fleet.isolations,
      onChange: (listener) => fleet.onChange(listener),
    },
    room: () => streamRoom(connected, `TEAM_${team}`),
  };
}
