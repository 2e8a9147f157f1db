import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { encodeBody } from "@armada/contracts";
import type { Logger, Message } from "@armada/event-sourcing";
import { jetstreamManager } from "@nats-io/jetstream";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { link } from "../connection/connect.ts";
import { Fleet } from "../fleet/fleet.ts";
import { writeFleet } from "../fleet/write-fleet.ts";
import { accessIn } from "../identity/access.ts";
import { KeyRing } from "../identity/key-ring.ts";
import { startTestMesh, type TestMesh } from "../testing/index.ts";

const asks = { name: "asks", filters: ["ask.beta.>"], concurrency: 4 };
const said: string[] = [];
const noting: Logger = { info: () => undefined, warn: (line) => void said.push(line) };

let mesh: TestMesh;

beforeAll(async () => {
  mesh = await startTestMesh([
    { team: "beta", queues: [asks], sources: new Map() },
    { team: "gamma", queues: [], sources: new Map() },
    { team: "ghost", queues: [], sources: new Map() },
  ]);
});
afterAll(async () => mesh[Symbol.asyncDispose]());

const quiet: Logger = { info: () => undefined, warn: () => undefined };

/** Takes a team's key away: from FLEET, and from the folder of identities. */
async function forget(team: string): Promise<string> {
  const admin = await link({ servers: mesh.url, identity: await accessIn(mesh.keys).identity("provisioner"), logger: quiet });
  await (await jetstreamManager(admin.connection)).streams.purge("FLEET", { filter: `fleet.${team}` });
  await admin.close();
  const list = join(mesh.keys, "public.json");
  const { [team]: key, ...others } = JSON.parse(await readFile(list, "utf8"));
  await writeFile(list, JSON.stringify(others));
  await rm(join(mesh.keys, `${team}.nk`));
  return key;
}

function askFrom(team: string, id: string): string {
  const about = { specversion: "1.0", id, source: `/teams/${team}`, type: "beta.help", time: "2026-01-01T00:00:00Z" } as const;
  return encodeBody([{ ...about, subject: id, data: {}, team, correlationid: "c", causationid: "c", schemaversion: 1, hops: 0 }]);
}

test("what a team asks whose key is new waits for the key, in every way of reading, and is taken within a second of it", async () => {
  const gamma = await mesh.connect("gamma");
  const admin = await link({ servers: mesh.url, identity: await accessIn(mesh.keys).identity("provisioner"), logger: quiet });
  // As it is for a replica that runs since before the team was there, and whose folder of identities is its own.
  const key = await forget("gamma");
  const beta = await mesh.connect("beta", noting);

  const end = new AbortController();
  const worked: Message[] = [];
  const followed: Message[] = [];
  const scanned: Message[] = [];
  void beta.log.follow(["ask.beta.>"], 0, (message) => void followed.push(message), end.signal);
  const working = beta.log.work(
    asks,
    async (delivery) => {
      worked.push(delivery);
      return { kind: "done" };
    },
    end.signal,
  );
  const subject = "ask.beta.gamma.help.run-1";
  expect(await gamma.log.append(subject, askFrom("gamma", "run-1"))).toMatchObject({ kind: "appended" });
  const loading = beta.log.load(subject, 1);
  const last = beta.log.last(subject);
  const scanning = beta.log.scan(["ask.beta.>"], 0, (message) => scanned.push(message));
  await expect.poll(() => said.join("\n")).toContain("wait for its key");
  await expect.poll(async () => (await beta.log.depth("asks")).unacked).toBe(1);
  expect([worked, followed, scanned]).toEqual([[], [], []]);

  const fleet = await Fleet.follow(admin, accessIn(mesh.keys), quiet);
  expect(await writeFleet(admin, fleet, [{ kind: "identity", name: "gamma", keys: [key] }])).toHaveLength(1);
  const known = performance.now();
  await expect.poll(() => [worked.length, followed.length]).toEqual([1, 1]);
  expect(performance.now() - known).toBeLessThan(1_000);
  expect(await loading).toMatchObject({ kind: "loaded", messages: [{ subject }] });
  expect(await last).toMatchObject({ subject });
  await scanning;
  expect(scanned).toHaveLength(1);
  expect(said.filter((line) => line.includes("is not taken"))).toEqual([]);
  end.abort();
  await working;
  await admin.close();
});

test("a scan that waited in vain for a key passes by what it is for, and says whose", async () => {
  const ghost = await mesh.connect("ghost");
  await forget("ghost");
  const beta = await mesh.connect("beta", quiet);
  expect(await ghost.log.append("ask.beta.ghost.help.run-2", askFrom("ghost", "run-2"))).toMatchObject({ kind: "appended" });
  const taken: string[] = [];
  const keyless: string[] = [];
  const scanning = beta.log.scan(
    ["ask.beta.ghost.>"],
    0,
    ({ subject }) => taken.push(subject),
    (team) => keyless.push(team),
  );
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect(keyless).toEqual([]);
  const now = performance.now.bind(performance);
  const later = vi.spyOn(performance, "now").mockImplementation(() => now() + 31_000);
  await scanning;
  later.mockRestore();
  expect([taken, keyless]).toEqual([[], ["ghost"]]);
});

test("a key that was made anew is read before a signature is called false", async () => {
  let keys = await accessIn(join(mesh.keys, "old")).ensure(["delta"]);
  const ring = new KeyRing(async () => new Map([...keys].map(([name, key]) => [name, [key]])));
  await ring.again();
  const before = ring.verifierOf("delta");
  keys = await accessIn(join(mesh.keys, "new")).ensure(["delta"]);
  await ring.again();
  expect(ring.verifierOf("delta")).not.toBe(before);
  expect(ring.fresh).toBe(true);
});
