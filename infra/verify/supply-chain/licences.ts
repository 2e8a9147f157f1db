import satisfies from "spdx-satisfies";
import { type Locked, lockfiles } from "./packages.ts";

/** SPDX names of licences that allow what is done here: use and redistribution with a notice; of the MPL, of files left as they are. */
const ALLOWED: readonly string[] = [
  "0BSD",
  "Apache-2.0",
  "BlueOak-1.0.0",
  "BSD-2-Clause",
  "BSD-3-Clause",
  "CC-BY-3.0",
  "CC0-1.0",
  "ISC",
  "MIT",
  "MPL-2.0",
  "Python-2.0",
  "Unlicense",
];

/** Packages whose licence stands in their readme alone, as it was read there. */
const READ: Readonly<Record<string, string>> = { buildcheck: "MIT", "cpu-features": "MIT", format: "MIT", ssh2: "MIT" };

/** Whether an SPDX expression leaves a choice of allowed licences; one that cannot be read does not. */
export function isAllowed(expression: string): boolean {
  try {
    return satisfies(expression, ALLOWED);
  } catch {
    return false; // it is none
  }
}

/** What is wrong with the licences of packages, a line each. */
export function refusedLicences(packages: readonly Locked[]): string[] {
  return packages.flatMap(({ path, name, licence = READ[name] }) =>
    licence !== undefined && isAllowed(licence) ? [] : [`${path}: its licence is ${licence ?? "not said"}`],
  );
}

if (import.meta.main) {
  const wrong = lockfiles().flatMap(({ file, packages }) => refusedLicences(packages).map((line) => `${file}: ${line}`));
  for (const line of wrong) console.error(`${line}: choose another package, or allow it in infra/verify/supply-chain/licences.ts`);
  process.exitCode = wrong.length === 0 ? 0 : 1;
}
