import { type Stats, statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const EVERY_MS = 1_000;
/** The folder itself, the lock, and the folder below which nats-server has one for each account. */
const WATCHED = ["", "up.json", "jetstream"];

/**
 * Looks whether a folder still is the one of the looks before: by device and inode, of it and of what a server has made in it.
 * A look answers what is gone or another one, and from then on goes by what is there. `accounts`: those of the server that have streams
 * now; the folder of one whose last stream was deleted goes with it.
 */
export function watchFolder(folder: string, accounts: () => readonly string[]): () => string | undefined {
  let known = new Map<string, string>();
  return () => {
    const names = [...WATCHED, ...accounts().flatMap((name) => [`jetstream/${name}`, `jetstream/${name}/streams`])];
    const there = new Map(names.flatMap((name) => identityOf(join(folder, name)).map((identity) => [name, identity] as const)));
    const lost = [...known].find(([name, identity]) => names.includes(name) && there.get(name) !== identity)?.[0];
    known = there;
    return lost === undefined ? undefined : `${join(folder, lost)} is ${there.has(lost) ? "another one" : "gone"}`;
  };
}

/**
 * A server whose folder was taken away goes on with the files that it has open, and acknowledges what no disk will have: so it is
 * started again, on the folder that is there then, within some seconds. Why it cannot be is said once. Ends with the signal.
 */
export async function keepFolder(
  folder: string,
  accounts: () => readonly string[],
  restart: () => Promise<void>,
  say: (line: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const look = watchFolder(folder, accounts);
  let owed = false;
  for (let failed = ""; !signal.aborted; ) {
    try {
      const lost = look();
      if (lost !== undefined)
        say(`${lost}: what was accepted since is not kept; starting nats-server again on the folder of the streams that is there now`);
      owed ||= lost !== undefined;
      if (owed) await restart();
      owed = false;
      failed = "";
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      if (why !== failed && !signal.aborted) say(`nats-server is not started again on ${folder}: ${why}`);
      failed = why;
    }
    await sleep(EVERY_MS, undefined, { signal, ref: false }).catch(() => undefined); // the signal is looked at above
  }
}

function identityOf(path: string): readonly string[] {
  const found: Stats | undefined = statSync(path, { throwIfNoEntry: false });
  return found === undefined ? [] : [`${found.dev} ${found.ino}`];
}
