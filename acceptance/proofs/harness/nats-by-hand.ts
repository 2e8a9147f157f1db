import { spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { owned, until } from "./product.ts";

export type HandStarted = {
  /** Has it read its configuration again. */
  reload(): void;
  stop(): Promise<void>;
};

/**
 * Starts nats-server with a configuration as a person would write it, beside the identities that it includes: the server reads
 * an include relative to the file that holds it, an absolute one as well. `extra`: further lines.
 */
export async function startNats(
  folder: string,
  about: { port: number; keys: string; name?: string; extra?: string },
): Promise<HandStarted> {
  const { port, keys, name = "nats", extra = "" } = about;
  const binary = process.env.ARMADA_NATS_SERVER;
  if (binary === undefined) throw new Error("ARMADA_NATS_SERVER names no nats-server: run this through `npm run prove`");
  mkdirSync(join(folder, name));
  const config = join(keys, `${name}.conf`);
  writeFileSync(
    config,
    `host: "127.0.0.1"\nport: ${port}\nmax_payload: 1MB\njetstream { store_dir: "${join(folder, name)}", sync_interval: always }\ninclude "auth.conf"\n${extra}`,
  );
  const child = owned(spawn(binary, ["-c", config], { cwd: join(folder, name), stdio: ["ignore", "ignore", "pipe"], env: {} }));
  let said = "";
  child.stderr.on("data", (chunk) => (said += chunk));
  const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  await until(`nats-server to be ready: ${said}`, 10_000, () => {
    if (child.exitCode !== null) throw new Error(`nats-server ended: ${said}`);
    return said.includes("Server is ready");
  });
  return {
    reload: () => void child.kill("SIGHUP"),
    stop: () => {
      child.kill("SIGTERM");
      return gone;
    },
  };
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => (typeof address === "object" && address !== null ? resolve(address.port) : reject(new Error("no free port"))));
    });
  });
}
