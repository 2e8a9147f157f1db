import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tool } from "./tool.mjs";

/**
 * The package of Debian's newest suite, from the archives that this machine's own sources name. apt gets a state and a
 * cache of its own and the package is only unpacked: nothing on the system changes.
 */
export async function fromApt(folder) {
  if (process.platform !== "linux" || !existsSync("/etc/os-release") || !/^ID=debian$/m.test(readFileSync("/etc/os-release", "utf8")))
    return { why: "not a Debian machine" };
  const archives = archivesIn(aptSources());
  if (archives.length === 0) return { why: "this machine's apt sources name no Debian archive" };
  const apt = privateApt(
    folder,
    archives.map(({ uri, signedBy }) => `deb ${signedBy ? `[signed-by=${signedBy}] ` : ""}${uri} sid main`),
  );
  const updated = await tool("apt-get", [...apt, "update"], { deadline: 120_000, signWithin: 8_000, sign: /^(Get|Hit):/m });
  if (!updated.ok) return { why: updated.why };
  const got = await tool("apt-get", [...apt, "download", "nats-server"], { deadline: 120_000, cwd: folder });
  const deb = readdirSync(folder).find((name) => name.endsWith(".deb"));
  if (!got.ok || deb === undefined) return { why: got.why };
  const unpacked = await tool("dpkg-deb", ["-x", `${folder}/${deb}`, `${folder}/deb`], { deadline: 60_000 });
  const binary = ["usr/bin", "usr/sbin"].map((at) => `${folder}/deb/${at}/nats-server`).find((path) => existsSync(path));
  return binary === undefined ? { why: unpacked.ok ? "the package holds no nats-server" : unpacked.why } : { binary };
}

function aptSources() {
  const folder = "/etc/apt/sources.list.d";
  const files = existsSync(folder) ? readdirSync(folder).map((name) => `${folder}/${name}`) : [];
  return ["/etc/apt/sources.list", ...files]
    .filter((file) => /\.(list|sources)$/.test(file) && existsSync(file))
    .map((file) => readFileSync(file, "utf8"));
}

/** The Debian archives among apt sources of either format: those with the suite of a release and the component main. */
export function archivesIn(texts) {
  const found = new Map();
  for (const text of texts) {
    for (const line of text.matchAll(/^deb\s+(?:\[(.*?)\]\s+)?(\S+)\s+(\S+)\s+(.*)$/gm))
      add(line[2], line[3], line[4], /signed-by=(\S+)/.exec(line[1] ?? "")?.[1]);
    for (const stanza of text.split(/\n\s*\n/)) {
      const field = (name) => new RegExp(`^${name}:\\s*(.*)$`, "mi").exec(stanza)?.[1]?.trim() ?? "";
      if (/\bdeb\b/.test(field("Types")) && field("Enabled") !== "no")
        for (const uri of field("URIs").split(/\s+/)) add(uri, field("Suites"), field("Components"), field("Signed-By"));
    }
  }
  return [...found.values()];

  function add(uri, suites, components, signedBy) {
    const release = suites.split(/\s+/).some((suite) => /^[a-z]+$/.test(suite) && suite !== "nodistro");
    if (/\/debian\/?$/.test(uri) && release && /\bmain\b/.test(components))
      found.set(uri, { uri, signedBy: signedBy?.startsWith("/") ? signedBy : undefined });
  }
}

function privateApt(folder, lines) {
  const state = `${folder}/apt`;
  for (const part of ["lists/partial", "archives/partial", "sources.d"]) mkdirSync(`${state}/${part}`, { recursive: true });
  writeFileSync(`${state}/sources.list`, `${lines.join("\n")}\n`);
  writeFileSync(`${state}/status`, "");
  const options = {
    "Dir::Etc::SourceList": `${state}/sources.list`,
    "Dir::Etc::SourceParts": `${state}/sources.d`,
    "Dir::State": state,
    "Dir::State::status": `${state}/status`,
    "Dir::State::Lists": `${state}/lists`,
    "Dir::Cache": state,
    "Dir::Cache::Archives": `${state}/archives`,
    "Acquire::Retries": "0",
    "Acquire::http::Timeout": "8",
    "Acquire::https::Timeout": "8",
    "Acquire::Languages": "none",
    // Where root runs this, apt would hand the download to a user that cannot write to this folder.
    "APT::Sandbox::User": "",
  };
  return Object.entries(options).flatMap(([name, value]) => ["-o", `${name}=${value}`]);
}
