import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TeamManifest } from "@armada/contracts";
import { accessIn, Fleet, type Link, link, provisionTeams, ROLES, type RunningServer, startServer } from "@armada/nats";
import { administrationBeside } from "@armada/nats/starting";
import { identitiesOfOneAccount, natsServerBinary, SERVER_CONF } from "@armada/nats/testing";
import { expect, test } from "vitest";
import { applyTeams, followAdmission } from "./client.ts";
import { keepStreams } from "./keep-streams.ts";

const SOON_MS = 30_000;
const quiet = { info: () => undefined, warn: () => undefined };
const told = "evt.shop.order.placed.>";
const none = {
  events: [],
  external: [],
  capabilities: [],
  asks: [],
  queues: [],
  sources: [],
  subscriptions: [],
  agents: [],
  workflows: [],
  shares: false,
  code: "1",
};
const shop = TeamManifest.parse({ ...none, team: "shop" });
/** Its code is elsewhere: of what it wants the mesh knows what the fleet says. */
const lab = TeamManifest.parse({ ...none, team: "lab", sources: [{ team: "shop", filters: [told] }] });

test.each([["up keeps its streams"], ["a server is provisioned by hand"]])(
  "a team whose code is elsewhere takes the facts of others before its mesh has accounts, with them, and after a start: %s",
  async (how) => {
    const folder = await mkdtemp(join(tmpdir(), "armada-outside-team-"));
    const data = join(folder, "data");
    const keys = join(folder, "keys");
    const access = accessIn(keys);
    const said: string[] = [];
    await identitiesOfOneAccount(keys, [...ROLES, "shop", "lab"]);
    const begin = async (given: readonly TeamManifest[]): Promise<Mesh> => {
      const server = await startServer({
        binary: natsServerBinary(),
        base: SERVER_CONF,
        data,
        folder: join(folder, "server"),
        authorization: await access.admission(given),
        logger: quiet,
      });
      const connect = async (name: string): Promise<Link> =>
        link({ servers: server.url, identity: await access.identity(name), logger: quiet });
      return { server, admin: await connect("provisioner"), team: await connect("shop") };
    };
    const provisioned = async (admin: Link, given: readonly TeamManifest[]): Promise<Fleet> => {
      const fleet = await Fleet.follow(admin, access, quiet);
      await provisionTeams(admin, fleet, given, { access, replicas: 1, room: {} });
      return fleet;
    };
    const end = async ({ server, admin, team }: Mesh): Promise<void> => {
      await Promise.all([admin.close(), team.close()]);
      await server.stop();
    };

    const before = await begin([shop, lab]);
    await provisioned(before.admin, [shop, lab]);
    await tell(before, 1);
    await expect.poll(() => taken(before.admin), { timeout: SOON_MS }).toBe(1);
    await end(before);
    await access.separate(data);

    for (const times of [2, 3]) {
      const mesh = await begin(how === "up keeps its streams" ? [shop] : [shop, lab]);
      const fleet = await provisioned(mesh.admin, [shop]);
      followAdmission(mesh.server, { fleet, access, manifests: new Map([["shop", shop]]), say: (line) => void said.push(line) });
      const over = new AbortController();
      const logger = { ...quiet, warn: (line: string) => void said.push(line) };
      const about = { fleet, access, manifests: () => [shop], room: async () => ({}), logger, signal: over.signal };
      const folders = { keys, administration: administrationBeside(keys) };
      const keeping =
        how === "up keeps its streams"
          ? keepStreams(mesh.admin, about)
          : applyTeams(mesh.server.url, folders, [shop], { room: {}, logger, everyone: true });
      await tell(mesh, times);
      await expect.poll(() => taken(mesh.admin), { timeout: SOON_MS }).toBe(times);
      over.abort();
      await keeping;
      await end(mesh);
    }
    // While nats-server reads who may come, JetStream answers nobody for a moment: that is said, and tried again.
    expect(said.filter((line) => !line.endsWith("jetstream is not enabled"))).toEqual(
      how === "up keeps its streams" ? ["facts come across accounts now: stream TEAM_lab"] : [],
    );
    await rm(folder, { recursive: true, force: true });
  },
  120_000,
);

type Mesh = { readonly server: RunningServer; readonly admin: Link; readonly team: Link };

async function tell({ team }: Mesh, id: number): Promise<void> {
  await team.mux.request(`evt.shop.order.placed.${id}.k`, "{}", { timeout: 5_000 });
}

/** The facts that the outside team has. */
async function taken(admin: Link): Promise<number> {
  const { mux } = admin.identity.walled === true ? await admin.in("lab") : admin;
  const answer = await mux.request("$JS.API.STREAM.INFO.TEAM_lab", "", { timeout: 5_000 });
  return "failed" in answer ? -1 : JSON.parse(answer.string()).state.messages;
}
