import type { TeamManifest } from "@armada/contracts";
import { accessIn, Fleet, type Link, link, missingOf, provisionTeams, topologyIn } from "@armada/nats";
import { startTestMesh } from "@armada/nats/testing";
import { expect, test } from "vitest";
import { keepStreams, lost } from "./keep-streams.ts";

const WITHIN_MS = 15_000;
const none = {
  events: [],
  external: [],
  capabilities: [],
  asks: [],
  sources: [],
  subscriptions: [],
  agents: [],
  workflows: [],
  shares: false,
  code: "1",
};
const alpha: TeamManifest = { ...none, team: "alpha", queues: [{ name: "asks", filters: ["ask.alpha.>"], concurrency: 4 }] };
/** Provisioned from elsewhere: what runs here does not know it. */
const beta: TeamManifest = { ...none, team: "beta", queues: [{ name: "asks", filters: ["ask.beta.>"], concurrency: 4 }] };
const teams = [topologyIn(alpha), topologyIn(beta)];

test("what is deleted under a mesh, or wanted anew, is there within 15 s, and is named once", async () => {
  await using mesh = await startTestMesh(teams);
  const admin: Link = await link({
    servers: mesh.url,
    identity: await accessIn(mesh.keys).identity("provisioner"),
    logger: { info: () => undefined, warn: () => undefined },
  });
  const said: string[] = [];
  const end = new AbortController();
  let wanted = alpha;
  const logger = { info: () => undefined, warn: (message: string) => void said.push(message) };
  const fleet = await Fleet.follow(admin, accessIn(mesh.keys), logger);
  await provisionTeams(admin, fleet, [beta], { access: accessIn(mesh.keys), replicas: 1, room: {} });
  const keeping = keepStreams(admin, {
    fleet,
    access: accessIn(mesh.keys),
    manifests: () => [wanted],
    room: async () => ({ total: 1024 ** 3, teams: {} }),
    logger,
    signal: end.signal,
  });
  const taken = {
    "CONSUMER.DELETE.TEAM_alpha.asks": "consumer TEAM_alpha/asks",
    "STREAM.DELETE.TEAM_alpha": "stream TEAM_alpha, consumer TEAM_alpha/asks",
    "STREAM.DELETE.TIMERS_alpha": "stream TIMERS_alpha",
    "STREAM.DELETE.TEAM_beta": "stream TEAM_beta, consumer TEAM_beta/asks",
  };
  for (const [call, what] of Object.entries(taken)) {
    await admin.mux.request(`$JS.API.${call}`, "", { timeout: 5_000 });
    const at = Date.now();
    expect(await missingOf(admin, teams)).not.toEqual([]);
    while ((await missingOf(admin, teams)).length > 0) {
      expect(Date.now() - at).toBeLessThan(WITHIN_MS);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    // What is taken away while the same look still provisions is made along with it, unsaid.
    await expect.poll(() => said).toContain(`made again, for it was no longer there: ${what}`);
  }
  wanted = { ...alpha, queues: [...alpha.queues, { name: "lead_new_v1", filters: ["run.alpha.lead.new-v1.>"], concurrency: 4 }] };
  for (const at = Date.now(); (await missingOf(admin, [topologyIn(wanted)])).length > 0; ) {
    expect(Date.now() - at).toBeLessThan(WITHIN_MS);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  await expect.poll(() => fleet.teams.get("alpha")?.queues.length, { timeout: WITHIN_MS }).toBe(2);
  await expect.poll(() => said).toContain("made, for a team's code has changed: consumer TEAM_alpha/lead_new_v1");
  await admin.mux.request("$JS.API.STREAM.DELETE.FLEET", "", { timeout: 5_000 });
  for (const at = Date.now(); (await namesIn(admin, mesh.keys)).join() !== "alpha,beta,operator"; ) {
    expect(Date.now() - at).toBeLessThan(2 * WITHIN_MS);
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  expect(said.filter((line) => !line.startsWith("FLEET was made anew"))).toEqual([
    "made again, for it was no longer there: consumer TEAM_alpha/asks",
    "made again, for it was no longer there: stream TEAM_alpha, consumer TEAM_alpha/asks",
    "made again, for it was no longer there: stream TIMERS_alpha",
    "made again, for it was no longer there: stream TEAM_beta, consumer TEAM_beta/asks",
    "made, for a team's code has changed: consumer TEAM_alpha/lead_new_v1",
    "made again, for it was no longer there: stream FLEET",
  ]);
  end.abort();
  await keeping;
  await admin.close();
}, 90_000);

test("what a team from elsewhere lacks at one look is being made by whoever provisions it", () => {
  const made = ["stream TEAM_beta", "consumer TEAM_beta/asks"];
  expect(lost([], made, [])).toEqual([]);
  expect(lost(["stream TEAM_alpha"], made, ["stream TIMERS_beta"])).toEqual(["stream TEAM_alpha"]);
  expect(lost(["stream FLEET"], ["stream FLEET", ...made], ["stream FLEET", "stream TEAM_beta"])).toEqual([
    "stream FLEET",
    "stream TEAM_beta",
  ]);
});

/** Of what the stream says that is there now. */
async function namesIn(admin: Link, keys: string): Promise<string[]> {
  const reader = await link({
    servers: `nats://${admin.connection.getServer()}`,
    identity: await accessIn(keys).identity("operator"),
    logger: { info: () => undefined, warn: () => undefined },
  });
  try {
    return [...(await Fleet.follow(reader, accessIn(keys), { info: () => undefined, warn: () => undefined })).entries.keys()].sort();
  } finally {
    await reader.close();
  }
}
