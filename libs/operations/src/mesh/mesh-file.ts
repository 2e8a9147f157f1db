import { existsSync, readFileSync, statSync } from "node:fs";
import { mkdir, readFile, rm } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { ArmadaError } from "@armada/contracts";
import { writeWhole } from "@armada/nats/whole-file";
import { z } from "zod";

/** What `up` writes for the other commands. */
export const MeshFile = z.object({
  layout: z.literal(1),
  pid: z.number().int(),
  nats: z.string(),
  natsPid: z.number().int().optional(),
  data: z.string(),
  keys: z.string(),
  /** The folder of administration's secret, for the commands that change streams. */
  administration: z.string().optional(),
  gateway: z.string().optional(),
  key: z.string().optional(),
  pids: z.record(z.string(), z.array(z.number().int())),
  /** How often a replica ended by itself, by service. */
  restarts: z.record(z.string(), z.number().int()).optional(),
  /** What its services got from the environment that it was started in, and what was wrong with that, for `doctor`. */
  environment: z
    .array(
      z.object({
        name: z.string(),
        value: z.union([z.string(), z.number(), z.boolean()]),
        from: z.string().exactOptional(),
        ok: z.boolean(),
        next: z.string().exactOptional(),
      }),
    )
    .optional(),
  /** The configuration in force, for `doctor`. */
  settings: z.array(z.object({ path: z.string(), value: z.union([z.string(), z.number(), z.boolean()]), from: z.string() })).optional(),
});
export type MeshFile = z.infer<typeof MeshFile>;

/** The folder of a mesh below that in which it was started. */
export const HOME = ".armada";
/** The mesh file where none is named. */
export const DEFAULT_FILE = join(HOME, "mesh.json");

/** The file as it is stored: with the folder that it was written into, by which a copy of that folder is known. */
const Stored = MeshFile.extend({ folder: z.string().exactOptional() });

/** The number that the file system gives a file's folder: it stays where the folder is moved, and a copy has another. */
function folderOf(path: string): string {
  return String(statSync(dirname(path), { bigint: true }).ino);
}

/** Readers find the whole file of before or the whole new one. */
export async function writeMesh(path: string, mesh: MeshFile): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeWhole(path, `${JSON.stringify({ ...mesh, folder: folderOf(path) }, undefined, 2)}\n`);
}

/** How long a write that found no room waits for the next try. */
const FULL_LOOK_MS = 1_000;

/**
 * Writes at each `changed`, one write after another, each of the latest: two at a time could end with the older one. What finds
 * no room on the disk is written once there is some: a full disk ends no mesh. `written` throws what else went wrong.
 */
export function latestWritten(write: () => Promise<void>, over: AbortSignal): { changed(): void; written(): Promise<void> } {
  let last: Promise<void> = Promise.resolve();
  const changed = (): void => {
    last = last.then(write).catch((error: unknown) => {
      if (!(error instanceof Error && "code" in error && (error.code === "ENOSPC" || error.code === "EDQUOT"))) throw error;
      setTimeout(() => void (over.aborted || changed()), FULL_LOOK_MS).unref();
    });
  };
  return { changed, written: () => last };
}

/** Takes a mesh file away; nothing where there is none. */
export async function removeMesh(path: string): Promise<void> {
  await rm(path, { force: true });
}

/** @returns undefined where there is none, or only a copy of one: the mesh is that of another folder. @throws ArmadaError `BAD_MESH_FILE` */
export async function readMesh(path: string): Promise<MeshFile | undefined> {
  if (!existsSync(path)) return undefined;
  const parsed = Stored.safeParse(
    await readFile(path, "utf8")
      .then(JSON.parse)
      .catch(() => undefined),
  );
  if (!parsed.success)
    throw new ArmadaError("BAD_MESH_FILE", `${path} is not a file of \`armada up\``, {
      hint: "--mesh FILE names one; where it is what `armada up` wrote, and was damaged, delete it and run `armada up`",
    });
  const { folder, ...mesh } = parsed.data;
  return folder === undefined || folder === folderOf(path) ? mesh : undefined;
}

/** `path`: what --mesh said. `hint`: what to do where it said nothing. */
export function noMesh(path: string | undefined, hint: string): ArmadaError {
  const where = path === undefined ? `in ${resolve(".")}` : `by ${path}`;
  return new ArmadaError("NO_MESH", `no mesh runs ${where}`, {
    hint: path === undefined ? hint : "--mesh FILE names what `armada up` wrote",
  });
}

/** Whether a process runs. One that has ended and was not collected (a container without an init) does not. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch (error) {
    const { code, syscall } = error as NodeJS.ErrnoException;
    return syscall === "kill" ? code === "EPERM" : !existsSync("/proc/self"); // macOS has no /proc
  }
}
