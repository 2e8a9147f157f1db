import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build, linkedRepository, type Machine, machine, npmStart, program, treeOf } from "../harness/packages/own-repository.ts";
import { type Registry, startRegistry } from "../harness/packages/registry-server.ts";
import { type Ended, here, until } from "../harness/product.ts";
import { type About, atMost, count, type Figure, holds, none } from "../harness/proof.ts";
import { allEnded } from "../judges/runs.ts";

/** The build that this one is an upgrade of, and what it is called in the registry. */
const PREVIOUS = { commit: "e4bfc0a", version: "0.0.9" };
const VERSION = "0.1.0";
/** As packages of npm: what a person has whose Node is of that line. */
const NODES = ["20.20.2", "22.23.5", "24.22.3"];
const CREATE_MS = 60_000;
const ENDS_MS = 60_000;
const RUNS = 6;
const RESOLUTIONS = [
  ["nodenext", "nodenext"],
  ["esnext", "bundler"],
] as const;

/** From an empty folder, with the packages alone: a repository is made, started, tested, gets more teams, and is upgraded. */
export async function* run({ short, say }: About): AsyncGenerator<Figure> {
  const folder = mkdtempSync(join(tmpdir(), "armada-prove-own-"));
  try {
    say("building the packages");
    const tarballs = join(folder, "tarballs");
    build(here, tarballs, VERSION);
    if (short) yield* linked(folder, tarballs, say);
    else yield* installed(folder, tarballs, say);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The short form: no registry, this Node, and what the packages depend on from this checkout. */
async function* linked(folder: string, tarballs: string, say: About["say"]): AsyncGenerator<Figure> {
  const at = machine(folder, process.execPath, { NATS_SERVER_BIN: process.env.ARMADA_NATS_SERVER ?? "" });
  const repository = linkedRepository(at, tarballs, "own", VERSION);
  say("a team, its types, its test, its event");
  const made = await program(at, repository, "npx", ["armada", "new", "team", "support"]);
  yield holds("`new team` ends well", made.code === 0, `${made.stdout}${made.stderr}`);
  yield* worked(at, repository, "this Node", ["support"]);
  yield none("files outside the repository", outside(at, "own"));
  yield* checked(at, repository, "this Node");
}

async function* installed(folder: string, tarballs: string, say: About["say"]): AsyncGenerator<Figure> {
  const upstream = (
    await program(machine(join(folder, "asking"), process.execPath), folder, "npm", ["config", "get", "registry"])
  ).stdout.trim();
  say("a registry on loopback");
  await using registry = await startRegistry(join(folder, "registry"), upstream);
  say(`the previous build, ${PREVIOUS.commit}`);
  const before = join(folder, "before");
  build(treeOf(PREVIOUS.commit, folder), before, PREVIOUS.version);
  registry.publish(before);
  registry.publish(tarballs);
  const cache = join(folder, "npm-cache");
  for (const version of NODES) {
    const about = `Node ${version}`;
    const at = await machineWith(join(folder, version), version, registry, cache);
    say(`${about}: npm create`);
    const made = await program(at, at.work, "npm", ["create", "--yes", `armada-mesh@${VERSION}`, "own"]);
    const repository = join(at.work, "own");
    yield holds(`${about}: npm create ends well`, made.code === 0, `${made.stdout}${made.stderr}`.slice(-2_000));
    // The first fills npm's cache, which is the network's time.
    if (version !== NODES[0]) yield atMost(`${about}: npm create, ms`, Math.round(made.ms), CREATE_MS);
    else yield { name: `${about}: npm create with an empty cache, ms`, value: Math.round(made.ms), target: "any", ok: true };
    yield none(`${about}: files outside the repository`, outside(at, "own"));
    yield* checked(at, repository, about);
    for (const team of ["billing", "stock"]) {
      const added = await program(at, repository, "npx", ["armada", "new", "team", team]);
      yield holds(`${about}: \`new team ${team}\` ends well`, added.code === 0, `${added.stdout}${added.stderr}`);
    }
    yield* checked(at, repository, `${about}, three teams`);
    const tools = outside(at, "own");
    yield* worked(at, repository, about, ["support", "billing", "stock"]);
    yield none(
      `${about}: files outside the repository by the mesh`,
      outside(at, "own").filter((path) => !tools.includes(path)),
    );
  }
  say("what the product alone is");
  yield* alone(await machineWith(join(folder, "alone"), NODES.at(-1) ?? "", registry, cache), say);
  yield* upgraded(await machineWith(join(folder, "upgraded"), NODES.at(-1) ?? "", registry, cache), say);
}

/** A machine whose Node is that version's, as npm has it, and whose registry is ours. */
async function machineWith(folder: string, version: string, registry: Registry, cache: string): Promise<Machine> {
  const more = { npm_config_registry: registry.url, npm_config_cache: cache, npm_config_update_notifier: "false" };
  const bare = machine(join(folder, "bringing"), process.execPath, more);
  const name = `node-${process.platform}-${process.arch}`;
  const brought = await program(bare, bare.work, "npm", ["install", "--prefix", join(folder, "node"), "--no-save", `${name}@${version}`]);
  if (brought.code !== 0) throw new Error(`no ${name}@${version}: ${brought.stderr}`);
  return machine(folder, join(folder, "node/node_modules", name, "bin/node"), more);
}

/** Types under both ways to resolve packages, and the teams' tests. */
async function* checked(at: Machine, repository: string, about: string): AsyncGenerator<Figure> {
  for (const [module, resolution] of RESOLUTIONS) {
    const types = await program(at, repository, "npx", ["tsc", "--module", module, "--moduleResolution", resolution]);
    yield holds(`${about}: types resolve under ${resolution}`, types.code === 0, types.stdout.slice(0, 1_000));
  }
  const tested = await program(at, repository, "npm", ["test"]);
  yield holds(`${about}: npm test is green`, tested.code === 0, `${tested.stdout}${tested.stderr}`.slice(-1_500));
}

/** `npm start`, an event for each team, and its run. */
async function* worked(at: Machine, repository: string, about: string, teams: readonly string[]): AsyncGenerator<Figure> {
  await using mesh = await npmStart(at, repository);
  for (const team of teams) {
    const data = JSON.stringify({ ticket: "t1", text: "The printer is down." });
    const type = `com.example.${team}.opened`;
    const sent = await armada(at, repository, ["emit", type, "--source", "/desk", "--subject", "t1", "--data", data]);
    yield holds(`${about}: ${team} is sent an event`, sent.code === 0, `${sent.stdout}${sent.stderr}`);
    const [journal] = [...(await allEnded(team, 1, mesh.mesh, ENDS_MS)).values()];
    yield holds(`${about}: its run completes`, journal?.ends.join() === "completed", journal?.ends.join() || "open");
  }
}

/** What is installed without the tools of development: how much, and that none of them is there. */
async function* alone(at: Machine, say: About["say"]): AsyncGenerator<Figure> {
  const folder = join(at.work, "alone");
  mkdirSync(folder);
  writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true, type: "module" }));
  const made = await program(at, folder, "npm", ["install", "--no-audit", "--no-fund", `armada-mesh@${VERSION}`]);
  yield holds("the product alone is installed", made.code === 0, made.stderr);
  const packages = readdirSync(join(folder, "node_modules"), { recursive: true, encoding: "utf8" }).filter((path) =>
    path.endsWith("package.json"),
  );
  yield none(
    "tools of development in it",
    ["typescript", "vitest", "@biomejs/biome", "nx", "verdaccio"].filter((name) => packages.includes(`${name}/package.json`)),
  );
  const bytes = sizeOf(join(folder, "node_modules"));
  yield { name: "megabytes of the product with all that it depends on", value: Math.round(bytes / 1e6), target: "any", ok: true };
  say("the demo, in a folder of its own");
  const demo = await program(at, folder, "npx", ["armada", "demo", "--once", "--json"]);
  yield holds("the demo makes its article from the package alone", demo.code === 0, `${demo.stdout}${demo.stderr}`.slice(-1_500));
}

/** Runs that the previous build began are ended by this one. */
async function* upgraded(at: Machine, say: About["say"]): AsyncGenerator<Figure> {
  say("an upgrade with open runs");
  const made = await program(at, at.work, "npm", ["create", "--yes", `armada-mesh@${PREVIOUS.version}`, "own"]);
  const repository = join(at.work, "own");
  yield holds("the previous build makes a repository", made.code === 0, `${made.stdout}${made.stderr}`.slice(-2_000));
  for (const team of ["gatekeeper", "sleeper"]) {
    cpSync(join(here, "acceptance/teams", team), join(repository, "services", team), { recursive: true });
    writeFileSync(
      join(repository, "services", team, "src/main.ts"),
      'import { serve } from "armada-mesh/serve";\nimport team from "./team.ts";\n\nawait serve(team);\n',
    );
  }
  const runs = Array.from({ length: RUNS }, (_, i) => `run${i}`);
  {
    await using _mesh = await npmStart(at, repository);
    for (const run of runs) {
      await must(armada(at, repository, ["run", "gatekeeper.twice", "--key", run, "--input", "{}"]));
      await must(armada(at, repository, ["run", "sleeper.nap", "--key", run, "--input", "{}"]));
      await until(`${run} to wait`, ENDS_MS, async () => (await armada(at, repository, ["runs", "approve", run])).code === 0);
    }
  }
  const upgrade = await program(at, repository, "npm", ["install", `armada-mesh@${VERSION}`]);
  yield holds("the upgrade is installed", upgrade.code === 0, upgrade.stderr);
  const said = await armada(at, repository, ["--version"]);
  yield holds("it is the new one", said.stdout.trim() === VERSION, said.stdout);
  await using mesh = await npmStart(at, repository);
  for (const run of runs)
    await until(`${run} to wait again`, ENDS_MS, async () => (await armada(at, repository, ["runs", "approve", run])).code === 0);
  for (const team of ["gatekeeper", "sleeper"]) {
    const journals = [...(await allEnded(team, RUNS, mesh.mesh, ENDS_MS)).values()];
    yield count(`runs of ${team} that the upgrade ended well`, journals.filter(({ ends }) => ends.join() === "completed").length, RUNS);
  }
}

const armada = (at: Machine, repository: string, args: readonly string[]): Promise<Ended> =>
  program(at, repository, "npx", ["armada", ...args]);

async function must(done: Promise<Ended>): Promise<void> {
  const { code, stdout, stderr } = await done;
  if (code !== 0) throw new Error(`ended with ${code}: ${stdout}${stderr}`);
}

/** npm's own: its cache, and what it has Node compile once. */
const NPM = [".npm", "node-compile-cache"];

/** What is beside the repository, and in the home and the temporary folder, but npm's own. Types and tests are other tools' work. */
function outside({ work, home, temporary }: Machine, own: string): string[] {
  return [work, home, temporary].flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => name !== own && !NPM.includes(name))
      .map((name) => join(folder, name)),
  );
}

function sizeOf(folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0);
}
