import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { freePort } from "../nats-by-hand.ts";
import { owned, until } from "../product.ts";

/** A registry on loopback that holds what is published here, and passes on what others hold. */
export type Registry = AsyncDisposable & {
  readonly url: string;
  /** Publishes each tarball of a folder. @throws Error with what npm said */
  publish(folder: string): void;
};

const ABOUT = {
  private: true,
  dependencies: { verdaccio: "6.10.4" },
  // Verdaccio names it by a tag, `node-fetch@cjs`, which not every mirror of the registry has.
  overrides: { "node-fetch": "2.7.0" },
};
/** Anyone on this machine may publish; npm itself wants any token for that. */
const TOKEN = "anyone";

/** Installs Verdaccio into `folder` and starts it on a port of the system's. `upstream`: the registry that has all else. */
export async function startRegistry(folder: string, upstream: string): Promise<Registry> {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), JSON.stringify(ABOUT));
  must(
    spawnSync("npm", ["install", "--no-audit", "--no-fund", "--loglevel=error", `--registry=${upstream}`], {
      cwd: folder,
      encoding: "utf8",
    }),
  );
  const url = `http://127.0.0.1:${await freePort()}`;
  const everyone = { access: "$all", publish: "$all", proxy: "upstream" };
  const config = {
    storage: "./storage",
    auth: { htpasswd: { file: "./htpasswd", max_users: -1 } },
    uplinks: { upstream: { url: upstream, maxage: "60m" } },
    packages: { "**": everyone },
    log: { type: "stdout", format: "json", level: "error" },
  };
  // JSON is YAML.
  writeFileSync(join(folder, "config.yaml"), JSON.stringify(config));
  const main = join(folder, "node_modules/verdaccio/bin/verdaccio");
  const child = owned(
    spawn(process.execPath, [main, "--config", join(folder, "config.yaml"), "--listen", url.slice("http://".length)], {
      cwd: folder,
      stdio: "ignore",
    }),
  );
  const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const answers = (): Promise<boolean> =>
    fetch(`${url}/-/ping`).then(
      ({ ok }) => ok,
      () => false,
    );
  await until("the registry to answer", 60_000, answers);
  return {
    url,
    publish: (from) => {
      const flags = [`--registry=${url}`, `--${url.slice("http:".length)}/:_authToken=${TOKEN}`, "--loglevel=error"];
      for (const file of readdirSync(from))
        must(spawnSync("npm", ["publish", join(from, file), ...flags], { cwd: folder, encoding: "utf8" }));
    },
    [Symbol.asyncDispose]: async () => {
      child.kill("SIGTERM");
      await gone;
    },
  };
}

function must({ status, stdout, stderr }: { status: number | null; stdout: string; stderr: string }): void {
  if (status !== 0) throw new Error(`npm ended with ${status}: ${stdout}${stderr}`);
}
