import { type Link, link, readIdentity } from "@armada/nats";
import { startTestMesh } from "@armada/nats/testing";
import { jetstreamManager } from "@nats-io/jetstream";
import { expect, test } from "vitest";
import { keepStreams } from "./keep-streams.ts";

const WITHIN_MS = 15_000;
const teams = [{ team: "alpha", queues: [{ name: "asks", filters: ["ask.alpha.>"], concurrency: 4 }], sources: new Map() }];

test("what is deleted under a mesh is there again within 15 s, and is named once", async () => {
  await using mesh = await startTestMesh(teams);
  const admin: Link = await link({
    servers: mesh.url,
    identity: await readIdentity(mesh.keys, "provisioner"),
    logger: { info: () => undefined, warn: () => undefined },
  });
  const manager = await jetstreamManager(admin.connection, { checkAPI: false });
  const said: string[] = [];
  const end = new AbortController();
  const logger = { info: () => undefined, warn: (message: string) => void said.push(message) };
  const keeping = keepStreams(admin, teams, async () => ({ total: 1024 ** 3, teams: {} }), logger, end.signal);
  const there = async (): Promise<boolean> => {
    const names = await Array.fromAsync(manager.streams.names());
    return (
      names.includes("TIMERS_alpha") && names.includes("TEAM_alpha") && (await manager.consumers.list("TEAM_alpha").next()).length === 1
    );
  };
  for (const take of [
    () => manager.consumers.delete("TEAM_alpha", "asks"),
    () => manager.streams.delete("TEAM_alpha"),
    () => manager.streams.delete("TIMERS_alpha"),
  ]) {
    await take();
    const taken = Date.now();
    while (!(await there())) {
      expect(Date.now() - taken).toBeLessThan(WITHIN_MS);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
  expect(said).toEqual([
    "made again, for it was no longer there: consumer TEAM_alpha/asks",
    "made again, for it was no longer there: stream TEAM_alpha, consumer TEAM_alpha/asks",
    "made again, for it was no longer there: stream TIMERS_alpha",
  ]);
  end.abort();
  await keeping;
  await admin.close();
}, 90_000);
