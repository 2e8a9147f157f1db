import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { link } from "../connection/connect.ts";
import { accessIn } from "../identity/access.ts";
import { ROLES } from "../identity/permissions.ts";
import { streamInfo } from "../log/stream-identity.ts";
import { type RunningServer, type ServerOptions, startServer } from "../server.ts";
import { provision } from "../streams/provision.ts";
import { natsServerBinary, SERVER_CONF } from "../testing/mesh.ts";
import { identitiesOfOneAccount } from "../testing/one-account.ts";

const quiet = { info: () => undefined, warn: () => undefined };
const team = { team: "alpha", queues: [], sources: new Map() };
const admitted = [{ team: "alpha", shares: false, sources: [], asks: [] }];
const folder = await mkdtemp(join(tmpdir(), "armada-take-over-"));
const keys = join(folder, "keys");
const access = accessIn(keys);
const running: RunningServer[] = [];
afterAll(async () => {
  await Promise.all(running.map((server) => server.stop()));
  await rm(folder, { recursive: true, force: true });
});

async function started(data: string, more: Partial<ServerOptions> = {}): Promise<RunningServer> {
  const server = await startServer({
    binary: natsServerBinary(),
    base: SERVER_CONF,
    data,
    folder: join(folder, "server"),
    authorization: await access.admission(admitted),
    logger: quiet,
    ...more,
  });
  running.push(server);
  return server;
}

test("a folder of one account that is put in the place of a server's is taken over before it is started on it", async () => {
  const [old, now] = [join(folder, "old"), join(folder, "now")];
  await identitiesOfOneAccount(keys, [...ROLES, "alpha"]);
  const before = await started(old);
  const first = await link({ servers: before.url, identity: await access.identity("provisioner"), logger: quiet });
  await provision(first, [team], { replicas: 1, room: {} });
  const { created } = await streamInfo(first, "TEAM_alpha");
  await first.close();
  await before.stop();

  await access.separate(now);
  const moved: string[] = [];
  const failures = ["the disk is away", "the disk is away"];
  const warned: string[] = [];
  const server = await started(now, {
    logger: { ...quiet, warn: (line) => void warned.push(line) },
    before: async () => {
      const failure = failures.shift();
      if (failure !== undefined) throw new Error(failure);
      moved.push(...(await access.arrange(now)));
    },
  });
  const admin = await link({ servers: server.url, identity: await access.identity("provisioner"), logger: quiet });
  await rm(now, { recursive: true });
  await cp(old, now, { recursive: true });
  server.restart("SIGKILL");
  await expect.poll(() => moved, { timeout: 20_000 }).toContain("TEAM_alpha");
  await expect.poll(() => streamInfo(admin, "TEAM_alpha").catch(String), { timeout: 20_000 }).toMatchObject({ created });
  expect(warned.filter((line) => line.startsWith("nats-server is not"))).toEqual(["nats-server is not started again: the disk is away"]);
  await admin.close();
}, 60_000);
