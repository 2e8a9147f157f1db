import type { StreamRoom } from "@armada/event-sourcing";
import type { Link } from "../connection/connect.ts";
import { streamInfo } from "../log/stream-identity.ts";

/** @throws ArmadaError `LOG_UNAVAILABLE`, `STREAM_MISSING` */
export async function streamRoom(link: Link, stream: string): Promise<StreamRoom> {
  const { bytes, limit } = await streamInfo(link, stream);
  return { stream, bytes, limit };
}

/** The streams of a team that refuse what does not fit. */
export function teamRooms(link: Link, team: string): Promise<StreamRoom[]> {
  const shown = link.identity.givesCopies === true ? ["SHOWN"] : [];
  return Promise.all(["TEAM", "OBJECTS", "DRAWS", ...shown].map((kind) => streamRoom(link, `${kind}_${team}`)));
}
