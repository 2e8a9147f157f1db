import type { Surroundings } from "@armada/runtime";
import type { FastifyInstance } from "fastify";
import { buildApp } from "./app.ts";
import { declaredTypes, teamNames } from "./declared-types.ts";
import { Inbox } from "./inbox.ts";
import { gatewayKey } from "./key.ts";
import { Runs } from "./runs.ts";

const HOST = "127.0.0.1";
const PORT = 4780;
const PORTS_TRIED = 50;

/**
 * The HTTP listener beside the gateway's team, on loopback. Reads ARMADA_GATEWAY_PORT (4780 unless said, else the next
 * free one; 0: the system gives one), ARMADA_GATEWAY_KEY and ARMADA_GATEWAY_ACCEPT_UNDECLARED.
 */
export async function gateway({ ports, log, tracer, env, signal, teamLog }: Surroundings): Promise<{ close(): Promise<void> }> {
  const types = await declaredTypes();
  const teams = await teamNames();
  const now = (): number => Date.now();
  const acceptUndeclared = env.ARMADA_GATEWAY_ACCEPT_UNDECLARED === "true";
  const inbox = new Inbox({ log: ports.log, objects: ports.objects, tracer, now }, types, { acceptUndeclared });
  const logs = new Map(teams.map((team) => [team, teamLog(team)]));
  const runs = new Runs({ log: ports.log, objects: ports.objects, tracer, teams, teamLog: (team) => logs.get(team) ?? teamLog(team), now });
  const app = await buildApp({ key: await gatewayKey(env), inbox, runs, logger: log, ready: () => ports.log.head(), signal });
  const url = await listen(app, Number(env.ARMADA_GATEWAY_PORT ?? PORT));
  log.info(`listens at ${url}`, { types: [...types.keys()] });
  process.send?.({ type: "listening", url });
  return { close: () => app.close() };
}

async function listen(app: FastifyInstance, wanted: number): Promise<string> {
  for (let port = wanted; ; port++) {
    try {
      return await app.listen({ host: HOST, port });
    } catch (error) {
      const taken = (error as NodeJS.ErrnoException).code === "EADDRINUSE";
      if (!taken || port >= wanted + PORTS_TRIED) throw error;
    }
  }
}
