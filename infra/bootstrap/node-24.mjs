import { existsSync, mkdirSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { download, sha256 } from "./download.mjs";
import { cache, root, Stop, skipped } from "./place.mjs";
import { tool } from "./tool.mjs";
import { atLeast, node, versionIn } from "./versions.mjs";

/** The path of a Node that runs the product: the running one, the one from npm, or the official archive. */
export async function ensureNode(say) {
  if (!skipped("running-node") && atLeast(versionIn(process.version), node.least)) return process.execPath;
  const platform = `${process.platform}-${process.arch}`;
  const fromNpm = `${root}node_modules/node-${platform}/bin/node`;
  if (!skipped("npm-node") && existsSync(fromNpm)) return fromNpm;
  const unpacked = `${cache}node/${node.version}/bin/node`;
  if (existsSync(unpacked)) return unpacked;
  if (!skipped("node-archive")) {
    say(`Node ${node.version}: downloading the official archive`);
    const why = await fromArchive(`node-v${node.version}-${platform}.tar.gz`, unpacked);
    if (why === undefined) return unpacked;
    say(`Node ${node.version}: ${why}`);
  }
  throw new Stop(`Armada runs on Node ${node.least} or newer; this is ${process.version} and no other could be had.
Three ways to go on:
  1. install Node 24 from https://nodejs.org and start again
  2. npm install --include=optional (brings Node 24 as a package, on Linux)
  3. name this machine's proxy: HTTPS_PROXY=http://host:port npm start`);
}

async function fromArchive(name, unpacked) {
  const wanted = node.archives[name];
  if (wanted === undefined) return `no archive for ${process.platform} on ${process.arch}`;
  const folder = dirname(dirname(unpacked));
  const archive = `${cache}${name}`;
  mkdirSync(folder, { recursive: true });
  try {
    const why = await download(`https://nodejs.org/dist/v${node.version}/${name}`, archive, 180_000);
    if (why !== undefined) return why;
    if (sha256(archive) !== wanted) return "the archive's SHA-256 is not the pinned one";
    const ended = await tool("tar", ["-xzf", archive, "-C", folder, "--strip-components=1"], { deadline: 60_000 });
    return ended.ok ? undefined : ended.why;
  } finally {
    rmSync(archive, { force: true });
  }
}
