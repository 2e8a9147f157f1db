import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { here } from "./product.ts";

/**
 * A copy of this checkout's source to edit: a team's files changed, a team added. Packages, downloads and what Node has compiled
 * are those of this checkout, its own packages are the copy's.
 */
export type Checkout = Disposable & {
  readonly root: string;
  /** Writes a file, e.g. `services/pairs/src/team.ts`. */
  write(path: string, text: string): void;
};

const SOURCE = ["libs", "services", "infra/nats", "infra/bootstrap", "examples", "package.json", "package-lock.json"];
const OUTSIDE = new Set(["node_modules", ".cache", ".armada", "dist"]);

/** `services`: which of the services the copy has; all unless said. */
export function copyCheckout(services?: readonly string[]): Checkout {
  const root = `${mkdtempSync(join(tmpdir(), "armada-prove-copy-"))}/`;
  for (const path of SOURCE)
    cpSync(join(here, path), join(root, path), { recursive: true, filter: (from) => !OUTSIDE.has(basename(from)) });
  for (const name of readdirSync(join(root, "services")))
    if (services !== undefined && !services.includes(name)) {
      // Its contract stays, because other packages are typed by it; without team.ts it is no service.
      rmSync(join(root, "services", name, "src/team.ts"), { force: true });
      rmSync(join(root, "services", name, "src/main.ts"), { force: true });
    }
  linkPackages(root);
  mkdirSync(join(here, ".cache"), { recursive: true });
  symlinkSync(join(here, ".cache"), join(root, ".cache"));
  return {
    root,
    write: (path, text) => {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
    },
    [Symbol.dispose]: () => rmSync(root, { recursive: true, force: true }),
  };
}

/** Links the installed packages into `root`, and its own libs and services under their names. */
export function linkPackages(root: string): void {
  const modules = join(root, "node_modules");
  mkdirSync(join(modules, "@armada"), { recursive: true });
  for (const name of readdirSync(join(here, "node_modules")))
    if (name !== "@armada" && name !== "armada-mesh") symlinkSync(join(here, "node_modules", name), join(modules, name));
  symlinkSync(join(root, "libs/armada-mesh"), join(modules, "armada-mesh"));
  for (const kind of ["libs", "services"])
    for (const name of readdirSync(join(root, kind))) {
      symlinkSync(join(root, kind, name), join(modules, "@armada", name));
      const nested = join(here, kind, name, "node_modules");
      if (existsSync(nested)) symlinkSync(nested, join(root, kind, name, "node_modules"));
    }
}
