import { encodeBody } from "@armada/contracts";
import { jetstreamManager } from "@nats-io/jetstream";
import { afterAll, beforeAll, expect, test } from "vitest";
import { link } from "../connection/connect.ts";
import { accessIn } from "../identity/access.ts";
import { startTestMesh, type TestMesh } from "../testing/index.ts";
import { restoreStream, snapshotStream } from "./snapshot.ts";
import type { TeamTopology } from "./topology.ts";

const quiet = { info: () => undefined, warn: () => undefined };
const queue = (name: string) => ({ name, filters: [`evt.alpha.${name}.*.*.*`], concurrency: 4 });
const alphaOf = (...queues: string[]): TeamTopology => ({ team: "alpha", queues: queues.map(queue), sources: new Map() });

let mesh: TestMesh;
beforeAll(async () => {
  mesh = await startTestMesh([alphaOf("thing", "other")]);
}, 60_000);
afterAll(async () => mesh[Symbol.asyncDispose]());

test("a queue's `since` is what it was when it was first provisioned, whatever becomes of its consumer and its stream", async () => {
  const { log } = await mesh.connect("alpha");
  const admin = await link({ servers: mesh.url, identity: await accessIn(mesh.keys).identity("provisioner"), logger: quiet });
  const manager = await jetstreamManager(admin.connection, { checkAPI: false });
  const { since } = await log.depth("thing");
  const { created } = await manager.consumers.info("TEAM_alpha", "thing");
  expect(since).toBeLessThanOrEqual(Date.parse((await manager.streams.info("TEAM_alpha")).created));

  await manager.consumers.delete("TEAM_alpha", "thing");
  await mesh.provision([alphaOf("thing", "other")]);
  expect((await manager.consumers.info("TEAM_alpha", "thing")).created).not.toBe(created);
  expect((await log.depth("thing")).since).toBe(since);

  await log.append("evt.alpha.thing.noted.a.1", body("e1"));
  const { config, state, chunks } = await snapshotStream(admin, "TEAM_alpha");
  const pieces: Uint8Array[] = [];
  for await (const piece of chunks) pieces.push(piece);
  await manager.streams.delete("TEAM_alpha");
  await restoreStream(admin, {
    config,
    state,
    chunks: (async function* () {
      yield* pieces;
    })(),
  });
  await mesh.provision([alphaOf("thing", "other")]);
  expect(await log.depth("thing")).toMatchObject({ since, pending: 1 });

  // One that is taken out of the team and put in again begins anew.
  await mesh.provision([alphaOf("other")]);
  await mesh.provision([alphaOf("thing", "other")]);
  expect((await log.depth("thing")).since).toBeGreaterThan(since);
  await admin.close();
});

test("of a queue that was provisioned before there were records, the consumer's creation is recorded", async () => {
  const { log } = await mesh.connect("alpha");
  const admin = await link({ servers: mesh.url, identity: await accessIn(mesh.keys).identity("provisioner"), logger: quiet });
  const manager = await jetstreamManager(admin.connection, { checkAPI: false });
  const { config } = await manager.streams.info("TEAM_alpha");
  await manager.streams.update("TEAM_alpha", { ...config, metadata: { kept: "yes" } });
  const { created } = await manager.consumers.info("TEAM_alpha", "other");
  expect((await log.depth("other")).since).toBe(Date.parse(created));
  await mesh.provision([alphaOf("thing", "other")]);
  await manager.consumers.delete("TEAM_alpha", "other");
  await mesh.provision([alphaOf("thing", "other")]);
  expect((await log.depth("other")).since).toBe(Date.parse(created));
  expect((await manager.streams.info("TEAM_alpha")).config.metadata).toMatchObject({ kept: "yes" });
  await admin.close();
});

test("what is wrong with a queue several times a second is said once in ten seconds", async () => {
  const said: string[] = [];
  const { log } = await mesh.connect("alpha", { info: () => undefined, warn: (message) => void said.push(message) });
  const end = new AbortController();
  const working = log.work({ name: "absent", filters: ["evt.alpha.absent.>"], concurrency: 4 }, async () => ({ kind: "done" }), end.signal);
  await new Promise((resolve) => setTimeout(resolve, 3_000));
  end.abort();
  await working;
  expect(said).toEqual(["queue absent of TEAM_alpha is answered by nobody: its consumer is not there"]);
});

function body(id: string): string {
  const about = { specversion: "1.0", source: "/teams/alpha", type: "alpha.thing.noted", time: "2026-01-01T00:00:00Z", data: {} } as const;
  return encodeBody([{ ...about, id, subject: "a", team: "alpha", correlationid: id, causationid: id, schemaversion: 1, hops: 0 }]);
}
