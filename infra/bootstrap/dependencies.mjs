import { readFileSync } from "node:fs";
import { root, Stop } from "./place.mjs";
import { tool } from "./tool.mjs";

const quietly = ["--no-audit", "--no-fund", "--no-progress", "--loglevel=error"];

/** Installs the packages of package-lock.json unless exactly those are installed. */
export async function ensureDependencies(say) {
  if (installed(read("package-lock.json"), read("node_modules/.package-lock.json"))) return;
  say("dependencies: npm install (first start, or package-lock.json changed)");
  const start = Date.now();
  const ended = await install();
  if (!ended.ok) throw new Stop(unreachable(ended));
  say(`dependencies: installed (${Math.round((Date.now() - start) / 1000)} s)`);
}

/**
 * npm writes the second file last, so it names what really is there. Packages for other platforms are not wanted; those of the
 * checkout itself are links to their folders.
 */
export function installed(wanted, there) {
  return Object.entries(wanted?.packages ?? { none: {} }).every(
    ([path, { version, link, resolved, optional, devOptional, peer }]) =>
      !path.startsWith("node_modules/") ||
      (version === undefined && !link) ||
      optional ||
      devOptional ||
      peer ||
      (link ? there?.packages?.[path]?.resolved === resolved : there?.packages?.[path]?.version === version),
  );
}

function read(file) {
  try {
    return JSON.parse(readFileSync(root + file, "utf8"));
  } catch {
    return undefined;
  }
}

/**
 * npm retries an unreachable registry for minutes; one small question first tells in seconds. `install --no-save` keeps
 * to package-lock.json and leaves it as it is, like `ci`, which however refuses a lockfile without the packages of
 * platforms that the registry it was written from did not have.
 */
async function install() {
  const question = ["view", "zod", "version", "--fetch-retries=0", "--fetch-timeout=6000", "--loglevel=error"];
  const asked = await tool("npm", question, { deadline: 10_000, cwd: root });
  const args = ["install", "--no-save", ...(asked.ok ? [] : ["--offline"]), ...quietly];
  const ended = await tool("npm", args, { deadline: 180_000, cwd: root });
  if (asked.ok || ended.ok) return { ...ended, why: `npm install failed\n${ended.output.trim() || ended.why}` };
  return { ...ended, why: `the registry does not answer (${asked.why}) and npm's cache lacks a package` };
}

function unreachable({ why }) {
  return `dependencies: ${why}
Three ways to go on:
  1. connect this machine, or name its proxy: HTTPS_PROXY=http://host:port npm start
  2. name a registry that it can reach: npm config set registry https://…
  3. copy node_modules/ and .cache/ from a checkout of this commit on a machine of the same kind`;
}
