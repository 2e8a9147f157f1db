import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ArmadaError } from "@armada/contracts";
import { z } from "zod";
import { isAlive } from "./mesh-file.ts";

/** Two servers on one folder of streams destroy it, whichever folder their commands were started in. */
export type DataLock = {
  /** The server that works on the folder: whoever locks it next ends it, where it outlived this process. */
  serverIs(pid: number | undefined): Promise<void>;
  release(): Promise<void>;
};

const Held = z.object({ pid: z.int(), nats: z.int().optional() });
const GOING_MS = 10_000;

/** Takes the folder for this process. @throws ArmadaError `MESH_RUNNING` with the pid of who has it */
export async function lockData(folder: string): Promise<DataLock> {
  await mkdir(folder, { recursive: true });
  const path = join(folder, "up.json");
  const write = (nats: number | undefined, flag: "w" | "wx"): Promise<void> =>
    writeFile(path, `${JSON.stringify({ pid: process.pid, nats })}\n`, { mode: 0o600, flag });
  const free = await write(undefined, "wx").then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code !== "EEXIST") throw error;
      return false;
    },
  );
  if (!free) {
    const held = Held.safeParse(
      await readFile(path, "utf8")
        .then(JSON.parse)
        .catch(() => undefined),
    );
    if (held.success && isAlive(held.data.pid)) throw meshRunning(held.data.pid, folder);
    if (held.data?.nats !== undefined) await endServer(held.data.nats);
    await write(undefined, "w");
  }
  return { serverIs: (pid) => write(pid, "w"), release: () => rm(path, { force: true }) };
}

export function meshRunning(pid: number, data: string): ArmadaError {
  return new ArmadaError("MESH_RUNNING", `a mesh runs already: pid ${pid}, data in ${data}`, {
    hint: `stop it (kill ${pid}), or run this one in another folder`,
  });
}

/** A killed `up` leaves its server behind. */
async function endServer(pid: number): Promise<void> {
  const command = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
  if (!command.includes("nats-server")) return; // the number is another process's by now, or this system has no /proc
  process.kill(pid, "SIGTERM");
  const deadline = Date.now() + GOING_MS;
  while (isAlive(pid) && Date.now() < deadline) await new Promise((done) => setTimeout(done, 50));
}
