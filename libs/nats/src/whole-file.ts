import { link, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

/** Nobody writes a file for so long, ms: what is older was left by a process that was killed meanwhile, perhaps with a secret in it. */
const LEFT_MS = 60_000;
let writes = 0;

/** Writes a file with mode 0600, unless said, so that whoever reads it, also after a kill in the middle, has the one of before or the whole new one. */
export async function writeWhole(path: string, text: string, mode = 0o600): Promise<void> {
  await through(path, text, mode, (next) => rename(next, path));
}

/** The same where no file may be there. Answers whether none was. */
export async function makeWhole(path: string, text: string): Promise<boolean> {
  return through(path, text, 0o600, (next) =>
    link(next, path).then(
      () => true,
      (error: NodeJS.ErrnoException) => {
        if (error.code === "EEXIST") return false;
        throw error;
      },
    ),
  );
}

async function through<T>(path: string, text: string, mode: number, place: (next: string) => Promise<T>): Promise<T> {
  const next = `${path}.${process.pid}.${++writes}.new`;
  try {
    await writeFile(next, text, { mode, flush: true });
    return await place(next);
  } finally {
    await rm(next, { force: true });
    await clearLeft(path);
  }
}

async function clearLeft(path: string): Promise<void> {
  const folder = dirname(path);
  const left = (await readdir(folder)).filter((name) => name.startsWith(`${basename(path)}.`) && /\.\d+\.\d+\.new$/.test(name));
  for (const name of left) {
    const found = await stat(join(folder, name)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "ENOENT") throw error;
      return undefined; // its writer is done
    });
    if (found !== undefined && Date.now() - found.mtimeMs > LEFT_MS) await rm(join(folder, name), { force: true });
  }
}
