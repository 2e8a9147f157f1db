import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { encodeBody } from "@armada/contracts";
import type { Logger, Message } from "@armada/event-sourcing";
import { jetstreamManager } from "@nats-io/jetstream";
import { afterAll, beforeAll, expect, test } from "vitest";
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
  ]);
});
afterAll(async () => mesh[Symbol.asyncDispose]());

test("what a team asks whose key is new waits for the key, in every way of reading, and is taken within a second of it", async () => {
  const gamma = await mesh.connect("gamma");
  const quiet: Logger = { info: () => undefined, warn: () => undefined };
  const admin = await link({ servers: mesh.url, identity: await accessIn(mesh.keys).identity("provisioner"), logger: quiet });
  // As it is for a replica that runs since before the team was there, and whose folder of identities is its own.
  await (await jetstreamManager(admin.connection)).streams.purge("FLEET", { filter: "fleet.gamma" });
  const list = join(mesh.keys, "public.json");
  const { gamma: key, ...others } = JSON.parse(await readFile(list, "utf8"));
  const write = (content: unknown): Promise<void> => writeFile(list, JSON.stringify(content));
  await write(others);
  await rm(join(mesh.keys, "gamma.nk"));
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
  const about = { specversion: "1.0", id: "run-1", source: "/teams/gamma", type: "beta.help", time: "2026-01-01T00:00:00Z" } as const;
  const event = { ...about, subject: "run-1", data: {}, team: "gamma", correlationid: "c", causationid: "c", schemaversion: 1, hops: 0 };
  expect(await gamma.log.append(subject, encodeBody([event]))).toMatchObject({ kind: "appended" });
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
