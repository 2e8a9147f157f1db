import { spawnSync } from "node:child_process";
import { copyFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { build, linkedRepository, machine } from "../../acceptance/proofs/harness/packages/own-repository.ts";
import { here, type Place } from "../../acceptance/proofs/harness/product.ts";

/**
 * A checkout as a newcomer has it after the first install: the files of this one that git knows or would take (teams that
 * somebody scaffolded here are left out), its own `node_modules`, and the downloads of this one. It is called `armada`, in a
 * folder that goes with it: a page may write beside it.
 */
export function clone(): Place & Disposable {
  const around = mkdtempSync(join(tmpdir(), "armada-docs-"));
  const cwd = join(around, "armada");
  const dispose = (): void => rmSync(around, { recursive: true, force: true });
  try {
    mkdirSync(cwd);
    for (const path of files()) {
      mkdirSync(dirname(join(cwd, path)), { recursive: true });
      copyFileSync(join(here, path), join(cwd, path));
    }
    // Hard links cost no room; what npm writes in place must be a file of its own.
    const linked = spawnSync("cp", ["-al", join(here, "node_modules"), cwd]);
    if (linked.status !== 0) {
      rmSync(join(cwd, "node_modules"), { recursive: true, force: true });
      cpSync(join(here, "node_modules"), join(cwd, "node_modules"), { recursive: true, verbatimSymlinks: true });
    }
    const lock = "node_modules/.package-lock.json";
    rmSync(join(cwd, lock), { force: true });
    cpSync(join(here, lock), join(cwd, lock), { preserveTimestamps: true });
    symlinkSync(join(here, ".cache"), join(cwd, ".cache"));
  } catch (error) {
    dispose();
    throw error;
  }
  // The system gives the gateway's port: another mesh may run on this machine.
  return { root: cwd, cwd, env: { ARMADA_GATEWAY_PORT: "0" }, [Symbol.dispose]: dispose };
}

/** A repository as `npm create armada-mesh` has left it, with this checkout's packages. */
export function ownRepository(): Place & Disposable {
  const around = mkdtempSync(join(tmpdir(), "armada-docs-"));
  const dispose = (): void => rmSync(around, { recursive: true, force: true });
  try {
    const tarballs = join(around, "tarballs");
    build(here, tarballs, "0.1.0");
    const at = machine(around, process.execPath);
    const cwd = linkedRepository(at, tarballs, "my-mesh", "0.1.0");
    const made = spawnSync("npx", ["armada", "new", "team", "support"], { cwd, env: at.env, encoding: "utf8" });
    if (made.status !== 0) throw new Error(`no team was made: ${made.stdout}${made.stderr}`);
    const { ARMADA_NATS_SERVER: NATS_SERVER_BIN = "" } = process.env;
    return { root: cwd, cwd, env: { ARMADA_GATEWAY_PORT: "0", NATS_SERVER_BIN }, [Symbol.dispose]: dispose };
  } catch (error) {
    dispose();
    throw error;
  }
}

function files(): string[] {
  const git = (...args: string[]): string[] => {
    const ended = spawnSync("git", ["ls-files", "-z", ...args], { cwd: here, encoding: "utf8", maxBuffer: 1 << 26 });
    if (ended.status !== 0) throw new Error(`git ls-files: ${ended.stderr}`);
    return ended.stdout.split("\0").filter((path) => path !== "");
  };
  const own = git("--others", "--exclude-standard").filter((path) => !path.startsWith("services/"));
  return [...git(), ...own].filter((path) => !path.startsWith("services/support/") && existsSync(join(here, path)));
}
