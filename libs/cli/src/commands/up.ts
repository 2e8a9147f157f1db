import { join } from "node:path";
import { ArmadaError } from "@armada/contracts";
import { DEFAULT_FILE, HOME } from "../mesh/mesh-file.ts";
import { type Mesh, up } from "../mesh/up.ts";
import type { Output } from "../output.ts";
import { loadServices } from "../project.ts";

export type UpFlags = {
  readonly only?: string;
  readonly replicas?: string;
  readonly nats?: string;
  readonly data?: string;
  readonly port?: string;
  readonly mesh?: string;
  readonly syncInterval?: string;
};

const DRAIN_MS = 10_000;

/** Starts the mesh from a command's flags. */
export async function startMesh(flags: UpFlags, say: (line: string) => void): Promise<Mesh> {
  const services = await loadServices(flags.only?.split(","));
  const sync = flags.syncInterval ?? "always";
  if (sync !== "always" && sync !== "100ms") throw new ArmadaError("USAGE", `--sync-interval is ${sync}`, { hint: "use always or 100ms" });
  const port = flags.port === undefined ? undefined : Number(flags.port);
  if (port !== undefined && !(Number.isInteger(port) && port >= 0 && port <= 65_535))
    throw new ArmadaError("USAGE", `--port is ${flags.port}`, { hint: "use 0 to 65535" });
  return up({
    services,
    replicas: replicasOf(
      flags.replicas,
      services.map((service) => service.name),
    ),
    natsUrl: flags.nats ?? process.env.NATS_URL,
    natsCreds: process.env.NATS_CREDS,
    data: flags.data ?? join(HOME, "data"),
    port,
    meshFile: flags.mesh ?? DEFAULT_FILE,
    syncInterval: sync,
    say,
  });
}

function replicasOf(text: string | undefined, names: readonly string[]): ReadonlyMap<string, number> {
  const replicas = new Map<string, number>();
  for (const part of text?.split(",") ?? []) {
    const [name = "", count = ""] = part.split("=");
    const n = Number(count);
    if (!names.includes(name) || !(Number.isInteger(n) && n >= 0 && n <= 64))
      throw new ArmadaError("USAGE", `--replicas ${part} is not TEAM=NUMBER`, { hint: `teams: ${names.join(", ")}; numbers from 0 to 64` });
    replicas.set(name, n);
  }
  return replicas;
}

/** Resolves at the first Ctrl-C or SIGTERM, after the mesh has drained; a second one kills. */
export async function untilInterrupted(mesh: Mesh, say: (line: string) => void): Promise<void> {
  await new Promise<void>((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve());
  });
  say(`stopping: running steps have ${DRAIN_MS / 1_000} s to end; Ctrl-C again kills them`);
  for (const signal of ["SIGINT", "SIGTERM"] as const)
    process.once(signal, () => {
      mesh.kill();
      process.exit(130);
    });
  await mesh.stop();
}

export async function upCommand(flags: UpFlags, out: Output): Promise<void> {
  const mesh = await startMesh(flags, out.json ? (line) => void process.stderr.write(`${line}\n`) : out.say);
  const { nats, gateway, key, pids } = mesh.file;
  out.emit({ type: "ready", gateway: gateway ?? null, nats, key, pids });
  out.say(
    `the mesh serves: ${Object.entries(pids)
      .map(([name, list]) => `${name} (pid ${list.join(", ")})`)
      .join(", ")}`,
  );
  out.say(`NATS ${nats}${gateway === undefined ? "" : `, gateway ${gateway}`}; Ctrl-C ends it`);
  await untilInterrupted(mesh, out.say);
}
