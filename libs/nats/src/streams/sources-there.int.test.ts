import { encodeBody } from "@armada/contracts";
import { jetstreamManager } from "@nats-io/jetstream";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Link, link } from "../connection/connect.ts";
import { accessIn } from "../identity/access.ts";
import { startTestMesh, type TestMesh } from "../testing/index.ts";
import { missingOf } from "./missing.ts";
import { type SourceThere, sourcesThere } from "./sources-there.ts";
import type { TeamTopology } from "./topology.ts";

const quiet = { info: () => undefined, warn: () => undefined };
const FILTER = "evt.alpha.thing.noted.>";
const teams: readonly TeamTopology[] = [
  { team: "alpha", queues: [], sources: new Map() },
  { team: "beta", queues: [{ name: "told", filters: [FILTER], concurrency: 4 }], sources: new Map([["alpha", [FILTER]]]) },
];

let mesh: TestMesh;
let operator: Link;
beforeAll(async () => {
  mesh = await startTestMesh(teams);
  operator = await link({ servers: mesh.url, identity: await accessIn(mesh.keys).identity("operator"), logger: quiet });
}, 60_000);
afterAll(async () => {
  await operator.close();
  await mesh[Symbol.asyncDispose]();
});

async function until(holds: (source: SourceThere | undefined) => boolean, within = 60_000): Promise<SourceThere | undefined> {
  for (const deadline = Date.now() + within; ; await new Promise((resolve) => setTimeout(resolve, 100))) {
    const [source] = await sourcesThere(operator, "beta");
    if (holds(source) || Date.now() > deadline) return source;
  }
}

test("what a source lacks is counted by sequences: also of one that has stopped, and of an origin that was made anew", async () => {
  const alpha = await mesh.connect("alpha");
  const admin = await link({ servers: mesh.url, identity: await accessIn(mesh.keys).identity("provisioner"), logger: quiet });
  const manager = await jetstreamManager(admin.connection, { checkAPI: false });
  const note = (key: string, data: unknown = {}) => alpha.log.append(`evt.alpha.thing.noted.a.${key}`, body(key, data));
  for (const key of ["1", "2"]) await note(key);
  const all = { from: "alpha", filter: FILTER, missing: 0, since: undefined, there: true };
  expect(await until((source) => source?.missing === 0)).toEqual(all);

  const { config } = await manager.streams.info("TEAM_beta");
  await manager.streams.update("TEAM_beta", { ...config, max_msg_size: 2_000 });
  const before = Date.now();
  await note("3", "x".repeat(4_000));
  await note("4");
  await new Promise((resolve) => setTimeout(resolve, 2_000));
  const stopped = await until(() => true);
  expect(stopped).toMatchObject({ missing: 2, there: true });
  expect(Math.abs((stopped?.since ?? 0) - before)).toBeLessThan(5_000);

  await manager.streams.update("TEAM_beta", { ...config, max_msg_size: -1 });
  await manager.streams.delete("TEAM_alpha");
  expect(await until(() => true)).toEqual({ ...all, there: false });
  expect(await missingOf(admin, teams)).toEqual(["stream TEAM_alpha"]);
  await mesh.provision(teams);
  await note("5");
  expect(await until(() => true)).toMatchObject({ missing: 1, there: true });
  expect(await until((source) => source?.missing === 0)).toEqual(all);
  await manager.consumers.delete("TEAM_beta", "told");
  expect(await missingOf(admin, teams)).toEqual(["consumer TEAM_beta/told"]);
  await admin.close();
}, 120_000);

function body(id: string, data: unknown): string {
  const about = { specversion: "1.0", source: "/teams/alpha", type: "alpha.thing.noted", time: "2026-01-01T00:00:00Z", data } as const;
  return encodeBody([{ ...about, id, subject: "a", team: "alpha", correlationid: id, causationid: id, schemaversion: 1, hops: 0 }]);
}
