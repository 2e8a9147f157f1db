import { existsSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { root } from "../command.ts";
import { type Locked, lockfiles } from "./packages.ts";

/** Packages that have an install script, and what is lost without it, which is nothing that is needed here. */
const UNNEEDED: Readonly<Record<string, string>> = {
  nx: "it says where its native part is missing",
  "cpu-features": "ssh2 goes without it",
  protobufjs: "it warns of versions",
  ssh2: "its ciphers in native code",
};

/** Packages whose install script nobody has looked at. */
export function unlooked(packages: readonly Locked[]): string[] {
  return packages.flatMap(({ path, name, scripts }) => (scripts && !Object.hasOwn(UNNEEDED, name) ? [path] : []));
}

if (import.meta.main) {
  const wrong = lockfiles().flatMap(({ file, packages }) => {
    const npmrc = `${dirname(root + file)}/.npmrc`;
    const off = existsSync(npmrc) && /^ignore-scripts=true$/m.test(readFileSync(npmrc, "utf8"));
    return [
      ...(off ? [] : [`${file}: the .npmrc beside it does not say ignore-scripts=true`]),
      ...unlooked(packages).map(
        (path) => `${file}: ${path} has an install script, which does not run: see that nothing needs it, and list it`,
      ),
    ];
  });
  for (const line of wrong) console.error(`${line} (infra/verify/supply-chain/install-scripts.ts)`);
  process.exitCode = wrong.length === 0 ? 0 : 1;
}
