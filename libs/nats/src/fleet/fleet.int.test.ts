import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { encodeBody, type FleetEntry, signedText, type TeamManifest, withSignature } from "@armada/contracts";
import type { Logger } from "@armada/event-sourcing";
import { jetstreamManager } from "@nats-io/jetstream";
import { headers } from "@nats-io/transport-node";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { NatsPorts } from "../adapter.ts";
import { type Link, link } from "../connection/connect.ts";
import { accessIn } from "../identity/access.ts";
import { signer } from "../identity/nkey.ts";
import { provision } from "../streams/provision.ts";
import { startTestMesh, type TestMesh } from "../testing/index.ts";
import { Fleet } from "./fleet.ts";
import { type WantedEntry, writeFleet } from "./write-fleet.ts";
import { writeIsolation } from "./write-isolation.ts";

const quiet: Logger = { info: () => undefined, warn: () => undefined };
const said: string[] = [];
const noting: Logger = { info: () => undefined, warn: (line) => void said.push(line) };
const topology = (team: string) => ({ team, queues: [], sources: new Map() });

let mesh: TestMesh;
let admin: Link;
let fleet: Fleet;
let alpha: NatsPorts;

beforeAll(async () => {
  mesh = await startTestMesh([topology("alpha"), topology("beta")]);
  admin = await link({ servers: mesh.url, identity: await accessIn(mesh.keys).identity("provisioner"), logger: quiet });
  fleet = await Fleet.follow(admin, accessIn(mesh.keys), quiet);
  alpha = await mesh.connect("alpha", noting);
});
afterAll(async () => {
  await admin.close();
  await mesh[Symbol.asyncDispose]();
});

function manifest(team: string, code = "1"): TeamManifest {
  const none = {
    events: [],
    external: [],
    capabilities: [],
    asks: [],
    queues: [],
    sources: [],
    subscriptions: [],
    agents: [],
    workflows: [],
  };
  return { ...none, team, shares: false, code };
}
const entryOf = (team: string, code?: string): WantedEntry => ({
  kind: "team",
  name: team,
  keys: fleet.entries.get(team)?.keys ?? ["UNEW"],
  manifest: manifest(team, code),
});
const codeIn = (from: { readonly entries: ReadonlyMap<string, FleetEntry> }, team: string): string | undefined => {
  const entry = from.entries.get(team);
  return entry?.kind === "team" ? entry.manifest.code : undefined;
};
const known = (team: string): string | undefined => codeIn(alpha.manifests, team);

test("what administration writes a team knows a moment later, and the same again writes nothing", async () => {
  expect(await writeFleet(admin, fleet, [entryOf("beta")])).toEqual([
    { change: "update", what: "manifest of beta", why: expect.any(String) },
  ]);
  await expect.poll(() => known("beta")).toBe("1");
  expect(await writeFleet(admin, fleet, [entryOf("beta")])).toEqual([]);
  expect(await writeFleet(admin, fleet, [entryOf("beta", "2")], { dryRun: true })).toMatchObject([{ why: "code" }]);
  expect(known("beta")).toBe("1");
  expect(await writeFleet(admin, fleet, [entryOf("beta", "2")])).toMatchObject([{ why: "code" }]);
  await expect.poll(() => known("beta")).toBe("2");
  expect([...alpha.manifests.teams.keys()]).toEqual(["beta"]);
});

test("a team's client is refused by the server when it says something of the fleet", async () => {
  const own = await link({ servers: mesh.url, identity: await accessIn(mesh.keys).identity("alpha"), logger: quiet });
  const refused: string[] = [];
  void (async () => {
    for await (const status of own.connection.status()) if (status.type === "error") refused.push(status.error.message);
  })();
  for (const subject of ["fleet.alpha", "fleet.beta", "fleet.isolation.beta", "fleet.isolation.alpha.clerk"])
    own.connection.publish(subject, "{}");
  for (const call of ["PURGE", "DELETE", "UPDATE"]) own.connection.publish(`$JS.API.STREAM.${call}.FLEET`, "{}");
  await own.connection.flush();
  await expect.poll(() => refused).toHaveLength(7);
  expect(refused.every((line) => /Permissions Violation/i.test(line))).toBe(true);
  await own.close();
});

const isolation = (until: string, status: "isolated" | "returned" = "isolated") =>
  ({ prefix: "beta.packer", status, since: "2026-01-01T00:00:00.000Z", until, why: "odd parcels", by: "ada" }) as const;

test("what administration says of an isolation a team, and one that comes later, know a moment later, with the server's time", async () => {
  const before = Date.now();
  let now = 0;
  const said = await writeIsolation(admin, fleet, "beta.packer", (known, at) => {
    now = at;
    return known === undefined ? isolation("2036-01-01T00:00:00.000Z") : undefined;
  });
  expect(Math.abs(now - before)).toBeLessThan(5_000);
  expect(said).toMatchObject({ ...isolation("2036-01-01T00:00:00.000Z"), revision: expect.any(Number) });
  await expect.poll(() => alpha.isolations.all().get("beta.packer"), { timeout: 1_000 }).toEqual(said);
  const later = await mesh.connect("beta", quiet);
  await later.isolations.known();
  expect(later.isolations.all().get("beta.packer")).toEqual(said);
  expect(await writeIsolation(admin, fleet, "beta.packer", () => undefined)).toBeUndefined();
  expect([...alpha.manifests.teams.keys()]).toEqual(["beta"]);
});

test("of administrators who say something at once each decides on what the others said", async () => {
  const heard: (string | undefined)[] = [];
  const say = (until: string): Promise<unknown> =>
    writeIsolation(admin, fleet, "beta.other", (known) => {
      heard.push(known?.until);
      return { ...isolation(until), prefix: "beta.other" };
    });
  await Promise.all(["2036-01-01T00:00:00.000Z", "2037-01-01T00:00:00.000Z"].map(say));
  expect(heard.length).toBe(3); // one was second, and looked again
  expect(heard[2]).toMatch(/^203[67]-/);
});

test("what a team has the server put onto the fleet's subjects is believed by nobody, and said once", async () => {
  const body = encodeBody([
    {
      specversion: "1.0",
      id: `beta-${Date.now() + 1e9}`,
      source: "/provisioner",
      type: "armada.fleet.team",
      subject: "beta",
      time: "2026-01-01T00:00:00Z",
      data: { ...entryOf("beta", "forged"), revision: Date.now() + 1e9 },
      team: "provisioner",
      correlationid: "c",
      causationid: "c",
      schemaversion: 1,
      hops: 0,
    },
  ]);
  const signed = (text: string, id: string): string =>
    withSignature(text, signer(alpha.link.identity.seed)(signedText("fleet.beta", id, text)));
  const own = "run.alpha.note.bait.bait.1";
  const manager = await jetstreamManager(admin.connection);
  const last = async () => (await manager.streams.info("FLEET")).state.last_seq;
  const before = await last();
  const genuine = (await manager.streams.getMessage("FLEET", { last_by_subj: "fleet.beta" }))?.string() ?? "";
  const answer = await alpha.link.mux.request(own, signed(body, `beta-${Date.now() + 1e9}`), { timeout: 5_000 });
  expect("failed" in answer).toBe(false);
  alpha.link.connection.publish("$JS.API.DIRECT.GET.TEAM_alpha", JSON.stringify({ last_by_subj: own }), { reply: "fleet.beta" });
  await expect.poll(last).toBe(before + 1);
  // What administration did sign, sent onto its own subject again.
  const signedOnce = "run.alpha.note.bait.bait.2";
  await alpha.link.mux.request(signedOnce, genuine, { timeout: 5_000 });
  alpha.link.connection.publish("$JS.API.DIRECT.GET.TEAM_alpha", JSON.stringify({ last_by_subj: signedOnce }), { reply: "fleet.beta" });
  await expect.poll(last).toBe(before + 2);
  await alpha.manifests.caughtUp();
  expect(known("beta")).toBe("2");
  expect(said.filter((line) => line.includes("of FLEET is not taken"))).toHaveLength(2);
  expect(codeIn(await Fleet.follow(alpha.link, accessIn(mesh.keys), quiet), "beta"), "a reader that begins now").toBe("2");
  expect(await writeFleet(admin, fleet, [entryOf("beta", "3")])).toHaveLength(1);
  await expect.poll(() => known("beta")).toBe("3");
});

test("an entry that another key than administration's signed is refused, whoever stored it", async () => {
  const stranger = signer(alpha.link.identity.seed);
  const entry = { ...entryOf("beta", "strange"), revision: Date.now() + 1e9 };
  const id = `beta-${entry.revision}`;
  const about = {
    specversion: "1.0",
    id,
    source: "/provisioner",
    type: "armada.fleet.team",
    subject: "beta",
    time: "2026-01-01T00:00:00Z",
  } as const;
  const text = encodeBody([{ ...about, data: entry, team: "provisioner", correlationid: id, causationid: id, schemaversion: 1, hops: 0 }]);
  const h = headers();
  await admin.mux.request("fleet.beta", withSignature(text, stranger(signedText("fleet.beta", id, text))), { headers: h, timeout: 5_000 });
  await alpha.manifests.caughtUp();
  expect(known("beta")).toBe("3");
  expect(said.at(-1)).toContain("its signature is not administration's");
});

test("a stream that was made anew takes nothing away, is noticed, and what it says then counts", async () => {
  const manager = await jetstreamManager(admin.connection);
  await manager.streams.delete("FLEET");
  await provision(admin, [topology("alpha"), topology("beta")], { replicas: 1, room: {} });
  await expect.poll(() => said.join("\n"), { timeout: 20_000 }).toContain("FLEET was made anew");
  expect(known("beta")).toBe("3");
  // What administration knows it says again.
  const again = [...fleet.entries.values()].map(({ revision: _revision, ...rest }) => rest as WantedEntry);
  await expect.poll(() => fleet.stored.size, { timeout: 20_000 }).toBe(0);
  const names = again.map(({ name }) => name);
  expect((await writeFleet(admin, fleet, again)).map(({ what }) => what)).toEqual(names.map((name) => `manifest of ${name}`));
  expect([...(await Fleet.follow(alpha.link, accessIn(mesh.keys), quiet)).entries.keys()].sort()).toEqual([...names].sort());
  await expect.poll(() => alpha.manifests.stored.size, { timeout: 20_000 }).toBe(names.length);
  expect(known("beta")).toBe("3");
});

test("a team that was removed is no team any more, and its signatures still count", async () => {
  const keys = fleet.entries.get("beta")?.keys ?? [];
  expect(await writeFleet(admin, fleet, [{ kind: "removed", name: "beta", keys }])).toMatchObject([{ change: "delete" }]);
  await expect.poll(() => alpha.manifests.teams.has("beta")).toBe(false);
  expect(alpha.manifests.ring.verifierOf("beta")).toBeDefined();
});

test("administration takes its own word where its folder of identities has no list", async () => {
  const list = join(mesh.keys, "public.json");
  const text = await readFile(list, "utf8");
  await rm(list);
  const reader = await link({ servers: mesh.url, identity: await accessIn(mesh.keys).identity("provisioner"), logger: quiet });
  try {
    const read = await Fleet.follow(reader, accessIn(mesh.keys), quiet);
    await read.caughtUp();
    expect([...read.entries.keys()]).not.toEqual([]);
  } finally {
    await reader.close();
    await writeFile(list, text);
  }
});
