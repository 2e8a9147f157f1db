import { mkdir, statfs } from "node:fs/promises";
import { parseBytes } from "@armada/contracts";
import type { Room } from "@armada/nats";
import type { Config } from "@armada/runtime";

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
export async function freeIn(folder: string): Promise<number> {
  await mkdir(folder, { recursive: true });
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}
