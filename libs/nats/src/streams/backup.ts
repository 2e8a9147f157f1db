import { type FileHandle, open, rm } from "node:fs/promises";
import { ArmadaError } from "@armada/contracts";
import type { StreamConfig } from "@nats-io/jetstream";
import { z } from "zod";
import type { Link } from "../connection/connect.ts";
import type { KeptIdentities, PublicKeys } from "../identity/identities.ts";
import { type StreamSnapshot, snapshotStream } from "./snapshot.ts";
import { appendFile, endArchive, filesOf } from "./tar.ts";

/** What NATS' own tools call the two files of a stream's backup; `nats stream restore NAME FOLDER` reads them. */
const ABOUT = "backup.json";
const DATA = "stream.tar.s2";
const IDENTITY = "identity.nk";
const WRITERS = "writers.json";
const READ_AT_ONCE = 128 * 1024;

const About = z.object({
  config: z.custom<StreamConfig>((value) => z.looseObject({ name: z.string() }).safeParse(value).success),
  state: z.record(z.string(), z.unknown()),
});
/** Lists of users' public nkeys by name. */
const Writers = z.record(z.string(), z.array(z.string().regex(/^U[A-Z2-7]{55}$/u)));

/**
 * Writes streams, the team's secret key where there is one, and the public keys of who wrote into them, into one tar archive,
 * mode 0600: `STREAM/backup.json` and `STREAM/stream.tar.s2` of each, `identity.nk`, `writers.json`. It is on disk when this
 * resolves; a file that is there is not touched, and one that fails is taken away.
 * @throws ArmadaError `SNAPSHOT_FAILED`, `FILE_EXISTS`, `FILE_UNWRITABLE`; node's errors of the disk
 */
export async function writeBackup(link: Link, streams: readonly string[], { seed, writers }: KeptIdentities, path: string): Promise<void> {
  const tar = await open(path, "wx", 0o600).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === "EEXIST") throw new ArmadaError("FILE_EXISTS", `${path} is there already`, { cause, hint: "name another file" });
    throw new ArmadaError("FILE_UNWRITABLE", `${path} cannot be written: ${cause.message}`, {
      cause,
      hint: "name a file in a folder that is there and that you may write",
    });
  });
  try {
    let at = 0;
    for (const stream of streams) {
      const { config, state, chunks } = await snapshotStream(link, stream);
      at = await appendFile(tar, at, `${stream}/${DATA}`, chunks);
      at = await appendFile(tar, at, `${stream}/${ABOUT}`, once(JSON.stringify({ config, state }, undefined, 2)));
    }
    if (seed !== undefined) at = await appendFile(tar, at, IDENTITY, once(seed));
    at = await appendFile(tar, at, WRITERS, once(JSON.stringify(Object.fromEntries(writers), undefined, 2)));
    await endArchive(tar, at);
    await tar.sync();
    await tar.close();
  } catch (error) {
    await tar.close();
    await rm(path, { force: true });
    throw error;
  }
}

/** A team's backup while its file is open. */
export type Backup = KeptIdentities & { readonly snapshots: readonly StreamSnapshot[] };

/**
 * Reads what `writeBackup` wrote; the snapshots' chunks are read from the file while it is open.
 * @throws ArmadaError `NOT_A_BACKUP`, `FILE_UNREADABLE`
 */
export async function openBackup(path: string): Promise<Backup & { close(): Promise<void> }> {
  const tar = await open(path, "r").catch((cause: NodeJS.ErrnoException) => {
    const why = cause.code === "ENOENT" ? `there is no file ${path}` : `${path} cannot be read: ${cause.message}`;
    throw new ArmadaError("FILE_UNREADABLE", why, { cause, hint: "--from FILE names what `armada remove team NAME --keep FILE` wrote" });
  });
  try {
    const files = await filesOf(tar);
    const whole = async (name: string): Promise<string | undefined> => {
      const file = files.find((one) => one.name === name);
      if (file === undefined) return undefined;
      const bytes = Buffer.alloc(file.size);
      await tar.read(bytes, 0, file.size, file.at);
      return bytes.toString("utf8");
    };
    const snapshots: StreamSnapshot[] = [];
    for (const { name, at, size } of files) {
      const [stream, file] = name.split("/");
      if (file !== DATA) continue;
      const { config, state } = About.parse(JSON.parse((await whole(`${stream}/${ABOUT}`)) ?? ""));
      snapshots.push({ config, state, chunks: piecesOf(tar, at, size) });
    }
    // Without it where an earlier version wrote the file.
    const writers: PublicKeys = new Map(Object.entries(Writers.parse(JSON.parse((await whole(WRITERS)) ?? "{}"))));
    return { seed: await whole(IDENTITY), writers, snapshots, close: () => tar.close() };
  } catch (cause) {
    await tar.close();
    throw new ArmadaError("NOT_A_BACKUP", `${path} is no backup of a team`, { cause, hint: "name a file that Armada wrote" });
  }
}

async function* once(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}

async function* piecesOf(tar: FileHandle, from: number, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < size; at += READ_AT_ONCE) {
    const bytes = Buffer.alloc(Math.min(READ_AT_ONCE, size - at));
    await tar.read(bytes, 0, bytes.length, from + at);
    yield bytes;
  }
}
