import { type Locked, lockfiles } from "./packages.ts";

/** SPDX names of licences that allow what is done here: use and redistribution with a notice; of the MPL, of files left as they are. */
const ALLOWED: ReadonlySet<string> = new Set([
  "0BSD",
  "Apache-2.0",
  "BlueOak-1.0.0",
  "BSD-2-Clause",
  "BSD-3-Clause",
  "CC0-1.0",
  "ISC",
  "MIT",
  "MPL-2.0",
  "Python-2.0",
  "Unlicense",
]);

/** Packages whose licence stands in their readme alone, as it was read there. */
const READ: Readonly<Record<string, string>> = { buildcheck: "MIT", "cpu-features": "MIT", format: "MIT", ssh2: "MIT" };

/** Whether an SPDX expression leaves a choice of allowed licences; one that cannot be read does not. */
export function isAllowed(expression: string): boolean {
  const words = expression.match(/\(|\)|[^\s()]+/g) ?? [];
  let at = 0;
  const any = (): boolean => {
    let allowed = all();
    while (words[at] === "OR") {
      at++;
      allowed = all() || allowed;
    }
    return allowed;
  };
  const all = (): boolean => {
    let allowed = one();
    while (words[at] === "AND") {
      at++;
      allowed = one() && allowed;
    }
    return allowed;
  };
  const one = (): boolean => {
    const word = words[at++];
    if (word !== "(") return word !== undefined && ALLOWED.has(word);
    const inner = any();
    return words[at++] === ")" && inner;
  };
  return any() && at === words.length;
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
