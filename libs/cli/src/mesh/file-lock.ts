import { spawnSync } from "node:child_process";
import { closeSync, constants, openSync } from "node:fs";
import { ArmadaError } from "@armada/contracts";

/** macOS: a lock is taken as the file is opened (`<fcntl.h>`). */
const O_EXLOCK = 0x20;
/** What a lock that another holds looks like at opening on macOS. */
const BUSY = "EAGAIN";

/**
 * Opens a file, made where it is missing, and takes the system's own lock on it (flock). The lock belongs to the open file: it
 * holds until the last process that has the descriptor, or inherited it, has closed it or ended, however it ended.
 * @returns the descriptor, or undefined where another has the lock. @throws ArmadaError `NO_FILE_LOCK`
 */
export function tryLockFile(path: string): number | undefined {
  const { O_RDWR, O_CREAT, O_NONBLOCK } = constants;
  if (process.platform === "darwin") {
    try {
      return openSync(path, O_RDWR | O_CREAT | O_NONBLOCK | O_EXLOCK, 0o600);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === BUSY) return undefined;
      throw error;
    }
  }
  const file = openSync(path, O_RDWR | O_CREAT, 0o600);
  const { status, error, stderr } = spawnSync("flock", ["-n", "-x", "3"], { stdio: ["ignore", "ignore", "pipe", file], encoding: "utf8" });
  if (status === 0) return file;
  closeSync(file);
  if (status === 1 && stderr === "") return undefined;
  throw new ArmadaError(
    "NO_FILE_LOCK",
    `${path} could not be locked: ${error?.message ?? (stderr.trim() || `flock ended with ${status}`)}`,
    {
      hint: "it needs the command flock (packages util-linux or busybox) and a file system with locks",
    },
  );
}
