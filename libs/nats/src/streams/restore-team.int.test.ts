import { cp, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildSubject, encodeBody } from "@armada/contracts";
import { jetstreamManager } from "@nats-io/jetstream";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { type Link, link } from "../connection/connect.ts";
import { accessIn } from "../identity/access.ts";
import { startTestMesh, type TestMesh } from "../testing/index.ts";
import { openBackup, writeBackup } from "./backup.ts";
import { type RestoredTeam, restoreTeam } from "./restore-team.ts";

const quiet = { info: () => undefined, warn: () => undefined };
const ALL = ["ask.alpha.>", "evt.beta.>"];
const alpha = {
  team: "alpha",
  queues: [{ name: "asks", filters: ["ask.alpha.>"], concurrency: 4 }],
  sources: new Map([["beta", ["evt.beta.order.>"]]]),
};
const beta = { team: "beta", queues: [], sources: new Map() };

let from: TestMesh;
let to: TestMesh;
let folder: string;
let file: string;
let here: Link;
let there: Link;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "armada-"));
  file = join(folder, "alpha.tar");
  [from, to] = await Promise.all([startTestMesh([alpha, beta]), startTestMesh([alpha, beta])]);
  [here, there] = await Promise.all([adminOf(from), adminOf(to)]);
  const { log } = await from.connect("beta");
  const fact = buildSubject({ kind: "fact", team: "beta", entity: "order", event: "paid", id: "a", key: "1" });
  expect(await log.append(fact, bodyOf("beta.order.paid", "p1"))).toMatchObject({ kind: "appended" });
  expect(await log.append("ask.alpha.beta.help.r1", bodyOf("alpha.help", "r1"))).toMatchObject({ kind: "appended" });
  const manager = await jetstreamManager(here.connection);
  await vi.waitFor(async () => expect((await manager.streams.info("TEAM_alpha")).state.messages).toBe(2), { timeout: 10_000 });
  await writeBackup(here, ["TEAM_alpha", "TIMERS_alpha"], await accessIn(from.keys).kept("alpha"), file);
}, 30_000);
afterAll(async () => {
  await Promise.all([here.close(), there.close()]);
  await Promise.all([from[Symbol.asyncDispose](), to[Symbol.asyncDispose]()]);
  await rm(folder, { recursive: true, force: true });
});

test("a backup that is of another team leaves the folder of identities as it was", async () => {
  const keys = join(folder, "mistyped");
  await accessIn(keys).ensure(["beta"]);
  const before = await contents(keys);
  await expect(restored("alhpa", keys)).rejects.toMatchObject({ code: "NOT_A_BACKUP", hint: "name the team that it is of" });
  expect(await contents(keys)).toEqual(before);
});

test("what others wrote into a team is believed on a server that has other keys of their names, by who runs there already", async () => {
  const said: string[] = [];
  const { log } = await to.connect("alpha", { info: () => undefined, warn: (line) => void said.push(line) });
  // What its stream there has of others by then gives way, and comes again.
  const fact = buildSubject({ kind: "fact", team: "beta", entity: "order", event: "paid", id: "b", key: "1" });
  await (await to.connect("beta")).log.append(fact, bodyOf("beta.order.paid", "p2"));
  await expect.poll(() => log.head(), { timeout: 10_000 }).toBe(1);
  const { identity, believed } = await restored("alpha", to.keys);
  expect(identity).toBe("another");
  const was = await accessIn(from.keys).keys();
  expect(believed.get("beta")).toEqual(was.get("beta"));
  expect(believed.get("alpha")).toEqual(was.get("alpha"));
  expect(believed.has("provisioner")).toBe(false);

  const taken = async (): Promise<string[]> => {
    const found: string[] = [];
    await log.scan(ALL, 0, ({ subject }) => void found.push(subject));
    return found.sort();
  };
  await expect.poll(taken, { timeout: 30_000 }).toEqual(["ask.alpha.beta.help.r1", "evt.beta.order.paid.a.1", "evt.beta.order.paid.b.1"]);
  expect(said.filter((line) => line.includes("is not taken"))).toEqual([]);

  // Who signs now is as before.
  const now = await to.connect("beta");
  expect(await now.log.append("ask.alpha.beta.help.r2", bodyOf("alpha.help", "r2"))).toMatchObject({ kind: "appended" });
  expect(await log.last("ask.alpha.beta.help.r2")).toMatchObject({ subject: "ask.alpha.beta.help.r2" });
});

test("a team that was removed gets its own key again, and a new key of its name hides none of before", async () => {
  const keys = join(folder, "removed");
  await cp(from.keys, keys, { recursive: true });
  const { seed, publicKey } = await accessIn(keys).identity("alpha");
  await accessIn(keys).drop("alpha");
  expect((await accessIn(keys).keys()).get("alpha")).toEqual([publicKey]);
  await removeStreams();
  expect(await restored("alpha", keys)).toMatchObject({ identity: "placed", believed: new Map() });
  expect(await accessIn(keys).identity("alpha")).toMatchObject({ seed, publicKey });
  expect(JSON.parse(await readFile(join(keys, "public.json"), "utf8"))).toMatchObject({ alpha: publicKey });

  await accessIn(keys).drop("alpha");
  const second = (await accessIn(keys).ensure(["alpha"])).get("alpha");
  expect((await accessIn(keys).keys()).get("alpha")).toEqual([second, publicKey]);
  await accessIn(keys).drop("alpha");
  expect((await accessIn(keys).keys()).get("alpha")).toEqual([publicKey, second]);
});

async function restored(team: string, keys: string): Promise<RestoredTeam> {
  const backup = await openBackup(file);
  try {
    return await restoreTeam(there, team, backup, accessIn(keys));
  } finally {
    await backup.close();
  }
}

async function removeStreams(): Promise<void> {
  const manager = await jetstreamManager(there.connection);
  for (const name of ["TEAM_alpha", "TIMERS_alpha"]) await manager.streams.delete(name);
}

async function contents(dir: string): Promise<Record<string, string>> {
  const names = await readdir(dir);
  return Object.fromEntries(await Promise.all(names.map(async (name) => [name, await readFile(join(dir, name), "utf8")])));
}

async function adminOf(mesh: TestMesh): Promise<Link> {
  return link({ servers: mesh.url, identity: await accessIn(mesh.keys).identity("provisioner"), logger: quiet });
}

function bodyOf(type: string, id: string): string {
  const about = { specversion: "1.0", source: "/teams/beta", type, time: "2026-01-01T00:00:00Z", data: {} } as const;
  return encodeBody([{ ...about, id, subject: id, team: "beta", correlationid: id, causationid: id, schemaversion: 1, hops: 0 }]);
}
