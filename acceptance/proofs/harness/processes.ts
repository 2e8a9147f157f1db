import { readdirSync, readFileSync } from "node:fs";

/** A process that runs, as Linux tells it; what has ended and was not collected is none. */
export type Process = { readonly pid: number; readonly parent: number; readonly args: readonly string[] };

/** Every running process of this machine. */
export function processes(): Process[] {
  return readdirSync("/proc").flatMap((name) => {
    if (!/^\d+$/u.test(name)) return [];
    try {
      const [, state, parent] = /\) (\S) (\d+) /u.exec(readFileSync(`/proc/${name}/stat`, "utf8")) ?? [];
      if (state === "Z") return [];
      return [{ pid: Number(name), parent: Number(parent), args: readFileSync(`/proc/${name}/cmdline`, "utf8").split("\0") }];
    } catch {
      return []; // it ended while it was looked at
    }
  });
}

/** A process and all that it started, in however many steps. */
export function familyOf(pid: number): Process[] {
  const all = processes();
  const family = new Set([pid]);
  for (const one of family) for (const { pid: child, parent } of all) if (parent === one) family.add(child);
  return all.filter((one) => family.has(one.pid));
}

/** The servers that work on a folder of streams. */
export function serversOn(store: string): number[] {
  return processes().flatMap(({ pid, args }) => (args[0]?.includes("nats-server") === true && args.includes(store) ? [pid] : []));
}
