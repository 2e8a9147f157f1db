import { mkdir, statfs } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { parseBytes } from "@armada/contracts";
import type { Logger } from "@armada/event-sourcing";
import { adjustRoom, type Link, type Room } from "@armada/nats";
import type { Config } from "@armada/runtime";

const EVERY_MS = 10_000;

/** What limits the streams: the disk that holds `folder`, where the server is ours, and what is configured. */
export async function roomOf(config: Pick<Config, "room">, folder: string | undefined): Promise<Room> {
  const { total, teams } = config.room;
  return {
    ...(folder === undefined ? {} : { free: await freeIn(folder) }),
    ...(total === undefined ? {} : { total: parseBytes(total) }),
    teams: Object.fromEntries(Object.entries(teams).map(([team, size]) => [team, parseBytes(size)])),
  };
}

/** Free bytes of the disk that holds a folder, which is made where it is missing. */
async function freeIn(folder: string): Promise<number> {
  await mkdir(folder, { recursive: true });
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}

/** While a mesh runs, its streams' bounds follow what is free: other files come and go. Ends with the signal. */
export async function keepRoom(link: Link, room: () => Promise<Room>, logger: Logger, signal: AbortSignal): Promise<void> {
  for (let failed = false; !signal.aborted; ) {
    try {
      await adjustRoom(link, await room());
      failed = false;
    } catch (error) {
      if (!failed && !signal.aborted)
        logger.warn(`the streams' room is not adjusted: ${error instanceof Error ? error.message : String(error)}`);
      failed = true;
    }
    await sleep(EVERY_MS, undefined, { signal, ref: false }).catch(() => undefined); // the signal is looked at above
  }
}
