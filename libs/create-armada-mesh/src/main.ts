#!/usr/bin/env node
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { ArmadaError } from "@armada/contracts/errors";
import { checkTeamName } from "@armada/contracts/names";
import { repositoryFiles } from "./repository-files.ts";

const USAGE = "npm create armada-mesh FOLDER [-- --team NAME]";
const HELP = `${USAGE}

Makes a repository for teams of AI agents in FOLDER, which is new or empty: one team that runs, with its test, and all that it uses, installed.

  --team NAME  the first team's name; support unless said
  --help       this

npm takes what stands before the two dashes for itself: npm create armada-mesh -- --help`;

try {
  const args = process.argv.slice(2);
  if (args.includes("--help") || args.includes("-h")) console.log(HELP);
  else {
    const { folder, team } = wanted(args);
    create(folder, team);
  }
} catch (error) {
  if (!(error instanceof ArmadaError)) throw error;
  console.error(`${error.message} (${error.code})${error.hint === undefined ? "" : `\n  ${error.hint}`}`);
  process.exitCode = error.code === "USAGE" ? 2 : 1;
}

/** @throws ArmadaError `USAGE`, `BAD_NAME`, `FOLDER_TAKEN` */
function wanted(args: readonly string[]): { readonly folder: string; readonly team: string } {
  const { positionals, values } = parsed(args);
  const [given, ...more] = positionals;
  if (given === undefined || more.length > 0) throw new ArmadaError("USAGE", "name the folder of the new repository", { hint: USAGE });
  const folder = resolve(given);
  if (existsSync(folder) && readdirSync(folder).length > 0)
    throw new ArmadaError("FOLDER_TAKEN", `${given} is there and not empty`, {
      hint: "name a new folder; one that is there keeps what it has",
    });
  if (!/^[a-z0-9][a-z0-9._-]{0,213}$/.test(basename(folder)))
    throw new ArmadaError("BAD_NAME", `${JSON.stringify(basename(folder))} cannot name a package`, {
      hint: "use small letters, digits, - or _: the folder's name becomes that of package.json",
    });
  return { folder, team: checkTeamName(values.team) };
}

function parsed(args: readonly string[]): { readonly positionals: readonly string[]; readonly values: { readonly team: string } } {
  try {
    return parseArgs({ args: [...args], allowPositionals: true, options: { team: { type: "string", default: "support" } } });
  } catch (cause) {
    throw new ArmadaError("USAGE", cause instanceof Error ? cause.message : String(cause), { cause, hint: USAGE });
  }
}

/** Writes the repository, installs what it uses, and has the command of that package add the team. @throws ArmadaError `INSTALL_FAILED` */
function create(folder: string, team: string): void {
  for (const [path, text] of repositoryFiles(basename(folder), version())) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
    console.log(`created ${path}`);
  }
  console.log("npm install");
  must(folder, "npm", ["install", "--no-audit", "--no-fund", "--loglevel=error"]);
  must(folder, "npx", ["--no-install", "armada", "new", "team", team]);
  console.log(`\nthen: cd ${basename(folder)} && npm test && npm start`);
}

function must(cwd: string, program: string, args: readonly string[]): void {
  const { status, error } = spawnSync(program, args, { cwd, stdio: "inherit" });
  if (status === 0) return;
  throw new ArmadaError("INSTALL_FAILED", `${program} ${args.join(" ")} ended with ${error?.message ?? status}`, {
    hint: `mend what it says, and go on in ${cwd}`,
  });
}

/** Of this package, and of the one that it installs: all packages of Armada's have one. */
function version(): string {
  const about: { readonly version: string } = JSON.parse(readFileSync(new URL("../../../package.json", import.meta.url), "utf8"));
  return about.version;
}
