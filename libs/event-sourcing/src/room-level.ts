import { sizeText } from "@armada/contracts";

/** What a stream holds and the most that it may hold, in bytes; `limit` is 0 where it has no bound. */
export type StreamRoom = { readonly stream: string; readonly bytes: number; readonly limit: number };

/**
 * `free`: everything goes. `busy`, from 80 %: what is new is refused, or waits, and open runs go on. `full`, from 95 %:
 * nothing is delivered until there is room.
 */
export type RoomLevel = "free" | "busy" | "full";

const BUSY_AT = 0.8;
const FULL_AT = 0.95;

/** What to do about a stream that is full, or nearly. */
export const ROOM_HINT =
  "free space on the disk of the streams, raise `room` in armada.config.ts (then `armada provision`, where the server is not ours), or take a team away with `armada remove team`";

/** The level that a stream is at; one without a bound is `free`. */
export function levelOf({ bytes, limit }: StreamRoom): RoomLevel {
  const share = limit > 0 ? bytes / limit : 0;
  return share >= FULL_AT ? "full" : share >= BUSY_AT ? "busy" : "free";
}

/** `the stream TEAM_content holds 9.6 MB of the 10.0 MB that it may`. */
export function roomText({ stream, bytes, limit }: StreamRoom): string {
  return limit > 0
    ? `the stream ${stream} holds ${sizeText(bytes)} of the ${sizeText(limit)} that it may`
    : `the stream ${stream} holds ${sizeText(bytes)}`;
}
