import { encodeLiveText, type LiveText } from "@armada/contracts";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type NatsPorts, portsOf } from "../adapter.ts";
import { link } from "../connection/connect.ts";
import { Fleet } from "../fleet/fleet.ts";
import { accessIn } from "../identity/access.ts";
import { startTestMesh, type TestMesh } from "../testing/index.ts";

const quiet = { info: () => undefined, warn: () => undefined };
const piece = (seq: number, text = `piece ${seq}`): LiveText => ({ run: "r1", n: 1, attempt: 1, call: 1, seq, text });

let mesh: TestMesh;
let alpha: NatsPorts;
let beta: NatsPorts;
let watcher: NatsPorts;

beforeAll(async () => {
  mesh = await startTestMesh(["alpha", "beta"].map((team) => ({ team, queues: [], sources: new Map() })));
  [alpha, beta] = [await mesh.connect("alpha"), await mesh.connect("beta")];
  const operator = await link({ servers: mesh.url, identity: await accessIn(mesh.keys).identity("operator"), logger: quiet });
  watcher = portsOf(operator, "beta", await Fleet.follow(operator, accessIn(mesh.keys), quiet), quiet);
});
afterAll(async () => {
  await watcher.link.close();
  await mesh[Symbol.asyncDispose]();
});

test("no stream captures live text", async () => {
  const { mux } = watcher.link;
  for (const subject of ["live.>", "live.beta.>", "live.beta.r1.1"]) {
    const answer = await mux.request("$JS.API.STREAM.NAMES", JSON.stringify({ subject }), { timeout: 5_000 });
    if ("failed" in answer) throw new Error(answer.failed);
    expect(answer.json<{ streams: string[] | null; total: number }>()).toMatchObject({ total: 0 });
  }
});

test("a watcher takes nothing that the server was made to say in a team's name", async () => {
  const got: LiveText[] = [];
  const over = new AbortController();
  const ended = watcher.live.watch("r1", (told) => void got.push(told), over.signal);
  await watcher.link.connection.flush();
  const heard: string[] = [];
  watcher.link.connection.subscribe("live.beta.r1.*", { callback: (_, message) => void heard.push(message.string()) });

  const { connection } = alpha.link;
  const reply = "live.beta.r1.1";
  // Bodies that would be taken, if they came on the subject itself: stored whole, and answered onto it.
  const bait = encodeLiveText(piece(0, "forged"));
  await alpha.link.mux.request("obj.alpha.bait.0", bait, { timeout: 5_000 });
  connection.publish("$JS.API.DIRECT.GET.OBJECTS_alpha", JSON.stringify({ last_by_subj: "obj.alpha.bait.0" }), { reply });
  connection.publish("obj.alpha.bait.1", bait, { reply }); // its acknowledgement
  connection.publish("run.alpha.note.bait.bait.1", bait);
  const config = { name: "pull", ack_policy: "none", deliver_policy: "all" };
  const create = JSON.stringify({ stream_name: "TEAM_alpha", config, action: "create" });
  await alpha.link.mux.request("$JS.API.CONSUMER.CREATE.TEAM_alpha.pull", create, { timeout: 5_000 });
  connection.publish("$JS.API.CONSUMER.MSG.NEXT.TEAM_alpha.pull", JSON.stringify({ batch: 1 }), { reply });
  connection.publish(reply, bait); // refused
  await connection.flush();
  await expect.poll(() => heard.length, { timeout: 10_000 }).toBeGreaterThanOrEqual(3);

  beta.live.publish(piece(7));
  await expect.poll(() => got.length, { timeout: 10_000 }).toBeGreaterThan(0);
  expect(got).toEqual([piece(7)]);
  over.abort();
  await ended;
});

test("text that nobody watches leaves the team's stream as it is, and what cannot be sent is let go", async () => {
  const before = await beta.log.head();
  for (let seq = 0; seq < 1_000; seq++) beta.live.publish(piece(seq));
  beta.live.publish(piece(1_000, "x".repeat(2 ** 21)));
  expect(await beta.log.append("run.beta.note.x.o1.1", "{}")).toMatchObject({ kind: "appended" });
  expect(await beta.log.head()).toBe(before + 1);
});
