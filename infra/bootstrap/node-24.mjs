import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { download, sha256 } from "./download.mjs";
import { cache, packaged, root, Stop, skipped } from "./place.mjs";
import { tool } from "./tool.mjs";
import { atLeast, node, versionIn } from "./versions.mjs";

/** The path of a Node that runs the product: the running one, the one from npm, or the official archive. */
export async function ensureNode(say) {
  const runs = packaged ? process.features.typescript !== undefined : atLeast(versionIn(process.version), node.least);
  if (!skipped("running-node") && runs) return process.execPath;
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
  if (packaged && !skipped("npm-node")) {
    const name = `node-${platform}`;
    say(`Node ${node.version}: bringing ${name} from the npm registry`);
    const why = await fromRegistry(name, unpacked);
    if (why === undefined) return unpacked;
    say(`Node ${node.version}: ${why}`);
  }
  throw new Stop(`Armada runs on Node ${packaged ? node.leastBuilt : node.least} or newer; this is ${process.version} and no other could be had.
Three ways to go on:
  1. install Node 24 from https://nodejs.org and start again
  2. npm install ${packaged ? `node-${platform}@${node.version} and start node_modules/.bin/armada by its bin/node` : "--include=optional"} (brings Node 24 as a package, on Linux)
  3. name this machine's proxy: HTTPS_PROXY=http://host:port npm start`);
}

/** As a package: npm checks what it brings against the registry's own digest. */
async function fromRegistry(name, unpacked) {
  const folder = `${cache}node/brought-${process.pid}`;
  mkdirSync(folder, { recursive: true });
  try {
    const brought = await tool("npm", ["pack", `${name}@${node.version}`, "--silent", "--pack-destination", folder], { deadline: 180_000 });
    if (!brought.ok) return `npm pack ${name}@${node.version} failed: ${brought.why}`;
    const ended = await tool("tar", ["-xzf", `${folder}/${name}-${node.version}.tgz`, "-C", folder], { deadline: 60_000 });
    if (!ended.ok) return ended.why;
    mkdirSync(dirname(unpacked), { recursive: true });
    renameSync(`${folder}/package/bin/node`, unpacked);
    return undefined;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
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
