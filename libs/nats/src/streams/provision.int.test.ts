import type { Queue } from "@armada/event-sourcing";
import { jetstreamManager } from "@nats-io/jetstream";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Link, link } from "../connection/connect.ts";
import { accessIn } from "../identity/access.ts";
import { startTestMesh, type TestMesh } from "../testing/index.ts";
import { adjustRoom, provision } from "./provision.ts";
import type { Change, TeamTopology } from "./topology.ts";

const queue = (name: string): Queue => ({ name, filters: [`run.alpha.${name}.>`], concurrency: 2 });
const alpha = (queues: readonly string[], sources: readonly string[]): TeamTopology => ({
  team: "alpha",
  queues: queues.map(queue),
  sources: new Map(sources.length === 0 ? [] : [["beta", sources]]),
});
const beta: TeamTopology = { team: "beta", queues: [], sources: new Map([["alpha", ["evt.alpha.a.b.>"]]]) };
const BOTH = ["evt.beta.order.paid.>", "evt.beta.order.sent.>"];

let mesh: TestMesh;
let admin: Link;

beforeAll(async () => {
  mesh = await startTestMesh([alpha(["do", "lead"], BOTH), beta]);
  admin = await link({
    servers: mesh.url,
    identity: await accessIn(mesh.keys).identity("provisioner"),
    logger: { info: () => undefined, warn: () => undefined },
  });
});
afterAll(async () => {
  await admin.close();
  await mesh[Symbol.asyncDispose]();
});

const apply = (team: TeamTopology, dryRun = false): Promise<Change[]> => provision(admin, [team, beta], { replicas: 1, room: {}, dryRun });
const whats = (changes: readonly Change[]): string[] => changes.map(({ change, what }) => `${change} ${what}`);
const config = async () => (await (await jetstreamManager(admin.connection)).streams.info("TEAM_alpha")).config;

test("a second time changes nothing, in whatever order things are named", async () => {
  expect(await apply(alpha(["do", "lead"], BOTH))).toEqual([]);
  expect(await apply(alpha(["lead", "do"], [...BOTH].reverse()))).toEqual([]);
});

test("a dry run says what it would do and does it not", async () => {
  const planned = whats(await apply(alpha(["do"], BOTH.slice(0, 1)), true));
  expect(planned).toEqual(["update stream TEAM_alpha", "delete consumer TEAM_alpha/lead"]);
  expect(await apply(alpha(["do", "lead"], BOTH))).toEqual([]);
});

test("a source is taken away and given back, and never edited", async () => {
  expect(whats(await apply(alpha(["do", "lead"], BOTH.slice(1))))).toEqual(["update stream TEAM_alpha"]);
  expect((await config()).sources?.map((source) => source.filter_subject)).toEqual(expect.arrayContaining(["tick.alpha.>", BOTH[1]]));
  expect((await config()).sources).toHaveLength(2);
  expect(whats(await apply(alpha(["do", "lead"], BOTH)))).toEqual(["update stream TEAM_alpha"]);
  expect((await config()).sources).toHaveLength(3);
});

test("a source that was taken away three times brings nothing twice", async () => {
  const [reader, writer] = [await mesh.connect("alpha"), await mesh.connect("beta")];
  const body = (n: number): string =>
    `{"specversion":"1.0","id":"p${n}","source":"s","type":"beta.order.paid","time":"","data":{},"team":"beta","correlationid":"c","causationid":"c","schemaversion":1,"hops":0}`;
  const origins = new Map<number, number>();
  const end = new AbortController();
  void reader.log.follow(
    ["evt.beta.>"],
    0,
    ({ origin }) => void origins.set(origin?.seq ?? 0, (origins.get(origin?.seq ?? 0) ?? 0) + 1),
    end.signal,
  );
  for (let n = 1; n <= 12; n++) {
    await writer.log.append(`evt.beta.order.paid.a.${n}`, body(n));
    if (n % 4 !== 0) continue;
    await expect.poll(() => origins.size, { timeout: 10_000 }).toBe(n);
    await apply(alpha(["do", "lead"], BOTH.slice(1)));
    await apply(alpha(["do", "lead"], BOTH));
  }
  await writer.log.append("evt.beta.order.paid.a.last", body(13));
  await expect.poll(() => origins.size, { timeout: 10_000 }).toBe(13);
  // The server may bring the history again: readers know a copy by its origin, which is what a fold drops it by.
  expect([...origins.keys()].sort((a, b) => a - b)).toHaveLength(13);
  end.abort();
});

test("a queue is made, and one that nobody wants is removed", async () => {
  expect(whats(await apply(alpha(["do", "lead", "park"], BOTH)))).toEqual(["create consumer TEAM_alpha/park"]);
  expect(whats(await apply(alpha(["do", "lead"], BOTH)))).toEqual(["delete consumer TEAM_alpha/park"]);
});

test("what somebody changed by hand is put back, and what was put is read again", async () => {
  const manager = await jetstreamManager(admin.connection);
  const before = (await config()).max_bytes;
  await manager.streams.update("TEAM_alpha", { ...(await config()), duplicate_window: 60_000_000_000, max_bytes: 1_000_000 });
  const [change] = await apply(alpha(["do", "lead"], BOTH));
  expect(change).toMatchObject({ change: "update", what: "stream TEAM_alpha" });
  expect(change?.why?.split(", ").sort()).toEqual(["duplicate_window", "max_bytes"]);
  expect((await config()).duplicate_window).toBe(100_000_000);
  expect((await config()).max_bytes / before).toBeCloseTo(1, 1);
});

test("team streams take no roll-up, schedule, or time to live, and cannot be deleted from", async () => {
  const kept = await config();
  expect(kept).toMatchObject({ deny_delete: true, allow_direct: true, discard: "new", retention: "limits" });
  for (const dangerous of ["allow_rollup_hdrs", "allow_msg_schedules", "allow_msg_ttl"] as const)
    expect(kept[dangerous] ?? false, dangerous).toBe(false);
});

const MiB = 1024 * 1024;
const solo = (team: string): TeamTopology => ({ team, queues: [], sources: new Map() });
const boundsNow = async (link: Link): Promise<Map<string, number>> => {
  const bounds = new Map<string, number>();
  for await (const { config: one } of (await jetstreamManager(link.connection)).streams.list()) bounds.set(one.name, one.max_bytes);
  return bounds;
};

test("every stream has a bound, and shares follow what is free: down without a message lost, and up again", async () => {
  const writer = await mesh.connect("beta");
  const body = (n: number): string =>
    `{"specversion":"1.0","id":"q${n}","source":"s","type":"beta.big.told","time":"","data":"${"x".repeat(50_000)}","team":"beta","correlationid":"c","causationid":"c","schemaversion":1,"hops":0}`;
  for (let n = 1; n <= 60; n++) expect((await writer.log.append(`evt.beta.big.told.a.${n}`, body(n))).kind).toBe("appended");
  const wide = await boundsNow(admin);
  expect(Math.min(...wide.values())).toBeGreaterThan(0);
  const manager = await jetstreamManager(admin.connection);
  const { messages, bytes } = (await manager.streams.info("TEAM_beta")).state;

  await adjustRoom(admin, { free: 10 * MiB });
  const narrow = await boundsNow(admin);
  expect(narrow.get("TEAM_beta")).toBe(bytes);
  expect((await manager.streams.info("TEAM_beta")).state.messages).toBe(messages);
  expect((await writer.log.append("evt.beta.big.told.a.late", body(99))).kind).toBe("full");

  await provision(admin, [alpha(["do", "lead"], BOTH), beta], { replicas: 1, room: { free: 2_000 * MiB } });
  expect((await writer.log.append("evt.beta.big.told.a.late", body(99))).kind).toBe("appended");
  const again = await boundsNow(admin);
  const total = [...again.values()].reduce((sum, bound) => sum + bound, 0);
  expect(total).toBeLessThan(1_550 * MiB);
  expect(again.get("TEAM_beta") ?? 0).toBeGreaterThan(bytes + 100 * MiB);
});

test("on a server that has promised all it may, a team that comes later gets less, and one that changes still changes", async () => {
  await using small = await startTestMesh([], { extra: `jetstream { sync_interval: "100ms", max_file_store: ${200 * MiB} }\n` });
  const own = await link({
    servers: small.url,
    identity: await accessIn(small.keys).identity("provisioner"),
    logger: { info: () => undefined, warn: () => undefined },
  });
  try {
    const manager = await jetstreamManager(own.connection);
    await provision(own, [solo("first")], { replicas: 1, room: {} });
    await provision(own, [solo("first"), solo("second")], { replicas: 1, room: {} });
    const bounds = await boundsNow(own);
    expect(bounds.get("TEAM_second") ?? 0).toBeGreaterThan(4 * MiB);
    // Somebody else takes all that is left.
    const left = 200 * MiB - [...bounds.values()].reduce((sum, bound) => sum + bound, 0);
    await manager.streams.add({ name: "other", subjects: ["other"], max_bytes: left - 1 });
    const changed: TeamTopology = { ...solo("first"), sources: new Map([["second", ["evt.second.a.b.>"]]]) };
    const changes = await provision(own, [changed, solo("second"), solo("third")], { replicas: 1, room: {} });
    expect(whats(changes)).toEqual(expect.arrayContaining(["update stream TEAM_first", "create stream TEAM_third"]));
    const { sources } = (await manager.streams.info("TEAM_first")).config;
    expect(sources?.map(({ name }) => name)).toContain("TEAM_second");
  } finally {
    await own.close();
  }
});

test("what teams share has a stream once one of them shares, and forgets after two days", async () => {
  const manager = await jetstreamManager(admin.connection);
  await expect(manager.streams.info("CACHE_fleet")).rejects.toThrow("stream not found");
  expect(whats(await apply({ ...alpha(["do", "lead"], BOTH), shares: true }))).toContain("create stream CACHE_fleet");
  expect(await apply({ ...alpha(["do", "lead"], BOTH), shares: true })).toEqual([]);
  const kept = (await manager.streams.info("CACHE_fleet")).config;
  expect(kept).toMatchObject({ subjects: ["cache.fleet.>"], max_msgs_per_subject: 1, max_age: 48 * 3_600 * 1e9 });
  for (const dangerous of ["allow_rollup_hdrs", "allow_msg_schedules", "allow_msg_ttl"] as const)
    expect(kept[dangerous] ?? false, dangerous).toBe(false);
});

test("a team's own answers are forgotten after two days, its draws after two months, and its journals never", async () => {
  const manager = await jetstreamManager(admin.connection);
  await apply(alpha(["do", "lead"], BOTH));
  const age = async (stream: string): Promise<number> => (await manager.streams.info(stream)).config.max_age / 3_600e9;
  expect(await Promise.all(["CACHE_alpha", "DRAWS_alpha", "TEAM_alpha"].map(age))).toEqual([48, 62 * 24, 0]);
});
