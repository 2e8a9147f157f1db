import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { PlantedBug } from "./bugs.ts";

const root = fileURLToPath(new URL("../../../..", import.meta.url));
const LIBS = ["agents", "contracts", "engine", "event-sourcing", "ledger", "models", "testing"] as const;

/** A copy of the libs that the simulator needs, with a bug in it. Its packages find each other in the copy, what is not ours above it. */
export type Planted = { readonly folder: string; readonly simulator: string; [Symbol.dispose](): void };

/** @throws Error where the bug's line is not there exactly once */
export function plant(bug: PlantedBug | undefined): Planted {
  const name = bug?.name.replaceAll(/[^a-z]+/g, "-") ?? "none";
  const folder = join(root, ".cache", "planted", `${name}-${process.pid}`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(folder, "node_modules", "@armada"), { recursive: true });
  for (const lib of LIBS) {
    cpSync(join(root, "libs", lib), join(folder, "libs", lib), { recursive: true, filter: (path) => !path.endsWith("node_modules") });
    symlinkSync(join("..", "..", "libs", lib), join(folder, "node_modules", "@armada", lib));
  }
  if (bug !== undefined) {
    const file = join(folder, bug.file);
    const parts = readFileSync(file, "utf8").split(bug.from);
    if (parts.length !== 2) throw new Error(`${bug.name}: its line stands ${parts.length - 1} times in ${bug.file}`);
    writeFileSync(file, parts.join(bug.to));
  }
  return {
    folder,
    simulator: join(folder, "libs/testing/src/sim/main.ts"),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}
