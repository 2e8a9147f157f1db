import { setTimeout as sleep } from "node:timers/promises";
import { type Clock, type Log, type Logger, levelOf, ROOM_HINT, type RoomLevel, roomText, type StreamRoom } from "@armada/event-sourcing";

const EVERY_MS = 5_000;
/** Renewed while the stream is full: with a replica that dies meanwhile the pause ends by itself. */
const PAUSE_MS = 20_000;

/**
 * Looks at the room of a team's stream. While it is full its queues are paused, so that what is under way has the last of it;
 * they go on by themselves. Ends with the signal.
 */
export function watchRoom(options: {
  readonly room: () => Promise<StreamRoom>;
  readonly log: Pick<Log, "pause">;
  readonly queues: readonly string[];
  readonly logger: Logger;
  readonly signal: AbortSignal;
  /** By the server's time, by which it ends the pauses. */
  readonly clock: Pick<Clock, "now">;
  readonly every?: number;
}): { level(): RoomLevel } {
  const { room, log, queues, logger, signal, clock, every = EVERY_MS } = options;
  let level: RoomLevel = "free";
  const look = async (): Promise<void> => {
    const now = await room();
    const before = level;
    level = levelOf(now);
    if (level !== before) {
      if (level === "free") logger.info(`${roomText(now)}: there is room again`);
      else logger.warn(`${roomText(now)}: ${level === "full" ? "its queues are paused" : "new runs are refused"}; ${ROOM_HINT}`);
    }
    if (level === "full") await Promise.all(queues.map((queue) => log.pause(queue, clock.now() + PAUSE_MS)));
    else if (before === "full") await Promise.all(queues.map((queue) => log.pause(queue, 0)));
  };
  const watch = async (): Promise<void> => {
    while (!signal.aborted) {
      // A server that is away is told by whoever waits for it.
      await look().catch((error: unknown) =>
        logger.info(`its room is not known: ${error instanceof Error ? error.message : String(error)}`),
      );
      await sleep(every, undefined, { signal, ref: false }).catch(() => undefined); // the signal is looked at
    }
  };
  void watch();
  return { level: () => level };
}
