import { execFileSync } from "node:child_process";
import { cpSync, existsSync, globSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { closureOf } from "./closure.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const MESH = "armada-mesh";
const CREATE = "create-armada-mesh";
const EMIT = "armada-emit";
/** What each door of the package begins with. */
const OLDER_NODE = "infra/packages/node-20.mjs";

type About = {
  readonly name: string;
  readonly version: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly exports?: Readonly<Record<string, string>>;
};
export type Tarball = { readonly file: string; readonly bytes: number };

/**
 * Builds the packages that a registry takes, as tarballs in the folder `out`: `armada-mesh`, which is the product with the command
 * `armada`, `create-armada-mesh`, which `npm create` runs, and `armada-emit`, by which other systems emit. They have one version, the
 * repository's unless said.
 */
export async function buildPackages({
  out,
  version = about(".").version,
  say,
}: {
  readonly out: string;
  readonly version?: string | undefined;
  readonly say: (line: string) => void;
}): Promise<Tarball[]> {
  mkdirSync(join(root, ".cache"), { recursive: true });
  const work = mkdtempSync(join(root, ".cache/packages-"));
  try {
    const built = join(work, "built");
    say("types and code (tsc)");
    execFileSync(
      process.execPath,
      [join(root, "node_modules/typescript/bin/tsc"), "-p", join(root, "infra/packages"), "--outDir", built, "--singleThreaded"],
      {
        stdio: ["ignore", "inherit", "inherit"],
      },
    );
    say("packages");
    return [
      meshPackage(built, join(work, MESH), version),
      createPackage(built, join(work, CREATE), version),
      emitPackage(built, join(work, EMIT), version),
    ].map((folder) => packed(folder, out));
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** The product: what its doors, its command and its services reach, in the repository's own tree. */
function meshPackage(built: string, folder: string, version: string): string {
  const { exports: doors = {} } = about(`libs/${MESH}`);
  const doorOf = (file: string): string => join(`libs/${MESH}`, file).replace(/\.ts$/, "");
  const services = readdirSync(join(root, "services")).flatMap((name) =>
    ["main", "team", "contract"].map((file) => `services/${name}/src/${file}`),
  );
  const packages = write(folder, built, [
    ...Object.values(doors).map(doorOf),
    "libs/cli/src/main",
    "libs/cli/src/demo/preload",
    "libs/cli/src/dev/preload",
    "libs/nats/src/signs-of-life/thread",
    ...services.filter((file) => existsSync(join(built, `${file}.js`))),
  ]);
  copy(OLDER_NODE, folder);
  for (const door of Object.values(doors).map((file) => join(folder, `${doorOf(file)}.js`))) {
    // In the same line, so that a frame's line is the source's.
    const older = relative(dirname(door), join(folder, OLDER_NODE));
    writeFileSync(door, `import ${JSON.stringify(older)}; ${readFileSync(door, "utf8")}`);
  }
  for (const name of readdirSync(join(root, "infra/bootstrap")).filter((one) => one.endsWith(".mjs") && one !== "run.mjs"))
    copy(`infra/bootstrap/${name}`, folder);
  for (const path of ["infra/nats/server.conf", "examples", "LICENSE", "CHANGELOG.md"]) copy(path, folder);
  cpSync(join(root, "infra/packages/README.md"), join(folder, "README.md"));
  manifest(folder, {
    name: MESH,
    version,
    description: "Teams of AI agents as an event-sourced microservice mesh on NATS JetStream",
    keywords: ["agents", "event-sourcing", "nats", "jetstream", "workflow", "durable-execution"],
    bin: { armada: "infra/bootstrap/armada.mjs", [MESH]: "infra/bootstrap/armada.mjs" },
    exports: Object.fromEntries(
      Object.entries(doors).map(([door, file]) => [door, { types: `./${doorOf(file)}.d.ts`, default: `./${doorOf(file)}.js` }]),
    ),
    dependencies: versionsOf(packages),
  });
  return folder;
}

/** What `npm create` runs: it depends on nothing, because npm installs it before each use. */
function createPackage(built: string, folder: string, version: string): string {
  const packages = write(folder, built, [`libs/${CREATE}/src/main`]);
  if (packages.size > 0) throw new Error(`${CREATE} depends on ${[...packages].join(", ")}: it is to depend on nothing`);
  copy("LICENSE", folder);
  manifest(folder, {
    name: CREATE,
    version,
    description: "A repository for teams of AI agents on Armada: npm create armada-mesh FOLDER",
    bin: { [CREATE]: `libs/${CREATE}/src/main.js` },
  });
  return folder;
}

/** The client of systems that are no part of a mesh, which depends on nothing. */
function emitPackage(built: string, folder: string, version: string): string {
  const door = "libs/emit/src/index";
  const packages = write(folder, built, [door]);
  if (packages.size > 0) throw new Error(`${EMIT} depends on ${[...packages].join(", ")}: it is to depend on nothing`);
  copy("LICENSE", folder);
  cpSync(join(root, "libs/emit/README.md"), join(folder, "README.md"));
  manifest(folder, {
    name: EMIT,
    version,
    description: "Hands events of any system to an Armada gateway: each once, none lost without a word",
    exports: { ".": { types: `./${door}.d.ts`, default: `./${door}.js` } },
  });
  return folder;
}

/** Writes what is reached from `entries`; answers which packages of a registry it imports. */
function write(folder: string, built: string, entries: readonly string[]): ReadonlySet<string> {
  const { files, packages } = closureOf(built, entries, sourceOf);
  for (const [path, text] of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return packages;
}

function copy(path: string, folder: string): void {
  cpSync(join(root, path), join(folder, path), { recursive: true, filter: (from) => !/\.test\.ts$/.test(from) });
}

function manifest(folder: string, said: Record<string, unknown>): void {
  const { name, version, description, ...more } = said;
  const whole = { name, version, description, license: "Apache-2.0", type: "module", engines: { node: ">=20" }, ...more };
  writeFileSync(join(folder, "package.json"), `${JSON.stringify(whole, undefined, 2)}\n`);
}

/** The versions that the packages of this repository pin. @throws Error for a package that none of them depends on */
function versionsOf(packages: ReadonlySet<string>): Record<string, string> {
  const pinned = new Map(
    ["libs", "services"].flatMap((kind) =>
      globSync(`${kind}/*/package.json`, { cwd: root }).flatMap((file) => Object.entries(about(dirname(file)).dependencies ?? {})),
    ),
  );
  return Object.fromEntries(
    [...packages].sort().map((name) => {
      const version = pinned.get(name);
      if (version === undefined) throw new Error(`no package of libs/ or services/ depends on ${name}`);
      return [name, version];
    }),
  );
}

/** The source file of a name as `@armada/engine/reading`, below the repository. */
function sourceOf(specifier: string): string {
  return relative(root, createRequire(join(root, "package.json")).resolve(specifier));
}

function packed(folder: string, out: string): Tarball {
  const said = execFileSync("npm", ["pack", "--json", "--ignore-scripts", "--pack-destination", out], {
    cwd: folder,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
  const [{ filename }] = JSON.parse(said) as [{ readonly filename: string }];
  return { file: filename, bytes: statSync(join(out, filename)).size };
}

function about(folder: string): About {
  return JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8"));
}
