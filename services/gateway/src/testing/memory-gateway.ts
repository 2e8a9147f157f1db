import type { Server } from "node:http";
import type { AnyEventKind, TeamManifest } from "@armada/contracts";
import { CALM, MemoryMesh, type Message } from "@armada/event-sourcing";
import { externalTypeOf, noTracer, systemClock, systemRandom } from "@armada/runtime";
import { buildApp } from "../app.ts";
import { declaredIn } from "../events/declared-types.ts";
import { Inbox } from "../events/inbox.ts";
import type { Whose } from "../keys/guard.ts";
import { Problem } from "../problem.ts";
import type { SignerOf } from "../routes/signed.ts";
import { Runs } from "../runs.ts";
import type { Tls } from "../tls.ts";

/** The gateway's HTTP face over a log in memory, listening on loopback. `messages`: what readers of its stream are handed. */
export type MemoryGateway = AsyncDisposable & {
  readonly url: string;
  readonly key: string;
  readonly server: Server;
  messages(): readonly Message[];
};

/** Without types it takes every event as undeclared. */
export async function memoryGateway(
  options: {
    readonly types?: readonly AnyEventKind[];
    readonly webhookOrigins?: readonly string[];
    readonly whose?: Whose;
    readonly signer?: SignerOf;
    readonly tls?: Tls;
    readonly runs?: Runs;
  } = {},
): Promise<MemoryGateway> {
  const { types = [], webhookOrigins = [] } = options;
  const mesh = new MemoryMesh(systemClock, systemRandom, CALM);
  mesh.provision("gateway", []);
  const { log, objects } = mesh.connect("gateway");
  const waits = { clock: systemClock, random: systemRandom };
  const key = "k";
  const declared = declaredIn([manifestWith("desk", types)]);
  const closing = new AbortController();
  const app = await buildApp({
    whose:
      options.whose ??
      (async (given) => {
        if (given !== key) throw new Problem("key-wanted", "this is no key", { field: "authorization" });
        return { name: "default", kind: "key", scopes: ["*"], perMinute: undefined };
      }),
    signer:
      options.signer ??
      (async () => {
        throw new Problem("key-wanted", "nobody signs", { field: "name" });
      }),
    tls: options.tls,
    perMinute: undefined,
    now: systemClock.now,
    inbox: new Inbox(
      { log, objects, tracer: noTracer, ...waits, room: async () => ({ stream: "TEAM_gateway", bytes: 0, limit: 0 }) },
      () => declared,
      { acceptUndeclared: types.length === 0 },
    ),
    broken: () => [],
    runs:
      options.runs ??
      new Runs({
        log,
        objects,
        tracer: noTracer,
        teams: () => [],
        workflows: () => undefined,
        teamPorts: noTeam,
        reading: { teamPorts: noTeam, queues: async () => [], objects },
        ...waits,
      }),
    logger: { info: () => undefined, warn: () => undefined },
    webhookOrigins,
    ready: () => log.head(),
    signal: closing.signal,
  });
  const url = await app.listen({ host: "127.0.0.1", port: 0 });
  return {
    url,
    key,
    server: app.server,
    messages: () => mesh.stream("gateway").messages.filter(({ envelopes }) => envelopes.length > 0),
    [Symbol.asyncDispose]: async () => {
      closing.abort();
      app.server.closeAllConnections();
      await app.close();
    },
  };
}

function noTeam(team: string): never {
  throw new Error(`there is no team ${team}`);
}

/** The manifest of a team that declares these types and is nothing else. */
export function manifestWith(team: string, types: readonly AnyEventKind[]): TeamManifest {
  const none = { events: [], capabilities: [], asks: [], queues: [], sources: [], subscriptions: [], agents: [], workflows: [] };
  return { ...none, team, external: types.map(externalTypeOf), shares: false, code: "" };
}
