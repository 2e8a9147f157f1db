import { ArmadaError } from "@armada/contracts";
import type { StreamRoom } from "@armada/event-sourcing";
import type { Link } from "../connection/connect.ts";
import { streamInfo } from "../log/stream-identity.ts";

/** All streams of a team, but for that of what it shows where bodies are given as copies. */
const KINDS = ["TEAM", "TIMERS", "REG", "CACHE", "DRAWS", "INDEX", "OBJECTS"];

/** @throws ArmadaError `LOG_UNAVAILABLE`, `STREAM_MISSING` */
export async function streamRoom(link: Link, stream: string): Promise<StreamRoom> {
  const { bytes, limit } = await streamInfo(link, stream);
  return { stream, bytes, limit };
}

/** Those of a team's streams that refuse what does not fit, and are there. @throws ArmadaError `LOG_UNAVAILABLE` */
export async function teamRooms(link: Link, team: string): Promise<StreamRoom[]> {
  const rooms = await Promise.all(
    ["TEAM", "OBJECTS", "DRAWS", ...shown(link)].map((kind) => streamRoom(link, `${kind}_${team}`).catch(missing)),
  );
  return rooms.flatMap((room) => room ?? []);
}

/** The names of a team's streams that the server has not. @throws ArmadaError `LOG_UNAVAILABLE` */
export async function streamsMissing(link: Link, team: string): Promise<string[]> {
  const names = [...KINDS, ...shown(link)].map((kind) => `${kind}_${team}`);
  const there = await Promise.all(names.map((name) => streamInfo(link, name).catch(missing)));
  return names.filter((_, index) => there[index] === undefined);
}

function shown({ identity }: Link): string[] {
  return identity.givesCopies === true ? ["SHOWN"] : [];
}

function missing(error: unknown): undefined {
  if (!(error instanceof ArmadaError && error.code === "STREAM_MISSING")) throw error;
}
