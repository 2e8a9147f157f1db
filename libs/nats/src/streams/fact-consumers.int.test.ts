import { encodeBody } from "@armada/contracts";
import { afterAll, beforeAll, expect, test } from "vitest";
import { factConsumer } from "../accounts/crossings.ts";
import { managerOf } from "../connection/api.ts";
import { type Link, link } from "../connection/connect.ts";
import { Fleet } from "../fleet/fleet.ts";
import { accessIn } from "../identity/access.ts";
import { startTestMesh, type TestMesh } from "../testing/index.ts";
import { isForFacts } from "./fact-consumers.ts";
import { subjectsIn, teamsThere } from "./inventory.ts";
import { missingOf } from "./missing.ts";
import { FLEET } from "./names.ts";
import { dropTeam, teamOnServer } from "./remove-team.ts";
import { streamsMissing } from "./stream-room.ts";
import type { TeamTopology } from "./topology.ts";

const quiet = { info: () => undefined, warn: () => undefined };
const FILTER = "evt.alpha.thing.noted.>";
const teams: readonly TeamTopology[] = [
  { team: "alpha", queues: [], sources: new Map() },
  { team: "beta", queues: [], sources: new Map([["alpha", [FILTER]]]) },
];
const OLD = 10;
/** Enough that the server asks whether they came while they come; fewer than the old ones, all of whose places have been taken. */
const NEW = 6;
const LARGE = "x".repeat(300_000);

let mesh: TestMesh;
let admin: Link;
beforeAll(async () => {
  mesh = await startTestMesh(teams, { walled: true });
  admin = await link({ servers: mesh.url, identity: await accessIn(mesh.keys).identity("provisioner"), logger: quiet });
}, 60_000);
afterAll(async () => {
  await admin.close();
  await mesh[Symbol.asyncDispose]();
});

test("what a taker says of a stream that is gone acknowledges nothing of the next of its name", async () => {
  const alpha = await mesh.connect("alpha");
  const beta = await mesh.connect("beta");
  const note = (key: string, data: unknown = {}) => alpha.log.append(`evt.alpha.thing.noted.a.${key}`, body(key, data));
  const copies: string[] = [];
  const ended = new AbortController();
  void beta.log.follow([FILTER], 0, ({ subject }) => void copies.push(subject.split(".").at(-1) ?? ""), ended.signal);
  const old = Array.from({ length: OLD }, (_, i) => `old${i}`);
  for (const key of old) await note(key);
  await expect.poll(() => copies, { timeout: 30_000 }).toEqual(old);

  await (await admin.in("alpha")).mux.request("$JS.API.STREAM.DELETE.TEAM_alpha", "", { timeout: 5_000 });
  await mesh.provision(teams);
  const made = Array.from({ length: NEW }, (_, i) => `new${i}`);
  for (const key of made) await note(key, LARGE);
  await expect.poll(() => copies.slice(OLD), { timeout: 30_000 }).toEqual(made);
  await note("last");
  await expect.poll(() => copies.at(-1), { timeout: 30_000 }).toBe("last");
  ended.abort();
}, 120_000);

test("a taker whose stream is made again gets all that was stated, and a consumer or source that is gone is missed", async () => {
  const alpha = await mesh.connect("alpha");
  const subjects = async (stream: string): Promise<string[]> => (await subjectsIn(admin, stream, FILTER)).sort();
  await alpha.log.append("evt.alpha.thing.noted.a.again", body("again", {}));
  const stated = await subjects("TEAM_alpha");
  await expect.poll(() => subjects("TEAM_beta"), { timeout: 30_000 }).toEqual(expect.arrayContaining(stated));

  const { name } = factConsumer("alpha", "beta", FILTER);
  const takers = await managerOf(admin, "TEAM_beta");
  await takers.streams.delete("TEAM_beta");
  await mesh.provision(teams);
  await expect.poll(() => subjects("TEAM_beta"), { timeout: 30_000 }).toEqual(stated);
  const givers = await managerOf(admin, "TEAM_alpha");
  const made = (await givers.consumers.info("TEAM_alpha", name)).created;
  await mesh.provision(teams);
  expect((await givers.consumers.info("TEAM_alpha", name)).created).toBe(made);

  await givers.consumers.delete("TEAM_alpha", name);
  expect(await missingOf(admin, teams)).toEqual([`consumer TEAM_alpha/${name}`]);
  await mesh.provision(teams);
  const { config } = await takers.streams.info("TEAM_beta");
  await takers.streams.update("TEAM_beta", { ...config, sources: (config.sources ?? []).filter((source) => source.name !== "TEAM_alpha") });
  expect(await missingOf(admin, teams)).toEqual(["sources of TEAM_beta"]);
  await mesh.provision(teams);
  expect(await missingOf(admin, teams)).toEqual([]);

  await takers.streams.delete("TIMERS_beta");
  const operator = await link({ servers: mesh.url, identity: await accessIn(mesh.keys).identity("operator"), logger: quiet });
  expect([await streamsMissing(operator, "beta"), await streamsMissing(operator, "alpha")]).toEqual([["TIMERS_beta"], []]);
  await (await managerOf(admin, FLEET)).streams.delete(FLEET);
  const fleet = await Fleet.follow(operator, accessIn(mesh.keys), quiet);
  await expect(teamsThere(operator, fleet)).rejects.toMatchObject({ code: "STREAM_MISSING" });
  await operator.close();
  await mesh.provision(teams);
}, 120_000);

test("what a taker had of a giver's former stream does not stand for what it lacks of the next, and who is removed is fed by nobody", async () => {
  const alpha = await mesh.connect("alpha");
  const note = (key: string) => alpha.log.append(`evt.alpha.thing.noted.a.${key}`, body(key, {}));
  for (const key of ["one", "two", "three"]) await note(key);
  const missing = async (): Promise<unknown> => (await teamOnServer(admin, "alpha")).takers;
  await expect.poll(missing, { timeout: 30_000 }).toEqual([{ stream: "TEAM_beta", missing: 0 }]);
  await (await managerOf(admin, "TEAM_alpha")).streams.delete("TEAM_alpha");
  await mesh.provision(teams);
  const takers = await managerOf(admin, "TEAM_beta");
  const { config } = await takers.streams.info("TEAM_beta");
  await takers.streams.update("TEAM_beta", { ...config, max_msg_size: 100 });
  await note("next");
  expect(await missing()).toEqual([{ stream: "TEAM_beta", missing: 1 }]);
  await takers.streams.update("TEAM_beta", config);
  await expect.poll(missing, { timeout: 30_000 }).toEqual([{ stream: "TEAM_beta", missing: 0 }]);

  await dropTeam(admin, "beta");
  const left = await Array.fromAsync((await managerOf(admin, "TEAM_alpha")).consumers.list("TEAM_alpha"));
  expect(left.map(({ name }) => name).filter(isForFacts)).toEqual([]);
}, 120_000);

function body(id: string, data: unknown): string {
  const about = { specversion: "1.0", source: "/teams/alpha", type: "alpha.thing.noted", time: "2026-01-01T00:00:00Z", data } as const;
  return encodeBody([{ ...about, id, subject: "a", team: "alpha", correlationid: id, causationid: id, schemaversion: 1, hops: 0 }]);
}
