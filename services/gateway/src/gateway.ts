import type { Surroundings } from "@armada/runtime";
import type { FastifyInstance } from "fastify";
import { buildApp } from "./app.ts";
import { declaredTypes, teamNames } from "./events/declared-types.ts";
import { Inbox } from "./events/inbox.ts";
import { gatewayKey } from "./key.ts";
import { lately } from "./room.ts";
import { Runs } from "./runs.ts";

const PORTS_TRIED = 50;

/** The HTTP listener beside the gateway's team: on the configured port, else the next free one. */
export async function gateway({
  ports,
  log,
  tracer,
  env,
  config,
  signal,
  teamPorts,
  teamQueues,
}: Surroundings): Promise<{ close(): Promise<void> }> {
  const declared = await declaredTypes();
  for (const { team, error } of declared.broken)
    log.error(`without the contract of ${team}: ${error.message}`, { team, code: error.code, error: error.cause ?? error });
  const teams = await teamNames();
  const now = (): number => Date.now();
  const { host, port, acceptUndeclared } = config.gateway;
  const webhookOrigins = (config.gateway.webhookOrigins ?? "").split(",").map((one) => one.trim().toLowerCase());
  const inbox = new Inbox({ log: ports.log, objects: ports.objects, tracer, now, room: lately(ports.room, now) }, declared, {
    acceptUndeclared,
  });
  const portsFor = (team: string): ReturnType<typeof teamPorts> => {
    const made = teamPorts(team);
    return { ...made, room: lately(made.room, now) };
  };
  const others = new Map(teams.map((team) => [team, portsFor(team)]));
  const of = (team: string): ReturnType<typeof teamPorts> => others.get(team) ?? portsFor(team);
  const runs = new Runs({ log: ports.log, objects: ports.objects, tracer, teams, teamPorts: of, queues: teamQueues, now });
  const app = await buildApp({
    key: await gatewayKey(env),
    inbox,
    broken: declared.broken,
    runs,
    logger: log,
    webhookOrigins,
    ready: () => ports.log.head(),
    signal,
  });
  const url = await listen(app, host, port);
  log.info(`listens at ${url}`, { types: [...declared.types.keys()] });
  process.send?.({ type: "listening", url });
  return { close: () => app.close() };
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
