import { type Link, link, missingOf, readIdentity } from "@armada/nats";
import { startTestMesh } from "@armada/nats/testing";
import { expect, test } from "vitest";
import { keepStreams } from "./keep-streams.ts";

const WITHIN_MS = 15_000;
const teams = [{ team: "alpha", queues: [{ name: "asks", filters: ["ask.alpha.>"], concurrency: 4 }], sources: new Map() }];

test("what is deleted under a mesh, or wanted anew, is there within 15 s, and is named once", async () => {
  await using mesh = await startTestMesh(teams);
  const admin: Link = await link({
    servers: mesh.url,
    identity: await readIdentity(mesh.keys, "provisioner"),
    logger: { info: () => undefined, warn: () => undefined },
  });
  const said: string[] = [];
  const end = new AbortController();
  let wanted = teams;
  const logger = { info: () => undefined, warn: (message: string) => void said.push(message) };
  const keeping = keepStreams(
    admin,
    () => wanted,
    async () => ({ total: 1024 ** 3, teams: {} }),
    logger,
    end.signal,
  );
  const taken = ["CONSUMER.DELETE.TEAM_alpha.asks", "STREAM.DELETE.TEAM_alpha", "STREAM.DELETE.TIMERS_alpha"];
  for (const call of taken) {
    await admin.mux.request(`$JS.API.${call}`, "", { timeout: 5_000 });
    const at = Date.now();
    expect(await missingOf(admin, teams)).not.toEqual([]);
    while ((await missingOf(admin, teams)).length > 0) {
      expect(Date.now() - at).toBeLessThan(WITHIN_MS);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
  wanted = teams.map((one) => ({
    ...one,
    queues: [...one.queues, { name: "lead_new_v1", filters: ["run.alpha.lead.new-v1.>"], concurrency: 4 }],
  }));
  for (const at = Date.now(); (await missingOf(admin, wanted)).length > 0; ) {
    expect(Date.now() - at).toBeLessThan(WITHIN_MS);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  expect(said).toEqual([
    "made again, for it was no longer there: consumer TEAM_alpha/asks",
    "made again, for it was no longer there: stream TEAM_alpha, consumer TEAM_alpha/asks",
    "made again, for it was no longer there: stream TIMERS_alpha",
    "made, for a team's code has changed: consumer TEAM_alpha/lead_new_v1",
  ]);
  end.abort();
  await keeping;
  await admin.close();
}, 90_000);
