import { readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { buildSubject, encodeBody } from "@armada/contracts";
import { jetstreamManager } from "@nats-io/jetstream";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Link, link } from "../connection/connect.ts";
import { accessIn } from "../identity/access.ts";
import { startTestMesh, type TestMesh } from "../testing/index.ts";
import { openBackup, writeBackup } from "./backup.ts";
import { restoreStream, snapshotStream } from "./snapshot.ts";

const quiet = { info: () => undefined, warn: () => undefined };
const STREAMS = ["TEAM_alpha", "TIMERS_alpha"];
const FACTS = 60;
const NOBODY = { seed: undefined, writers: new Map() };

const adminOf = async (mesh: TestMesh): Promise<Link> =>
  link({ servers: mesh.url, identity: await accessIn(mesh.keys).identity("provisioner"), logger: quiet });
const fact = (n: number): string =>
  encodeBody([
    {
      specversion: "1.0",
      id: `p${n}`,
      source: "/alpha",
      type: "alpha.order.paid",
      time: "2026-01-01T00:00:00.000Z",
      data: { filler: "x".repeat(20_000) },
      team: "alpha",
      correlationid: "c",
      causationid: "c",
      schemaversion: 1,
      hops: 0,
    },
  ]);

let from: TestMesh;
let to: TestMesh;
let here: Link;
let there: Link;

beforeAll(async () => {
  const queue = { name: "do", filters: ["evt.alpha.>"], concurrency: 1 };
  [from, to] = await Promise.all([startTestMesh([{ team: "alpha", queues: [queue], sources: new Map() }]), startTestMesh([])]);
  [here, there] = await Promise.all([adminOf(from), adminOf(to)]);
  const alpha = await from.connect("alpha");
  for (let n = 1; n <= FACTS; n++)
    expect(
      (await alpha.log.append(buildSubject({ kind: "fact", team: "alpha", entity: "order", event: "paid", id: "a", key: `${n}` }), fact(n)))
        .kind,
    ).toBe("appended");
});
afterAll(async () => {
  await Promise.all([here.close(), there.close()]);
  await Promise.all([from[Symbol.asyncDispose](), to[Symbol.asyncDispose]()]);
});

test("a team's streams go through a file to another server: messages, queues, and a timer that fires there", async () => {
  const alpha = await from.connect("alpha");
  const due = Date.now() + 4_000;
  expect((await alpha.timers.at({ run: "r1", n: 1 }, due, fact(0))).kind).toBe("appended");
  const path = join(from.keys, "alpha.tar");
  const seed = await readFile(join(from.keys, "alpha.nk"), "utf8");
  await writeBackup(here, STREAMS, { seed, writers: new Map() }, path);
  expect((await stat(path)).mode & 0o777).toBe(0o600);

  const kept = await openBackup(path);
  expect(kept.seed).toBe(seed);
  expect(kept.snapshots.map(({ config }) => config.name)).toEqual(STREAMS);
  for (const snapshot of kept.snapshots) await restoreStream(there, snapshot);
  await kept.close();

  const manager = await jetstreamManager(there.connection);
  const was = await (await jetstreamManager(here.connection)).streams.info("TEAM_alpha");
  const now = await manager.streams.info("TEAM_alpha");
  expect(now.state).toMatchObject({ messages: was.state.messages, bytes: was.state.bytes, last_seq: was.state.last_seq });
  expect(now.config.deny_delete).toBe(true);
  expect((await manager.consumers.info("TEAM_alpha", "do")).num_pending).toBe(FACTS);
  await expect
    .poll(async () => (await manager.streams.info("TEAM_alpha", { subjects_filter: "tick.>" })).state.subjects, { timeout: 15_000 })
    .toMatchObject({ "tick.alpha.r1.1": 1 });
});

test("a stream goes from server to server without a file", async () => {
  const manager = await jetstreamManager(there.connection);
  await manager.streams.delete("TEAM_alpha");
  const snapshot = await snapshotStream(here, "TEAM_alpha");
  await restoreStream(there, { ...snapshot, config: { ...snapshot.config, max_bytes: 64 * 1024 * 1024 } });
  const { config, state } = await manager.streams.info("TEAM_alpha");
  expect(state.last_seq).toBeGreaterThanOrEqual(FACTS);
  expect(config.max_bytes).toBe(64 * 1024 * 1024);
});

test("a file that is there stays, one that fails goes, and what is none is said", async () => {
  const path = join(from.keys, "there.tar");
  await writeFile(path, "mine");
  await expect(writeBackup(here, STREAMS, NOBODY, path)).rejects.toMatchObject({ code: "FILE_EXISTS" });
  expect(await readFile(path, "utf8")).toBe("mine");
  await expect(openBackup(path)).rejects.toMatchObject({ code: "NOT_A_BACKUP" });
  await rm(path);
  await expect(openBackup(path)).rejects.toMatchObject({ code: "FILE_UNREADABLE", message: `there is no file ${path}` });
  await expect(writeBackup(here, STREAMS, NOBODY, join(path, "in.tar"))).rejects.toMatchObject({ code: "FILE_UNWRITABLE" });
  await expect(writeBackup(here, [...STREAMS, "TEAM_none"], NOBODY, path)).rejects.toMatchObject({ code: "SNAPSHOT_FAILED" });
  await expect(stat(path)).rejects.toMatchObject({ code: "ENOENT" });
  await expect(restoreStream(there, await snapshotStream(here, "TEAM_alpha"))).rejects.toMatchObject({ code: "RESTORE_FAILED" });
});
