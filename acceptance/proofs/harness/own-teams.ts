import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Checkout } from "./checkout.ts";

/** Writes a team as `armada new team NAME` does, without its packages being linked: its `main.ts` needs none. */
export async function addTeam(copy: Checkout, name: string): Promise<void> {
  const scaffold = pathToFileURL(join(copy.root, "libs/cli/src/scaffold/files.ts")).href;
  const { teamFiles } = (await import(scaffold)) as { teamFiles(name: string): ReadonlyMap<string, string> };
  for (const [path, text] of teamFiles(name)) copy.write(`services/${name}/${path}`, text);
}

/** A disk of its own, of `size` as mount writes it; undefined where this process may not mount one. */
export function smallDisk(size: string): (Disposable & { readonly path: string }) | undefined {
  const path = mkdtempSync(join(tmpdir(), "armada-prove-disk-"));
  const gone = (): void => rmSync(path, { recursive: true, force: true });
  if (spawnSync("mount", ["-t", "tmpfs", "-o", `size=${size}`, "tmpfs", path]).status !== 0) {
    gone();
    return undefined;
  }
  mkdirSync(join(path, "data"));
  return {
    path,
    [Symbol.dispose]: () => {
      spawnSync("umount", ["--lazy", path]);
      gone();
    },
  };
}
