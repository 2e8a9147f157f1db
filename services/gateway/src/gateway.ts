import { setTimeout as sleep } from "node:timers/promises";
import { knowSecrets } from "@armada/contracts";
import { watchCascade } from "@armada/operations/cascade/watch";
import { type ServiceContext, systemRandom } from "@armada/runtime";
import type { FastifyInstance } from "fastify";
import { buildApp } from "./app.ts";
import { type Declared, declaredIn } from "./events/declared-types.ts";
import { Inbox } from "./events/inbox.ts";
import { Hooks } from "./hooks/hooks.ts";
import { gatewayKey } from "./keys/first-key.ts";
import { KeyRing } from "./keys/key-ring.ts";
import { tokensOf } from "./keys/tokens.ts";
import { lately } from "./room.ts";
import { Runs } from "./runs.ts";
import { followTls, readTls } from "./tls.ts";

/** How every JSON Web Token begins: `{"` in base64. */
const TOKEN = "eyJ";
const PORTS_TRIED = 50;
const WAIT_MS = 100;
const SAY_EVERY = 100;

/** The HTTP listener beside the gateway's team: on the configured port, else the next free one. Teams that are provisioned later are served at once. */
export async function gateway({
  ports,
  clock,
  log,
  tracer,
  env,
  config,
  signal,
  teamPorts,
  reading,
}: ServiceContext): Promise<{ close(): Promise<void> }> {
  const { manifests } = ports;
  await provisioned({ manifests, log, signal });
  let declared = declaredIn(manifests.teams.values());
  const sayBroken = ({ broken }: Declared): void => {
    for (const { team, error } of broken)
      log.error(`without the types of ${team}: ${error.message}`, { team, code: error.code, error: error.cause ?? error });
  };
  sayBroken(declared);
  const unlisten = manifests.onChange(() => {
    const before = new Set(declared.types.keys());
    declared = declaredIn(manifests.teams.values());
    sayBroken(declared);
    const fresh = [...declared.types.keys()].filter((type) => !before.has(type));
    if (fresh.length > 0) log.info(`takes ${fresh.join(", ")} from now on`);
  });
  const waits = { clock, random: systemRandom };
  const { host, port, acceptUndeclared } = config.gateway;
  const webhookOrigins = (config.gateway.webhookOrigins ?? "").split(",").map((one) => one.trim().toLowerCase());
  const inbox = new Inbox(
    { log: ports.log, objects: ports.objects, tracer, ...waits, room: lately(ports.room, clock.now) },
    () => declared,
    {
      acceptUndeclared,
    },
  );
  const others = kept(manifests.teams, (team) => {
    const { log: of, room } = teamPorts(team);
    return { log: of, room: lately(room, clock.now) };
  });
  const reader = await reading();
  const teams = (): string[] => [...manifests.teams.keys()].sort();
  const workflows = (team: string): string[] | undefined => {
    const names = manifests.teams.get(team)?.workflows.map(({ name }) => name);
    return names === undefined ? undefined : [...new Set(names)];
  };
  const read = kept(manifests.teams, reader.teamPorts);
  const runs = new Runs({
    log: ports.log,
    objects: ports.objects,
    tracer,
    teams,
    workflows,
    teamPorts: others,
    reading: { teamPorts: read, queues: reader.teamQueues, objects: reader.objects, isolations: ports.isolations.all },
    ...waits,
  });
  const key = await gatewayKey(env);
  knowSecrets([key]);
  const folder = env.NATS_CREDS ?? ".";
  const ring = await KeyRing.open({ folder, first: key, now: clock.now, logger: log });
  const tokens = await tokensOf(config.gateway.oidc, clock.now);
  const tls = await readTls(config.gateway.tls);
  const app = await buildApp({
    whose: (given) => (tokens !== undefined && given.startsWith(TOKEN) ? tokens(given) : ring.find(given)),
    signer: (name) => ring.signer(name),
    tls,
    perMinute: config.gateway.requestsPerMinute,
    now: clock.now,
    inbox,
    broken: () => declared.broken,
    runs,
    logger: log,
    webhookOrigins,
    ready: () => ports.log.head(),
    signal,
  });
  if (tls !== undefined) void followTls(config.gateway.tls, app.server, { first: tls, logger: log, signal });
  const url = await listen(app, host, port);
  log.info(`listens at ${url}`, { types: [...declared.types.keys()] });
  process.send?.({ type: "listening", url });
  const hooks = new Hooks({
    folder,
    registers: ports.registers,
    log: (team) => read(team).log,
    sequenceAt: reader.sequenceAt,
    objects: reader.objects,
    manifests: () => manifests.teams,
    logger: log,
    ...waits,
  });
  const over = new AbortController();
  const watching = watchCascade(
    { log: ports.log, logger: log, ...waits },
    { log: (team) => read(team).log, queues: reader.teamQueues, manifests: () => manifests.teams, isolations: ports.isolations.all },
    teams,
    over.signal,
  );
  return {
    close: async () => {
      unlisten();
      over.abort();
      await watching;
      await hooks.close();
      await app.close();
      await reader.close();
    },
  };
}

/** What `make` gives for a team, made once for each that was provisioned. */
function kept<T>(teams: ReadonlyMap<string, unknown>, make: (team: string) => T): (team: string) => T {
  const made = new Map<string, T>();
  return (team) => {
    const one = made.get(team) ?? make(team);
    if (teams.has(team)) made.set(team, one);
    return one;
  };
}

/** Its own manifest is written after those of the teams that were provisioned with it: then no type is refused that they want. */
async function provisioned({
  manifests,
  log,
  signal,
}: Pick<ServiceContext, "log" | "signal"> & Pick<ServiceContext["ports"], "manifests">): Promise<void> {
  for (let tries = 0; !manifests.teams.has("gateway") && !signal.aborted; tries++) {
    if (tries % SAY_EVERY === SAY_EVERY - 1)
      log.info("waiting for the manifests of the teams in the stream FLEET: `armada provision` writes them");
    await sleep(WAIT_MS);
  }
}

async function listen(app: FastifyInstance, host: string, wanted: number): Promise<string> {
  for (let port = wanted; ; port++) {
    try {
      return await app.listen({ host, port });
    } catch (error) {
      const taken = (error as NodeJS.ErrnoException).code === "EADDRINUSE";
      if (!taken || port >= wanted + PORTS_TRIED) throw error;
    }
  }
}
