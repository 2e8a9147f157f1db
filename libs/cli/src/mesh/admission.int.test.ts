import type { TeamManifest } from "@armada/contracts";
import { accessIn, Fleet, link, provisionTeams } from "@armada/nats";
import { startTestMesh } from "@armada/nats/testing";
import { expect, test } from "vitest";
import { followAdmission } from "./client.ts";

const quiet = { info: () => undefined, warn: () => undefined };
const none = {
  events: [],
  external: [],
  capabilities: [],
  asks: [],
  subscriptions: [],
  agents: [],
  workflows: [],
  shares: false,
  code: "1",
};
const queues = (team: string) => [{ name: "asks", filters: [`ask.${team}.>`], concurrency: 4 }];
const alpha: TeamManifest = { ...none, team: "alpha", sources: [], queues: queues("alpha") };
const beta: TeamManifest = { ...none, team: "beta", sources: [], queues: queues("beta") };
const taking: TeamManifest = { ...beta, sources: [{ team: "alpha", filters: ["evt.alpha.thing.told.>"] }] };

test("facts come to a team that was provisioned by its new code before its service started with it", async () => {
  await using mesh = await startTestMesh(
    [alpha, beta].map(({ team }) => ({ team, queues: [], sources: new Map(), asks: [] })),
    {
      walled: true,
    },
  );
  const access = accessIn(mesh.keys);
  const admin = await link({ servers: mesh.url, identity: await access.identity("provisioner"), logger: quiet });
  try {
    const fleet = await Fleet.follow(admin, access, quiet);
    await provisionTeams(admin, fleet, [alpha, beta], { access, replicas: 1, room: {} });
    const [server] = mesh.servers;
    if (server === undefined) throw new Error("no server");
    const manifests = new Map([alpha, beta].map((manifest) => [manifest.team, manifest]));
    const admit = followAdmission(server, { fleet, access, manifests, say: quiet.warn });
    await provisionTeams(admin, fleet, [taking], { access, replicas: 1, room: {} });
    manifests.set("beta", taking);
    admit();
    const [giver, taker] = await Promise.all([mesh.connect("alpha"), mesh.connect("beta")]);
    await giver.log.append("evt.alpha.thing.told.a.1", "{}");
    await expect.poll(() => taker.log.head(), { timeout: 60_000 }).toBeGreaterThan(0);
  } finally {
    await admin.close();
  }
});
