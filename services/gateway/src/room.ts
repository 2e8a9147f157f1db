import { levelOf, ROOM_HINT, roomText, type StreamRoom } from "@armada/event-sourcing";
import { Problem } from "./problem.ts";

export type RoomOf = () => Promise<StreamRoom>;

const LOOK_MS = 1_000;
const RETRY_AFTER_S = 30;

/** The same look for all who want one within a second. */
export function lately(room: RoomOf, now: () => number): RoomOf {
  let at = Number.NEGATIVE_INFINITY;
  let look: Promise<StreamRoom> | undefined;
  return () => {
    if (look === undefined || now() - at > LOOK_MS) {
      at = now();
      look = room();
    }
    return look;
  };
}

/** From 80 % of its bound on a stream takes nothing new, so that what is open can end. @throws Problem `busy`, `log-unavailable` */
export async function refuseBusy(room: RoomOf): Promise<void> {
  const stream = await room();
  if (levelOf(stream) !== "free")
    throw new Problem("busy", `${roomText(stream)}, and takes nothing new: ${ROOM_HINT}`, { retryAfter: RETRY_AFTER_S });
}

/** What an append that was refused for space answers with. */
export async function logFull(room: RoomOf): Promise<Problem> {
  return new Problem("log-full", `${roomText(await room())}: ${ROOM_HINT}`, { retryAfter: RETRY_AFTER_S });
}
