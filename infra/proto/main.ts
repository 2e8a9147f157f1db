import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { commandFlags } from "@armada/testing/command-flags";
import { root } from "../verify/command.ts";
import { documents } from "./documents.ts";

/** `npm run proto` writes what is generated; `npm run proto:check` ends with 1 where something else stands there. */
const { values } = commandFlags({ options: { check: { type: "boolean", default: false } } }, "npm run proto\nnpm run proto:check");
const made = await documents();
const there = existsSync(`${root}proto`)
  ? readdirSync(`${root}proto`, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => `${entry.parentPath}/${entry.name}`.slice(root.length))
  : [];
const extra = there.filter((path) => !made.has(path));
const stale = [...made].filter(([path, text]) => !existsSync(root + path) || readFileSync(root + path, "utf8") !== text);

if (values.check) {
  for (const [path] of stale) console.error(`${path} ${existsSync(root + path) ? "differs from" : "is missing beside"} what the code says`);
  for (const path of extra) console.error(`${path} comes from nothing in the code`);
  if (stale.length + extra.length > 0) console.error("npm run proto writes them again; commit them with the code that changed");
  process.exitCode = stale.length + extra.length === 0 ? 0 : 1;
} else {
  for (const path of extra) rmSync(root + path);
  for (const [path, text] of stale) {
    mkdirSync(dirname(root + path), { recursive: true });
    writeFileSync(root + path, text);
  }
  console.log(`${made.size} generated files, ${stale.length} written, ${extra.length} removed`);
}
