import { mkdirSync, renameSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { pino } from "pino";

export type RotatingFileOptions = {
  readonly path: string;
  /** Past this many bytes the file becomes `<path>.1`; 10 MiB unless said. */
  readonly maxBytes?: number;
  /** How many older files stay; 3 unless said. */
  readonly keep?: number;
  /** The size is looked at once in so many lines, and at the start; 500 unless said. */
  readonly checkEvery?: number;
};

export type RotatingFile = { write(line: string): void; close(): Promise<void> };

/**
 * Appends lines to a file that several processes may share: each looks whether the path is still the file it has open, and
 * follows when another has moved it. Written without a worker thread, which would cost 10 MB of memory; what is buffered is
 * written at the process's exit, but not at a SIGKILL.
 */
export function rotatingFile({ path, maxBytes = 10 * 1024 * 1024, keep = 3, checkEvery = 500 }: RotatingFileOptions): RotatingFile {
  mkdirSync(dirname(path), { recursive: true });
  if (sizeAndInode(path).size > maxBytes) shift(path, keep);
  const file = pino.destination({ dest: path, sync: false, append: true, mode: 0o600 });
  // A full disk or a folder taken away must not end the service.
  file.on("error", () => undefined);
  let opened: number | undefined;
  let lines = 0;
  file.on("ready", () => {
    opened = sizeAndInode(path).inode;
  });

  const check = (): void => {
    const now = sizeAndInode(path);
    if (opened === undefined) return;
    const moved = now.inode !== opened;
    if (!moved && now.size <= maxBytes) return;
    if (!moved) shift(path, keep);
    opened = undefined;
    file.reopen(path);
  };
  return {
    write(line) {
      file.write(line);
      lines += 1;
      if (lines % checkEvery === 0) check();
    },
    async close() {
      const closed = Promise.withResolvers<void>();
      file.once("close", closed.resolve);
      file.once("error", () => closed.resolve());
      file.end();
      await closed.promise;
    },
  };
}

function shift(path: string, keep: number): void {
  for (let n = keep - 1; n >= 0; n--) {
    try {
      renameSync(n === 0 ? path : `${path}.${n}`, `${path}.${n + 1}`);
    } catch {
      // There are not that many yet, or another process was quicker.
    }
  }
}

function sizeAndInode(path: string): { size: number; inode: number | undefined } {
  const stat = statSync(path, { throwIfNoEntry: false });
  return { size: stat?.size ?? 0, inode: stat?.ino };
}
