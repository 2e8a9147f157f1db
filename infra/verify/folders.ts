import { execFileSync } from "node:child_process";
import { dirname } from "node:path";
import { root } from "./command.ts";

/** Source files that a folder may hold, tests aside: more than that nobody takes in at a glance. */
const MOST = 15;

/** Folders that are a list of equals: who looks for one of them knows its name. */
const LISTS: Readonly<Record<string, string>> = {
  "acceptance/proofs/cases": "a case a file",
  "libs/cli/src/commands": "a command a file",
  "libs/event-sourcing/src/testing/conformance": "a promise of the ports a file",
};

const tracked = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard", "*.ts", "*.mjs"], {
  cwd: root,
  encoding: "utf8",
});
const counts = new Map<string, number>();
for (const path of tracked.split("\n"))
  if (path !== "" && !/\.test\.ts$/.test(path)) counts.set(dirname(path), (counts.get(dirname(path)) ?? 0) + 1);

const full = [...counts].filter(([folder, count]) => count > MOST && !Object.hasOwn(LISTS, folder));
const unlisted = Object.keys(LISTS).filter((folder) => (counts.get(folder) ?? 0) <= MOST);
for (const [folder, count] of full)
  console.error(`${folder} holds ${count} source files, and ${MOST} is the most: give what belongs together a folder of its own`);
for (const folder of unlisted)
  console.error(`${folder} holds ${MOST} source files at most: take it out of LISTS in infra/verify/folders.ts`);
process.exitCode = full.length + unlisted.length === 0 ? 0 : 1;
