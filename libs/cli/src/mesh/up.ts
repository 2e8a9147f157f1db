import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readFile, statfs, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { allQueues, queuesOf, sourcesOf } from "@armada/agents";
import { ArmadaError } from "@armada/contracts";
import type { Logger } from "@armada/event-sourcing";
import {
  authorization,
  type Change,
  ensureIdentities,
  link,
  provision,
  ROLES,
  type RunningServer,
  readIdentity,
  startServer,
  type TeamTopology,
} from "@armada/nats";
import { projectRoot, type Service } from "../project.ts";
import { type Child, startChild } from "./child.ts";
import { claimHome, HOME, isAlive, type MeshFile, readMesh, removeMesh, writeMesh } from "./mesh-file.ts";

export type UpOptions = {
  readonly services: readonly Service[];
  /** Replicas by service; 1 unless said. */
  readonly replicas: ReadonlyMap<string, number>;
  readonly natsUrl: string | undefined;
  readonly natsCreds: string | undefined;
  readonly data: string;
  readonly port: number | undefined;
  readonly meshFile: string;
  readonly syncInterval: "always" | "100ms";
  readonly say: (line: string) => void;
};

/** A running mesh of child processes. */
export type Mesh = { readonly file: MeshFile; stop(): Promise<void>; kill(): void };

const READY_MS = 60_000;
/** Of the disk's free space, a stream may take this share (ENGINE.md, "Full"). */
const DISK_SHARE = 0.2;
const ALL_STREAMS_SHARE = 0.6;

/** Starts server, provisioner and services. @throws ArmadaError `MESH_RUNNING`, `NATS_NOT_READY`, `SERVICES_NOT_READY` */
export async function up(options: UpOptions): Promise<Mesh> {
  const { services, say } = options;
  const home = resolve(HOME);
  await claimHome(home);
  await refuseSecond(options.meshFile, options.data);
  const logs = join(home, "logs");
  await mkdir(logs, { recursive: true, mode: 0o700 });
  const logger: Logger = { info: () => undefined, warn: (message) => say(message) };
  const names = services.map((service) => service.name);
  const keys = options.natsUrl === undefined ? join(home, "keys") : required(options.natsCreds);
  const identities = await ensureIdentities(keys, options.natsUrl === undefined ? [...ROLES, ...names] : []);
  const teams = names.map((name) => ({ name, peers: names.filter((other) => other !== name) }));
  let server: RunningServer | undefined;
  let changed = (): void => undefined;
  if (options.natsUrl === undefined)
    server = await startServer({
      binary: required(
        process.env.ARMADA_NATS_SERVER,
        "NO_NATS_SERVER",
        "no nats-server was found: start through `npm start` or `npx armada`",
      ),
      base: join(projectRoot, "infra/nats/server.conf"),
      data: resolve(options.data),
      folder: join(home, "nats"),
      authorization: authorization(identities, teams),
      syncInterval: options.syncInterval,
      logger,
      restarted: () => changed(),
    });
  const nats = server?.url ?? required(options.natsUrl);
  const children: Child[] = [];
  try {
    await applyTopology(nats, keys, services.map(topologyOfService), {
      maxBytes: await bytesPerStream(options.data, services.length),
      logger,
    });
    const gatewayKey = await ensureKey(join(keys, "gateway.key"));
    const file = (): MeshFile => ({
      layout: 1,
      pid: process.pid,
      nats,
      ...(server?.pid() === undefined ? {} : { natsPid: server.pid() as number }),
      data: resolve(options.data),
      keys: resolve(keys),
      ...(gateway === undefined ? {} : { gateway }),
      key: gatewayKey,
      pids: pidsOf(children, server),
      restarts: restartsOf(children),
    });
    const env = (): NodeJS.ProcessEnv => ({
      ...process.env,
      NATS_URL: nats,
      NATS_CREDS: keys,
      ARMADA_LOGS: logs,
      ARMADA_SERVER_SINCE: String(server?.since() ?? 0),
      ARMADA_GATEWAY_KEY: gatewayKey,
      ...(options.port === undefined ? {} : { ARMADA_GATEWAY_PORT: String(options.port) }),
    });
    let gateway: string | undefined;
    const listening = (url: string): void => {
      gateway = url;
      changed();
    };
    // One write after another, each of the latest: two at a time could end with the older one.
    let written = Promise.resolve();
    changed = () => {
      written = written.then(() => writeMesh(options.meshFile, file()));
    };
    for (const service of services)
      for (let i = 0; i < (options.replicas.get(service.name) ?? 1); i++)
        children.push(
          startChild({
            service: service.name,
            main: service.main,
            logFile: join(logs, `${service.name}.out`),
            env,
            say,
            changed: () => changed(),
            listening,
          }),
        );
    await allReady(children);
    changed();
    await written;
    return {
      get file() {
        return file();
      },
      stop: async () => {
        await Promise.all(children.map((child) => child.stop()));
        await server?.stop();
        await written;
        await removeMesh(options.meshFile);
      },
      kill: () => {
        for (const child of children) child.kill();
        const pid = server?.pid();
        if (pid !== undefined) process.kill(pid, "SIGKILL");
      },
    };
  } catch (error) {
    for (const child of children) child.kill();
    await server?.stop();
    throw error;
  }
}

/** The topology that a service's team wants. */
export function topologyOfService({ team }: Service): TeamTopology {
  return { team: team.name, queues: allQueues(queuesOf(team)), sources: sourcesOf(team) };
}

/** Applies topologies as the provisioner. */
export async function applyTopology(
  nats: string,
  keys: string,
  teams: readonly TeamTopology[],
  options: { maxBytes: number; logger: Logger; replicas?: number; dryRun?: boolean },
): Promise<Change[]> {
  const admin = await link({ servers: nats, identity: await readIdentity(keys, "provisioner"), logger: options.logger });
  try {
    return await provision(admin, teams, { replicas: options.replicas ?? 1, maxBytes: options.maxBytes, dryRun: options.dryRun === true });
  } finally {
    await admin.close();
  }
}

/**
 * What one stream may take: 20 % of the free space of the disk that holds `folder` (ENGINE.md, "Full"), less where there are
 * many, because the server reserves all of it at creation and has three quarters of the disk to give.
 */
export async function bytesPerStream(folder: string, teams: number): Promise<number> {
  await mkdir(folder, { recursive: true });
  const { bavail, bsize } = await statfs(folder);
  return Math.floor(bavail * bsize * Math.min(DISK_SHARE, ALL_STREAMS_SHARE / (2 * teams + 1)));
}

async function refuseSecond(meshFile: string, data: string): Promise<void> {
  const other = await readMesh(meshFile);
  if (other === undefined) return;
  if (isAlive(other.pid))
    throw new ArmadaError("MESH_RUNNING", `a mesh runs here already: pid ${other.pid}, data in ${other.data}`, {
      hint: `stop it (kill ${other.pid}), or use another folder than ${data}`,
    });
  // A killed `up` leaves its server behind; it is ours to end before the folder is used again.
  if (other.natsPid !== undefined && isAlive(other.natsPid) && (await isNatsServer(other.natsPid))) {
    process.kill(other.natsPid, "SIGTERM");
    for (let i = 0; i < 100 && isAlive(other.natsPid); i++) await new Promise((done) => setTimeout(done, 100));
  }
}

async function isNatsServer(pid: number): Promise<boolean> {
  const command = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
  return command.includes("nats-server");
}

async function ensureKey(path: string): Promise<string> {
  if (existsSync(path)) return (await readFile(path, "utf8")).trim();
  const key = randomBytes(24).toString("base64url");
  await writeFile(path, `${key}\n`, { mode: 0o600 });
  return key;
}

function pidsOf(children: readonly Child[], server: RunningServer | undefined): Record<string, number[]> {
  const pids: Record<string, number[]> = {};
  for (const child of children) {
    const pid = child.pid();
    if (pid !== undefined) pids[child.service] = [...(pids[child.service] ?? []), pid];
  }
  const nats = server?.pid();
  return nats === undefined ? pids : { ...pids, nats: [nats] };
}

function restartsOf(children: readonly Child[]): Record<string, number> {
  const restarts: Record<string, number> = {};
  for (const child of children) restarts[child.service] = (restarts[child.service] ?? 0) + child.restarts();
  return restarts;
}

async function allReady(children: readonly Child[]): Promise<void> {
  const late = new Set(children.map((child) => child.service));
  const over = new Promise<never>((_, fail) =>
    setTimeout(
      () =>
        fail(
          new ArmadaError("SERVICES_NOT_READY", `not ready after ${READY_MS / 1_000} s: ${[...late].join(", ")}`, {
            hint: `see ${HOME}/logs`,
          }),
        ),
      READY_MS,
    ).unref(),
  );
  await Promise.race([Promise.all(children.map((child) => child.ready.then(() => late.delete(child.service)))), over]);
}

function required(value: string | undefined, code = "USAGE", message = "NATS_URL needs NATS_CREDS: the folder of identities"): string {
  if (value === undefined) throw new ArmadaError(code, message);
  return value;
}
