import { existsSync, readFileSync } from "node:fs";
import { root } from "../command.ts";

/** One package of package-lock.json that is not this repository's own. */
export type Locked = { readonly path: string; readonly name: string; readonly licence: string | undefined; readonly scripts: boolean };

type Lock = { readonly packages: Readonly<Record<string, { license?: string; link?: boolean; hasInstallScript?: boolean }>> };

/** What a lockfile has from elsewhere; a licence that it does not say is read where the package is installed. */
export function lockedIn(lock: Lock, installed: (path: string) => string | undefined = licenceOf): readonly Locked[] {
  return Object.entries(lock.packages)
    .filter(([path, { link }]) => path.includes("node_modules/") && link !== true)
    .map(([path, { license, hasInstallScript }]) => ({
      path,
      name: path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length),
      licence: license ?? installed(path),
      scripts: hasInstallScript === true,
    }));
}

/** The lockfiles of this repository. */
export function lockfiles(): readonly { readonly file: string; readonly packages: readonly Locked[] }[] {
  return ["package-lock.json", "infra/containers/package-lock.json"].map((file) => ({
    file,
    packages: lockedIn(JSON.parse(readFileSync(root + file, "utf8")) as Lock),
  }));
}

function licenceOf(path: string): string | undefined {
  const file = `${root}${path}/package.json`;
  if (!existsSync(file)) return undefined;
  const { license } = JSON.parse(readFileSync(file, "utf8")) as { license?: unknown };
  return typeof license === "string" ? license : undefined;
}
