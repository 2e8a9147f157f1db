import { link, rename, rm, writeFile } from "node:fs/promises";

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
  }
}
