import type { StreamRoom } from "@armada/event-sourcing";
import type { Link } from "../connection/connect.ts";
import { type StreamInfo, streamInfo, streamInfoIfThere } from "../log/stream-identity.ts";

/** All streams of a team, but for that of what it shows where bodies are given as copies. */
const KINDS = ["TEAM", "TIMERS", "REG", "CACHE", "DRAWS", "INDEX", "OBJECTS"];

/** @throws ArmadaError `LOG_UNAVAILABLE`, `STREAM_MISSING` */
export async function streamRoom(link: Link, stream: string): Promise<StreamRoom> {
  return roomOf(stream, await streamInfo(link, stream));
}

function roomOf(stream: string, { bytes, limit }: StreamInfo): StreamRoom {
  return { stream, bytes, limit };
}

/** Those of a team's streams that refuse what does not fit, and are there. @throws ArmadaError `LOG_UNAVAILABLE` */
export async function teamRooms(link: Link, team: string): Promise<StreamRoom[]> {
  const names = ["TEAM", "OBJECTS", "DRAWS", ...shown(link)].map((kind) => `${kind}_${team}`);
  const there = await Promise.all(names.map((name) => streamInfoIfThere(link, name)));
  return names.flatMap((name, index) => {
    const info = there[index];
    return info === undefined ? [] : [roomOf(name, info)];
  });
}

/** The names of a team's streams that the server has not. @throws ArmadaError `LOG_UNAVAILABLE` */
export async function streamsMissing(link: Link, team: string): Promise<string[]> {
  const names = [...KINDS, ...shown(link)].map((kind) => `${kind}_${team}`);
  const there = await Promise.all(names.map((name) => streamInfoIfThere(link, name)));
  return names.filter((_, index) => there[index] === undefined);
}

function shown({ identity }: Link): string[] {
  return identity.givesCopies === true ? ["SHOWN"] : [];
}
