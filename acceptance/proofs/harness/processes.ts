import { readdirSync, readFileSync } from "node:fs";

/** A process that runs, as Linux tells it; what has ended and was not collected is none. */
export type Process = { readonly pid: number; readonly args: readonly string[] };

/** Every running process of this machine. */
export function processes(): Process[] {
  return readdirSync("/proc").flatMap((name) => {
    if (!/^\d+$/u.test(name)) return [];
    try {
      if (/\) Z /u.test(readFileSync(`/proc/${name}/stat`, "utf8"))) return [];
      return [{ pid: Number(name), args: readFileSync(`/proc/${name}/cmdline`, "utf8").split("\0") }];
    } catch {
      return []; // it ended while it was looked at
    }
  });
}

/** The servers that work on a folder of streams. */
export function serversOn(store: string): number[] {
  return processes().flatMap(({ pid, args }) => (args[0]?.includes("nats-server") === true && args.includes(store) ? [pid] : []));
}
