import { existsSync, readFileSync } from "node:fs";
import { command, type Ended, root } from "./command.ts";

/** `about`: said behind its name, also where it is well. */
export type Check = { readonly name: string; run(): Promise<Ended & { readonly about?: string }> };

/** Cheapest first. By one thread tsc takes a third less of the processor, which another check has meanwhile. */
export const checks: readonly Check[] = [
  { name: "lockfile", run: lockfile },
  { name: "types", run: () => command("tsc", ["-p", "tsconfig.json", "--pretty", "false", "--singleThreaded"]) },
  { name: "format and lint", run: () => command("biome", ["check", "--error-on-warnings"]) },
  { name: "lint with types", run: () => command("oxlint", ["--type-aware", "--deny-warnings"]) },
  { name: "audit", run: audit },
  { name: "licences", run: () => command("node", ["infra/verify/supply-chain/licences.ts"]) },
  { name: "install scripts", run: () => command("node", ["infra/verify/supply-chain/install-scripts.ts"]) },
  { name: "folders", run: () => command("node", ["infra/verify/folders.ts"]) },
  { name: "one loop", run: () => command("node", ["infra/verify/one-loop.ts"]) },
  { name: "teams as text", run: () => command("node", ["infra/verify/team-texts.ts"]) },
  { name: "docstrings", run: () => command("node", ["infra/verify/docstrings.ts"]) },
  { name: "compose file", run: () => command("node", ["infra/verify/compose.ts"]) },
  { name: "generated contracts", run: contracts },
  { name: "dead code", run: () => command("knip", ["--no-config-hints", "--no-progress"]) },
  { name: "import rules", run: importRules },
];

/** Says what it came to also where nothing is wrong: where no registry answers, nothing was looked at. */
async function audit(): Promise<Ended & { readonly about: string }> {
  const ended = await command("node", ["infra/verify/supply-chain/audit.ts"]);
  return { ...ended, about: ended.ok ? `: ${ended.output.trim()}` : "" };
}

/** npm writes the address it downloaded from unless told not to; an address of one machine's mirror breaks every other machine. */
async function lockfile(): Promise<Ended> {
  const files = ["package-lock.json", "infra/containers/package-lock.json"];
  const found = files.flatMap((file) => readFileSync(root + file, "utf8").match(/"resolved": "[a-z+]+:.*"/g) ?? []);
  return {
    ok: found.length === 0,
    output: `a package-lock.json names download addresses; npm install with omit-lockfile-registry-resolved=true\n${found[0]}`,
  };
}

/** The project that owns proto/ declares the script; without it there is nothing to compare. */
async function contracts(): Promise<Ended> {
  const { scripts } = JSON.parse(readFileSync(`${root}package.json`, "utf8"));
  if (scripts["proto:check"] === undefined)
    return { ok: !existsSync(`${root}proto`), output: "proto/ exists but package.json has no script proto:check" };
  return command("node", ["--run", "proto:check"]);
}

/** dependency-cruiser exits 0 when it could read nothing, so the count is part of the check. */
async function importRules(): Promise<Ended> {
  const folders = ["libs", "services", "infra", "acceptance", "bench"].filter((folder) => existsSync(root + folder));
  const ended = await command("node", ["--import", "./infra/verify/typescript-6.mjs", "node_modules/.bin/depcruise", ...folders]);
  const modules = Number(ended.output.match(/(\d+) modules/)?.[1] ?? 0);
  if (modules > 10) return ended;
  return { ok: false, output: `${ended.output}\nonly ${modules} modules were read: dependency-cruiser cannot parse TypeScript here\n` };
}
