import { spawnSync } from "node:child_process";
import { closeSync, existsSync, fstatSync, ftruncateSync, readFileSync, statSync, writeSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { ArmadaError } from "@armada/contracts";
import { isAlive } from "@armada/operations/mesh/mesh-file";
import { z } from "zod";
import { tryLockFile } from "./file-lock.ts";

/**
 * Two servers on one folder of streams lose what one of them acknowledged. The lock is the system's, on `up.json` in that folder;
 * the server inherits it, so that it holds until the server has ended, also where `up` was killed before.
 */
export type DataLock = {
  /** The locked file, for the server to inherit; another one after `again`. */
  readonly file: number;
  /** The server that works on the folder: whoever locks it next ends it, where it outlived this process. */
  serverIs(pid: number | undefined): void;
  /** Takes the folder that is there now, where it is another one than was locked. @throws ArmadaError `MESH_RUNNING` */
  again(): Promise<void>;
  release(): void;
};

const LOCK = "up.json";
const Held = z.object({ pid: z.int(), nats: z.int().optional() });
/** For a server that outlived its `up` to end by SIGTERM; then it is killed, which loses nothing that it acknowledged. */
const GRACE_MS = 4_000;
const GOING_MS = 10_000;
const LOOK_MS = 50;

/** Takes the folder for this process; ends a server that a killed `up` left on it. @throws ArmadaError `MESH_RUNNING` with the pid of who has it */
export async function lockData(folder: string): Promise<DataLock> {
  let file = await lockFile(folder);
  const serverIs = (nats: number | undefined): void => {
    ftruncateSync(file);
    writeSync(file, `${JSON.stringify({ pid: process.pid, nats })}\n`, 0);
  };
  serverIs(undefined);
  return {
    get file() {
      return file;
    },
    serverIs,
    again: async () => {
      const there = statSync(join(folder, LOCK), { throwIfNoEntry: false });
      const locked = fstatSync(file);
      if (there?.dev === locked.dev && there.ino === locked.ino) return;
      const before = file;
      file = await lockFile(folder);
      closeSync(before);
    },
    // The file stays: who removed it would leave two processes each with a lock on a file of that name.
    release: () => closeSync(file),
  };
}

async function lockFile(folder: string): Promise<number> {
  await mkdir(folder, { recursive: true });
  const path = join(folder, LOCK);
  const began = performance.now();
  for (;;) {
    const file = tryLockFile(path);
    if (file !== undefined) return file;
    const holder = readHolder(path);
    if (holder !== undefined && isAlive(holder.pid)) throw meshRunning(holder.pid, folder);
    const waited = performance.now() - began;
    if (waited > GOING_MS) throw meshRunning(holder?.nats ?? holder?.pid, folder);
    if (holder?.nats !== undefined && worksOn(holder.nats, folder)) end(holder.nats, waited > GRACE_MS ? "SIGKILL" : "SIGTERM");
    await new Promise((done) => setTimeout(done, LOOK_MS));
  }
}

/** Who wrote last that he has the folder; undefined while he writes it. */
function readHolder(path: string): z.infer<typeof Held> | undefined {
  try {
    return Held.safeParse(JSON.parse(readFileSync(path, "utf8"))).data;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

export function meshRunning(pid: number | undefined, data: string): ArmadaError {
  return new ArmadaError("MESH_RUNNING", `a mesh runs already: pid ${pid ?? "unknown"}, data in ${data}`, {
    hint: pid === undefined ? "stop it, or run this one in another folder" : `stop it (kill ${pid}), or run this one in another folder`,
  });
}

/** Whether a process is a server on this folder: by now its number may be another's. */
function worksOn(pid: number, folder: string): boolean {
  return commandOf(pid).includes(folder);
}

/** A process's arguments; none where it has ended. */
function commandOf(pid: number): readonly string[] {
  if (!existsSync("/proc/self"))
    return spawnSync("ps", ["-p", String(pid), "-o", "args="], { encoding: "utf8" })
      .stdout.trim()
      .split(" ");
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
  } catch (error) {
    if (isGone(error)) return [];
    throw error;
  }
}

function end(pid: number, signal: "SIGTERM" | "SIGKILL"): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (!isGone(error)) throw error;
  }
}

function isGone(error: unknown): boolean {
  return ["ENOENT", "ESRCH"].includes((error as NodeJS.ErrnoException).code ?? "");
}
