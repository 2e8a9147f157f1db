import { spawn, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { repositoryFiles } from "../../../../libs/create-armada-mesh/src/repository-files.ts";
import { linkPackages } from "../checkout.ts";
import { type Ended, ended, environment, here, type MeshFile, owned, until } from "../product.ts";

/**
 * A machine for the packages alone: an empty folder to work in, a home and a folder of temporary files of its own, and the Node
 * that `node` names. Nothing of the checkout is on its path.
 */
export type Machine = {
  readonly work: string;
  readonly home: string;
  readonly temporary: string;
  readonly env: Readonly<Record<string, string>>;
};

export function machine(folder: string, node: string, more: Readonly<Record<string, string>> = {}): Machine {
  const [work, home, temporary] = ["work", "home", "tmp"].map((name) => join(folder, name)) as [string, string, string];
  for (const path of [work, home, temporary]) mkdirSync(path, { recursive: true });
  const { NODE_COMPILE_CACHE: _, NODE_COMPILE_CACHE_PORTABLE: __, PATH = "", ...own } = environment({ root: here, cwd: work, env: {} });
  const path = PATH.split(delimiter).filter((one) => !one.startsWith(here));
  // pip asks a Rust compiler that it finds for its version, and the one of rustup makes a folder for that.
  const beside = { RUSTUP_HOME: join(folder, "rustup") };
  const env = {
    ...own,
    ...beside,
    HOME: home,
    TMPDIR: temporary,
    ARMADA_GATEWAY_PORT: "0",
    PATH: [dirname(node), ...path].join(delimiter),
    ...more,
  };
  return { work, home, temporary, env: Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith("npm_package"))) };
}

/** Runs a program there to its end; past `deadline`, in milliseconds, its code is -1. */
export function program(at: Machine, cwd: string, name: string, args: readonly string[], deadline = 300_000): Promise<Ended> {
  return ended(spawn(name, args, { cwd, env: at.env, timeout: deadline }));
}

/** A mesh that `npm start` runs in a repository. */
export type Started = AsyncDisposable & { mesh(): MeshFile; stop(): Promise<void> };

export async function npmStart(at: Machine, repository: string): Promise<Started> {
  const child = owned(spawn("npm", ["start"], { cwd: repository, env: at.env }));
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (said += chunk));
  const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  await until("the mesh to serve", 120_000, () => {
    if (child.exitCode !== null) throw new Error(`npm start ended with ${child.exitCode}: ${said}`);
    return said.includes("Ctrl-C ends it");
  });
  const stop = async (): Promise<void> => {
    child.kill("SIGTERM");
    await gone;
  };
  return {
    mesh: () => JSON.parse(readFileSync(join(repository, ".armada/mesh.json"), "utf8")),
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

/** Builds the packages of a tree into `out`. @throws Error with what the build said */
export function build(root: string, out: string, version: string): void {
  const { status, stderr } = spawnSync(process.execPath, [join(root, "infra/packages/main.ts"), "--out", out, "--version", version], {
    cwd: root,
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`the packages of ${root} cannot be built: ${stderr}`);
}

/** The files of a commit of this repository, with the packages that are installed here. @throws Error where git does not have it */
export function treeOf(commit: string, folder: string): string {
  const root = join(folder, "tree/");
  mkdirSync(root, { recursive: true });
  const { status, stderr } = spawnSync("sh", ["-c", `git archive ${commit} | tar -x -C "$1"`, "sh", root], { cwd: here, encoding: "utf8" });
  if (status !== 0 || readdirSync(root).length === 0) throw new Error(`git has no ${commit} here: ${stderr}`);
  linkPackages(root);
  return root;
}

/**
 * A repository as `npm create` makes it, without a registry: the package is unpacked from its tarball, what it depends on is linked
 * from this checkout.
 */
export function linkedRepository(at: Machine, tarballs: string, name: string, version: string): string {
  const repository = join(at.work, name);
  for (const [path, text] of repositoryFiles(name, version)) {
    mkdirSync(dirname(join(repository, path)), { recursive: true });
    writeFileSync(join(repository, path), text);
  }
  const modules = join(repository, "node_modules");
  mkdirSync(join(modules, "armada-mesh"), { recursive: true });
  mkdirSync(join(modules, ".bin"));
  for (const one of readdirSync(join(here, "node_modules")))
    if (![".bin", "armada-mesh", "create-armada-mesh", "@armada"].includes(one))
      symlinkSync(join(here, "node_modules", one), join(modules, one));
  spawnSync("tar", ["-xzf", join(tarballs, `armada-mesh-${version}.tgz`), "-C", join(modules, "armada-mesh"), "--strip-components=1"]);
  // Where two versions are installed here, the command line has its own.
  cpSync(join(here, "libs/cli/node_modules"), join(modules, "armada-mesh/node_modules"), { recursive: true });
  symlinkSync("../armada-mesh/infra/bootstrap/armada.mjs", join(modules, ".bin/armada"));
  for (const tool of ["tsc", "vitest"]) symlinkSync(join(here, "node_modules/.bin", tool), join(modules, ".bin", tool));
  return repository;
}
