import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { ArmadaError } from "@armada/contracts";
import type { Logger } from "@armada/event-sourcing";
import { connectTeam, type NatsPorts } from "../adapter.ts";
import { link } from "../connection/connect.ts";
import { Fleet } from "../fleet/fleet.ts";
import { wantedEntries, writeFleet } from "../fleet/write-fleet.ts";
import { accessIn } from "../identity/access.ts";
import { ROLES } from "../identity/permissions.ts";
import { freePort, type RunningServer, startServer } from "../server.ts";
import { provision } from "../streams/provision.ts";
import type { TeamTopology } from "../streams/topology.ts";
import { identitiesOfOneAccount } from "./one-account.ts";

const quiet: Logger = { info: () => undefined, warn: () => undefined };
/** The configuration that all servers share. */
export const SERVER_CONF = join(dirname(fileURLToPath(import.meta.url)), "../../../../infra/nats/server.conf");

/** Real nats-servers in a folder of their own, with the teams' identities and streams. */
export type TestMesh = {
  readonly url: string;
  readonly keys: string;
  readonly servers: readonly RunningServer[];
  connect(team: string, logger?: Logger): Promise<NatsPorts>;
  provision(teams: readonly TeamTopology[]): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
};

/** The binary that the bootstrap found. @throws ArmadaError `NO_NATS_SERVER` */
export function natsServerBinary(env: Readonly<Record<string, string | undefined>> = process.env): string {
  const found = env.ARMADA_NATS_SERVER ?? env.NATS_SERVER_BIN;
  if (found === undefined)
    throw new ArmadaError("NO_NATS_SERVER", "ARMADA_NATS_SERVER names no nats-server", { hint: "run the tests through `npm test`" });
  return found;
}

/** Starts one server, or a cluster of three, and provisions the teams. */
export async function startTestMesh(
  teams: readonly TeamTopology[],
  options: {
    servers?: 1 | 3;
    syncInterval?: "always" | "100ms";
    strangers?: readonly string[];
    extra?: string;
    /** An account for each identity, `jwt`: told to servers in operator mode; teams that say nothing of whom they ask may ask all. */
    walled?: boolean | "jwt";
  } = {},
): Promise<TestMesh> {
  const folder = await mkdtemp(join(tmpdir(), "armada-"));
  const keys = join(folder, "keys");
  const names = teams.map((team) => team.team);
  const access = accessIn(keys);
  const identities = [...ROLES, ...names, ...(options.strangers ?? [])];
  if (options.walled === "jwt") await access.holdJwts();
  await (options.walled === true || options.walled === "jwt" ? access.ensure(identities) : identitiesOfOneAccount(keys, identities));
  const auth = await access.admission([
    ...teams.map(({ team, shares = false, sources, asks = names.map((other) => `${other}.any`) }) => ({
      team,
      shares,
      asks,
      sources: [...sources].map(([from, filters]) => ({ team: from, filters })),
    })),
    ...(options.strangers ?? []).map((team) => ({ team, shares: false, sources: [], asks: [] })),
  ]);
  const size = options.servers ?? 1;
  const ports = await Promise.all(Array.from({ length: size }, () => freePort()));
  const routes = await Promise.all(Array.from({ length: size }, () => freePort()));
  const servers = await Promise.all(
    ports.map((port, i) =>
      startServer({
        binary: natsServerBinary(),
        base: SERVER_CONF,
        data: join(folder, `data${i}`),
        folder: join(folder, `server${i}`),
        authorization: auth.replace("./jwt", join(folder, `jwt${i}`)), // else all keep it in the folder that the tests run in
        port,
        ...(options.syncInterval === undefined ? {} : { syncInterval: options.syncInterval }),
        ...(size === 1
          ? { extra: options.extra ?? "" }
          : {
              extra: `server_name: n${i}\ncluster { name: test, listen: "127.0.0.1:${routes[i]}", routes: [${routes.map((r) => `"nats://127.0.0.1:${r}"`).join(", ")}] }\n`,
            }),
        logger: quiet,
      }),
    ),
  );
  const url = servers.map((server) => server.url).join(",");
  const open: NatsPorts[] = [];
  const mesh: TestMesh = {
    url,
    keys,
    servers,
    connect: async (team, logger = quiet) => {
      const connected = await connectTeam({ servers: url, keys, team, logger });
      open.push(connected);
      return connected;
    },
    provision: async (wanted) => {
      const admin = await link({ servers: url, identity: await access.identity("provisioner"), logger: quiet });
      try {
        const deadline = Date.now() + 20_000;
        for (;;) {
          try {
            await provision(admin, wanted, { replicas: size, room: {} });
            const fleet = await Fleet.follow(admin, access, quiet);
            const present = new Set((await access.present()).keys());
            await writeFleet(admin, fleet, wantedEntries(fleet.entries, await access.keys(), present, []));
            return;
          } catch (error) {
            if (Date.now() > deadline || size === 1) throw error; // a cluster needs a moment to elect its leader
            await new Promise((done) => setTimeout(done, 200));
          }
        }
      } finally {
        await admin.close();
      }
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all(open.map((one) => one.link.close()));
      await Promise.all(servers.map((server) => server.stop()));
      await rm(folder, { recursive: true, force: true });
    },
  };
  await mesh.provision(teams);
  return mesh;
}
