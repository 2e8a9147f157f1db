import { readFileSync } from "node:fs";

/** Of a clock tick, as Linux counts processor time for programs (`getconf CLK_TCK`). */
const TICK_MS = 10;

/** The processor time that a process has used so far, in ms (Linux, /proc/PID/stat: utime and stime). */
export function cpuOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)?.split(" ") ?? [];
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}
