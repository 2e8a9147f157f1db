import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { ADMINISTRATION, ArmadaError, type Duration, type ErrorCode, milliseconds, type TeamManifest } from "@armada/contracts";
import type { Logger } from "@armada/event-sourcing";
import type { Fleet, Link, Room } from "@armada/nats";
import { accessIn, keptPort, localUrl, ROLES, type RunningServer, startServer } from "@armada/nats/starting";
import { writeWhole } from "@armada/nats/whole-file";
import { claimHome } from "@armada/operations/mesh/home";
import { HOME, isAlive, latestWritten, type MeshFile, readMesh, removeMesh, writeMesh } from "@armada/operations/mesh/mesh-file";
import { environmentOf, type Settings, serviceEnvironment } from "@armada/runtime/config";
import { manifestOf } from "@armada/runtime/manifest";
import { identityFolders } from "../identity-folders.ts";
import { productVersion } from "../product-version.ts";
import { BUILT_IN_SERVICES, productRoot, type Service } from "../project.ts";
import { type Child, filesOf, pidsOf, restartsOf, startChild } from "./child.ts";
import { lockData, meshRunning } from "./data-lock.ts";
import { onInterrupt } from "./interrupt.ts";
import { keepFolder } from "./keep-folder.ts";
import { roomOf } from "./room.ts";
import { restartOnceThereIsRoom } from "./unwritable.ts";

export type UpOptions = {
  readonly services: readonly Service[];
  readonly settings: Settings;
  /** What they are now: of these `room` is followed while the mesh runs. */
  readonly reread: () => Promise<Settings>;
  readonly meshFile: string;
  readonly say: (line: string) => void;
  /** A module that each replica begins with, so that its code can be put in force anew (`dev/preload.ts`). */
  readonly preload?: string;
};

/** A running mesh of child processes. */
export type Mesh = {
  readonly file: MeshFile;
  /** How long `stop` lets running steps go on before it kills their replica. */
  readonly drain: Duration;
  /** Puts what the environment gave its services into the mesh file. */
  tell(environment: MeshFile["environment"]): Promise<void>;
  stop(): Promise<void>;
  kill(): void;
  /** With a preload: the project's files that a service has loaded, by its name. */
  loaded(): ReadonlyMap<string, ReadonlySet<string>>;
  /**
   * Puts a service's code in force as it is in the files now, what it wants of the server before; starts one that is new. An abort
   * counts until the code is loaded. @throws ArmadaError what the code is refused for: what ran before goes on
   */
  renew(service: Pick<Service, "name" | "main">, signal: AbortSignal): Promise<void>;
  /** Ends a service's replicas; its streams stay. */
  drop(service: string): Promise<void>;
};

const READY_MS = 60_000;
/** Said of a folder of identities that an older build has made. */
const ONE_ACCOUNT =
  "the teams of this folder share one account of nats-server, which is no wall between them; once this has ended, `armada separate` gives each its own";
/** Said of one where who receives a message reads in its sender's objects. */
const READ_BY_CONTRACT =
  "the teams of this folder read all large values of those with whom they have a contract; once this has ended, `armada separate` leaves each those that it was sent";
/** Accounts with streams that are no team's: the one where all is that is not apart, administration's with the fleet, the operator's. */
const WITHOUT_TEAM = ["$G", ADMINISTRATION, "operator"];
/** What a replica has beyond its drain to record what ended and to disconnect. */
const LEAVE_MS = 5_000;

/** Starts server, provisioner and services. @throws ArmadaError `MESH_RUNNING`, `NATS_NOT_READY`, `SERVICES_NOT_READY` */
export async function up(options: UpOptions): Promise<Mesh> {
  const { services, say, settings } = options;
  const { data, drain, nats: ours, replicas } = settings.config;
  const home = resolve(HOME);
  await claimHome(home, productVersion(), say);
  await refuseSecond(options.meshFile, ours.url === undefined ? resolve(data) : undefined);
  const lock = ours.url === undefined ? await lockData(resolve(data)) : undefined;
  const logs = join(home, "logs");
  await mkdir(logs, { recursive: true, mode: 0o700 });
  const logger: Logger = { info: () => undefined, warn: (message) => say(message) };
  const names = services.map((service) => service.name);
  const manifests = new Map((await manifestsOf(services)).map((manifest) => [manifest.team, manifest]));
  const folders = identityFolders({ ...ours, credentials: ours.url === undefined ? join(home, "keys") : required(ours.credentials) });
  const { keys, administration } = folders;
  const access = accessIn(keys, administration);
  await access.ensure(ours.url === undefined ? [...ROLES, ...names] : []);
  let server: RunningServer | undefined;
  let serverPid: number | undefined;
  let children: readonly Child[] = [];
  const kill = (): void => {
    for (const child of children) child.kill();
    if (serverPid !== undefined && isAlive(serverPid)) process.kill(serverPid, "SIGKILL");
  };
  // Whoever gets the mesh listens from then on; until it is there, its processes must not outlive this one.
  const started = onInterrupt(() => {
    kill();
    process.exit(130);
  });
  let changed = (): void => undefined;
  let admit = (): void => undefined;
  const ending = new AbortController();
  const unwritable = restartOnceThereIsRoom(resolve(data), () => server?.restart(), say, ending.signal);
  const port = ours.url === undefined ? await keptPort(join(home, "nats")) : undefined;
  const nats = port === undefined ? required(ours.url) : localUrl(port);
  let limits = settings;
  const room = (): Promise<Room> => roomOf(limits.config, server === undefined ? undefined : data);
  const roomNow = async (): Promise<Room> => {
    const now = await options.reread();
    if (isDeepStrictEqual(now.config.room, limits.config.room)) return room();
    limits = now;
    changed();
    return room();
  };
  let keeper: Link | undefined;
  let operator: Link | undefined;
  let written = (): Promise<void> => Promise.resolve();
  const provisioned = Promise.withResolvers<void>();
  let stopped: Promise<void> | undefined;
  /** Once its services have ended: the mesh file goes last but the lock, so that nobody takes the folder for free before. */
  const end = async (): Promise<void> => {
    ending.abort();
    await keeper?.close();
    await operator?.close();
    await server?.stop();
    await written();
    await removeMesh(options.meshFile);
    lock?.release();
  };
  try {
    const gatewayKey = await ensureKey(join(keys, "gateway.key"));
    let gateway: string | undefined;
    let environment: MeshFile["environment"];
    /** Where code is put in force anew a team may have its first agent at any time. */
    const hasAgents = (team: string): boolean =>
      options.preload === undefined ? (manifests.get(team)?.agents.length ?? 0) > 0 : !BUILT_IN_SERVICES.includes(team);
    const envOf = (team: string) => (): NodeJS.ProcessEnv => ({
      ...serviceEnvironment(process.env, { team, agents: hasAgents(team) }, settings.config),
      ...environmentOf(settings),
      NATS_URL: nats,
      NATS_CREDS: keys,
      ARMADA_LOGS: logs,
    });
    const listening = (url: string): void => {
      gateway = url;
      changed();
    };
    const newChild = ({ name, main }: Pick<Service, "name" | "main">, waits = false): Child =>
      startChild({
        service: name,
        main,
        logFile: join(logs, `${name}.out`),
        env: envOf(name),
        say,
        changed: () => changed(),
        listening,
        told: (manifest) => {
          manifests.set(manifest.team, manifest);
          admit();
        },
        provisioned: provisioned.promise,
        serverSince: () => server?.since() ?? 0,
        alone: name === "gateway",
        ...(options.preload === undefined ? {} : { preload: options.preload }),
        waits,
      });
    const startChildren = (): void => {
      for (const service of services) for (let i = 0; i < (replicas[service.name] ?? 1); i++) children = [...children, newChild(service)];
    };
    /** While the server starts, its replicas load their code, and this process what makes it ready for them. */
    let loading: Promise<typeof import("./client.ts")> | undefined;
    const meanwhile = (): Promise<typeof import("./client.ts")> => {
      if (loading === undefined) startChildren();
      loading ??= import("./client.ts");
      return loading;
    };
    const arrange = async (): Promise<void> => {
      const moved = await access.arrange(resolve(data));
      if (moved.length > 0) say(`${moved.length} streams are in the accounts of their owners now`);
    };
    if (port !== undefined) await arrange();
    if (port !== undefined && !access.separated()) say(ONE_ACCOUNT);
    else if (port !== undefined && !access.givesCopies()) say(READ_BY_CONTRACT);
    if (port !== undefined)
      server = await startServer({
        binary: required(
          process.env.ARMADA_NATS_SERVER,
          "NO_NATS_SERVER",
          "no nats-server was found: start through `npm start` or `npx armada`",
        ),
        base: join(productRoot, "infra/nats/server.conf"),
        data: resolve(data),
        folder: join(home, "nats"),
        port,
        authorization: await access.admission([...manifests.values()]),
        syncInterval: ours.syncInterval,
        logger,
        ...(lock === undefined ? {} : { lock: () => lock.file }),
        started: (pid) => {
          serverPid = pid;
          lock?.serverIs(pid);
          changed();
          void meanwhile();
        },
        unwritable,
        before: arrange,
      });
    const client = await meanwhile();
    let fleet: Fleet | undefined;
    const provision = async (teams: readonly TeamManifest[]): Promise<unknown> =>
      keeper === undefined || fleet === undefined
        ? client.applyTeams(nats, folders, teams, { room: await room(), logger })
        : client.provisionTeams(keeper, fleet, teams, { access, replicas: 1, room: await room() });
    if (server !== undefined) {
      keeper = await client.reach(nats, keys, "provisioner", { logger, administration });
      fleet = await client.Fleet.follow(keeper, access, logger);
    }
    await provision([...manifests.values()]);
    if (server !== undefined && fleet !== undefined) admit = client.followAdmission(server, { fleet, access, manifests, say });
    /** What other code of a team wants is there before a replica works with it. */
    const letIn = async (manifest: TeamManifest): Promise<void> => {
      const before = manifests.get(manifest.team);
      manifests.set(manifest.team, manifest);
      try {
        admit();
        if (before === undefined || !wantsTheSame(before, manifest)) await provision([manifest]);
      } catch (error) {
        if (before === undefined) manifests.delete(manifest.team);
        else manifests.set(manifest.team, before);
        throw error;
      }
    };
    const within = milliseconds(drain) + LEAVE_MS;
    const file = (): MeshFile => ({
      layout: 1,
      pid: process.pid,
      nats,
      ...(server?.pid() === undefined ? {} : { natsPid: server.pid() as number }),
      data: resolve(data),
      keys,
      administration,
      ...(gateway === undefined ? {} : { gateway }),
      key: gatewayKey,
      pids: pidsOf(children, server?.pid()),
      restarts: restartsOf(children),
      ...(environment === undefined ? {} : { environment }),
      settings: inForce(settings, limits).map(({ path, value, from, unset }) => ({ path, value: value ?? unset ?? "", from })),
    });
    const writing = latestWritten(() => writeMesh(options.meshFile, file()), ending.signal);
    changed = writing.changed;
    written = writing.written;
    changed();
    provisioned.resolve();
    const watchWrites = async (): Promise<void> => {
      operator = await client.reach(nats, keys, "operator", { logger });
      const fleet = await client.Fleet.follow(operator, access, logger);
      void client.probeIdleStreams(operator, { fleet, teams: names, unwritable, signal: ending.signal });
    };
    await Promise.all([allReady(children), ...(server === undefined ? [] : [watchWrites()])]);
    if (server !== undefined && keeper !== undefined && fleet !== undefined) {
      void client.keepRoom(keeper, roomNow, logger, ending.signal);
      void client.keepStreams(keeper, { fleet, access, manifests: () => [...manifests.values()], room, logger, signal: ending.signal });
      const [own, known] = [server, fleet];
      const again = async (): Promise<void> => {
        await lock?.again();
        own.restart("SIGKILL");
      };
      const accounts = (): string[] => [...WITHOUT_TEAM, ...known.teams.keys()];
      void keepFolder(resolve(data), accounts, again, say, ending.signal);
    }
    changed();
    await written();
    return {
      get file() {
        return file();
      },
      drain,
      tell: (found) => {
        environment = found;
        changed();
        return written();
      },
      stop: () => (stopped ??= Promise.all(children.map((child) => child.stop(within))).then(end)),
      kill,
      loaded: () => filesOf(children),
      renew: async (service, signal) => {
        const { name } = service;
        if (!children.some((child) => child.service === name)) {
          if (ours.url === undefined) await access.ensure([name]);
          for (let i = 0; i < (replicas[name] ?? 1); i++) children = [...children, newChild(service, true)];
        }
        for (const child of children.filter((one) => one.service === name)) await child.renew(letIn, within, signal);
      },
      drop: async (name) => {
        const own = children.filter((child) => child.service === name);
        children = children.filter((child) => child.service !== name);
        await Promise.all(own.map((child) => child.stop(within)));
        manifests.delete(name); // it is kept as one from elsewhere is: as long as the fleet knows of it
        changed();
      },
    };
  } catch (error) {
    for (const child of children) child.kill();
    await end();
    throw error;
  } finally {
    started();
  }
}

/** What is to be said of the services' teams. @throws ArmadaError `BAD_CONTRACT`, `EXTERNAL_ID` */
export function manifestsOf(services: readonly Service[]): Promise<TeamManifest[]> {
  return Promise.all(services.map(({ team, main }) => manifestOf(team, dirname(main))));
}

/** Whether a team's other code wants the same of the server and says the same to others. */
function wantsTheSame(before: TeamManifest, now: TeamManifest): boolean {
  const wants = ({ code: _code, workflows, ...said }: TeamManifest): unknown => ({
    ...said,
    workflows: workflows.map(({ name, version }) => ({ name, version })),
  });
  return isDeepStrictEqual(wants(before), wants(now));
}

/** What a mesh was started with, and of its room what is said now. */
export function inForce({ list }: Settings, now: Settings): Settings["list"] {
  const isRoom = ({ path }: Settings["list"][number]): boolean => path.startsWith("room.");
  const at = list.findIndex(isRoom);
  return list.filter((one) => !isRoom(one)).toSpliced(at, 0, ...now.list.filter(isRoom));
}

/** `data`: the folder of streams where it is ours: its lock says whether another mesh works on it. */
async function refuseSecond(meshFile: string, data: string | undefined): Promise<void> {
  const other = await readMesh(meshFile);
  if (other !== undefined && other.data !== data && isAlive(other.pid)) throw meshRunning(other.pid, other.data);
}

async function ensureKey(path: string): Promise<string> {
  if (existsSync(path)) return (await readFile(path, "utf8")).trim();
  const key = randomBytes(24).toString("base64url");
  await writeWhole(path, `${key}\n`);
  return key;
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

function required(
  value: string | undefined,
  code: ErrorCode = "USAGE",
  message = "NATS_URL needs NATS_CREDS: the folder of identities",
): string {
  if (value === undefined) throw new ArmadaError(code, message);
  return value;
}
