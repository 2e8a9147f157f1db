import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { z } from "zod";

const Names = z.record(z.string(), z.unknown()).optional();
const Dependencies = z.object({ dependencies: Names, devDependencies: Names, peerDependencies: Names });

/** The package that a file belongs to, and what it names as its dependencies; undefined where it is in none that can be read. */
export function packageOf(file: string): { readonly folder: string; readonly names: ReadonlySet<string> } | undefined {
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    const path = join(folder, "package.json");
    if (existsSync(path)) {
      const about = Dependencies.safeParse(parsedJson(path));
      const all = about.success ? [about.data.dependencies, about.data.devDependencies, about.data.peerDependencies] : [];
      return { folder, names: new Set(all.flatMap((some) => Object.keys(some ?? {}))) };
    }
    if (folder === dirname(folder)) return undefined;
  }
}

function parsedJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    return undefined; // npm will say what is wrong with it
  }
}
