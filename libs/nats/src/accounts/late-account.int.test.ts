import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { TeamManifest } from "@armada/contracts";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { connectTeam } from "../adapter.ts";
import { type Link, link } from "../connection/connect.ts";
import { Fleet } from "../fleet/fleet.ts";
import { provisionTeams } from "../fleet/provision-teams.ts";
import { tombstone } from "../fleet/write-fleet.ts";
import { type Access, accessIn } from "../identity/access.ts";
import { ROLES } from "../identity/permissions.ts";
import { streamInfo } from "../log/stream-identity.ts";
import { type RunningServer, startServer } from "../server.ts";
import { openBackup, writeBackup } from "../streams/backup.ts";
import { queuesThere, teamsThere } from "../streams/inventory.ts";
import { dropTeam, teamOnServer } from "../streams/remove-team.ts";
import { restoreTeam } from "../streams/restore-team.ts";
import { sourcesThere } from "../streams/sources-there.ts";
import { natsServerBinary, SERVER_CONF } from "../testing/mesh.ts";

const quiet = { info: () => undefined, warn: () => undefined };
const SOON_MS = 20_000;
const told = "evt.early.order.placed.>";
const nothing = {
  events: [],
  external: [],
  capabilities: [],
  asks: [],
  queues: [],
  sources: [],
  subscriptions: [],
  agents: [],
  workflows: [],
};
const manifestOf = (team: string, more: object): TeamManifest =>
  TeamManifest.parse({ ...nothing, team, shares: false, code: team, ...more });
const early = manifestOf("early", {});
const late = manifestOf("late", {
  queues: [{ name: "told", filters: [told], concurrency: 1 }],
  sources: [{ team: "early", filters: [told] }],
});

let folder: string;
let server: RunningServer;
let admin: Link;
let operator: Link;
let access: Access;
let fleet: Fleet;
const provisioned = (...manifests: TeamManifest[]): Promise<unknown> =>
  provisionTeams(admin, fleet, manifests, { access, replicas: 1, room: {} });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "armada-late-account-"));
  const keys = join(folder, "keys");
  const data = join(folder, "data");
  access = accessIn(keys);
  await access.separate(data);
  await access.ensure([...ROLES, "early"]);
  server = await startServer({
    binary: natsServerBinary(),
    base: SERVER_CONF,
    data,
    folder: join(folder, "server"),
    authorization: await access.admission([early]),
    logger: quiet,
  });
  admin = await link({ servers: server.url, identity: await access.identity("provisioner"), logger: quiet });
  operator = await link({ servers: server.url, identity: await access.identity("operator"), logger: quiet });
  fleet = await Fleet.follow(admin, access, quiet);
  // As `up` does: whoever the fleet names is let in.
  let admitted = Promise.resolve();
  fleet.onChange(() => {
    admitted = admitted.then(async () => server.admit(await access.admission([...fleet.teams.values()], fleet.entries)));
  });
  await provisioned(early);
}, 60_000);

afterAll(async () => {
  await Promise.all([admin.close(), operator.close()]);
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

const missingOf = async (): Promise<number | undefined> => (await sourcesThere(operator, "late"))[0]?.missing;

test("a team that comes while the server runs gets an account, reads what crosses to it, and hears what was told before", async () => {
  const ports = await connectTeam({ servers: server.url, keys: join(folder, "keys"), team: "early", logger: quiet });
  for (const id of ["1", "2"]) await ports.link.mux.request(`evt.early.order.placed.${id}.k`, "{}", { timeout: 5_000 });
  await access.ensure(["late"]);
  await provisioned(late);
  const own = await connectTeam({ servers: server.url, keys: join(folder, "keys"), team: "late", logger: quiet });
  await own.manifests.caughtUp();
  expect([...own.manifests.teams.keys()].sort()).toEqual(["early", "late"]);
  await expect.poll(missingOf, { timeout: SOON_MS }).toBe(0);
  expect(await own.log.head()).toBe(2);
  expect(await teamsThere(operator, fleet)).toEqual(["early", "late"]);
  expect((await queuesThere(operator, "early")).map(({ name }) => name)).toEqual([]);
  await ports.link.close();
  await own.link.close();
}, 60_000);

test("administration is answered while the server reads anew who has an account", async () => {
  const now = await access.admission([...fleet.teams.values()], fleet.entries);
  const asked: Promise<unknown>[] = [];
  for (const time of ["first", "second", "third"]) {
    await server.admit(`${now}# the ${time} time\n`);
    for (let i = 0; i < 50; i++) {
      asked.push(streamInfo(admin, "FLEET"), streamInfo(admin, "TEAM_early"));
      await sleep(5);
    }
  }
  await expect(Promise.all(asked)).resolves.toHaveLength(300);
}, 60_000);

test("it is removed with a backup, and brought back with all that it had: nothing comes twice", async () => {
  const path = join(folder, "late.tar");
  const { streams, takers } = await teamOnServer(admin, "late");
  expect([streams.length, takers]).toEqual([8, []]);
  expect((await teamOnServer(admin, "early")).takers).toEqual([{ stream: "TEAM_late", missing: 0 }]);
  await writeBackup(admin, streams, await access.kept("late"), path);
  await tombstone(admin, fleet, "late"); // so the server reads who has an account while the streams go
  await dropTeam(admin, "late");
  expect((await teamOnServer(admin, "late")).streams).toEqual([]);
  await expect.poll(() => [...fleet.teams.keys()]).toEqual(["early"]);
  const asks = vi.spyOn(operator.mux, "request");
  const now = { teams: fleet.teams, caughtUp: async () => undefined }; // the server may still be reading
  expect(await teamsThere(operator, now)).toEqual(["early"]);
  expect(asks.mock.calls.map(([subject]) => subject)).toEqual(["JS.early.API.STREAM.INFO.TEAM_early"]);
  asks.mockRestore();
  const backup = await openBackup(path);
  const restored = await restoreTeam(admin, "late", backup, access);
  await backup.close();
  expect(restored.streams.find(({ stream }) => stream === "TEAM_late")).toMatchObject({ messages: 2 });
  await provisioned(early, late);
  await expect.poll(missingOf, { timeout: SOON_MS }).toBe(0);
  const info = await operator.mux.request("JS.late.API.STREAM.INFO.TEAM_late", "", { timeout: 5_000 });
  expect("failed" in info ? info : JSON.parse(info.string()).state.messages).toBe(2);
}, 60_000);
