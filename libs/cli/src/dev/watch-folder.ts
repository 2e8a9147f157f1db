import { basename } from "node:path";
import { watch } from "chokidar";

/** An editor writes a file in more than one go, and a branch that is checked out writes many. */
const REST_MS = 40;
/** Folders that hold no team's code, and whose files are many or change all the time. */
const OTHERS = /^(?:node_modules|dist|coverage|\..+)$/;

/**
 * Calls `changed` with the paths below `root` that were written, added or removed, once nothing more has come for 40 ms. Folders of
 * packages, of what is built and those whose name begins with a dot are left out.
 */
export async function watchFolder(root: string, changed: (paths: ReadonlySet<string>) => void): Promise<{ close(): Promise<void> }> {
  let paths = new Set<string>();
  let resting: NodeJS.Timeout | undefined;
  const watcher = watch(root, { ignoreInitial: true, ignored: (path) => path !== root && OTHERS.test(basename(path)) });
  watcher.on("all", (_event, path) => {
    paths.add(path);
    clearTimeout(resting);
    resting = setTimeout(() => {
      const all = paths;
      paths = new Set();
      changed(all);
    }, REST_MS);
  });
  await new Promise<void>((ready, failed) => {
    watcher.once("ready", ready);
    watcher.once("error", failed);
  });
  return {
    close: () => {
      clearTimeout(resting);
      return watcher.close();
    },
  };
}
