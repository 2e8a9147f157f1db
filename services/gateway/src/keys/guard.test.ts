import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { encodeBody } from "@armada/contracts";
import { CALM, MemoryMesh } from "@armada/event-sourcing";
import { addKey, keyFileIn, revokeKey } from "@armada/operations/keys/key-file";
import { noTracer, systemClock, systemRandom } from "@armada/runtime";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Runs } from "../runs.ts";
import { memoryGateway } from "../testing/memory-gateway.ts";
import { KeyRing } from "./key-ring.ts";

const FIRST = "first-key";
let folder: string;
let now: number;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "armada-guard-"));
  now = Date.now();
});
afterEach(() => rmSync(folder, { recursive: true }));

const key = (name: string, ...scopes: string[]): Promise<string> => addKey(folder, { name, scopes, now });

/** A gateway with the keys of the folder, and two teams, each with a run that waits for an approval. */
async function edge() {
  const mesh = new MemoryMesh(systemClock, systemRandom, CALM);
  for (const team of ["desk", "shop", "gateway"]) mesh.provision(team, [], new Map());
  for (const team of ["desk", "shop"]) {
    const run = `${team}-run`;
    const about = { specversion: "1.0", source: `/teams/${team}`, team, schemaversion: 1, hops: 0, correlationid: run } as const;
    const time = new Date(now).toISOString();
    const event = (n: number, type: string, data: object) => ({
      ...about,
      id: `${run}-${n}`,
      type,
      subject: run,
      time,
      causationid: run,
      data,
    });
    const by = { kind: "ask", from: "gateway", id: run };
    const asked = { n: 1, question: "?", until: new Date(now + 60_000).toISOString(), otherwise: "cancel" };
    const start = event(1, "armada.run.started", { workflow: "w", version: 1, source: "", input: {}, by });
    const { log } = mesh.connect(team);
    await log.append(`run.${team}.note.outcome.${run}.1`, encodeBody([start]));
    await log.append(`run.${team}.wait.approval.${run}.2`, encodeBody([event(2, "armada.approval.asked", asked)]));
  }
  const { log, objects } = mesh.connect("gateway");
  const ports = new Map(["desk", "shop"].map((team) => [team, mesh.connect(team)]));
  const teamPorts = (team: string) => {
    const made = ports.get(team);
    if (made === undefined) throw new Error(`there is no ${team}`);
    return { ...made, room: async () => ({ stream: "", bytes: 0, limit: 0 }) };
  };
  const waits = { clock: systemClock, random: systemRandom };
  const reading = { teamPorts, queues: async () => [], objects };
  const runs = new Runs({
    log,
    objects,
    tracer: noTracer,
    teams: () => ["desk", "shop"],
    workflows: () => undefined,
    teamPorts,
    reading,
    ...waits,
  });
  const warned: string[] = [];
  const logger = { info: () => undefined, warn: (line: string) => void warned.push(line) };
  const ring = await KeyRing.open({ folder, first: FIRST, now: () => now, logger });
  const gateway = await memoryGateway({ runs, whose: (given) => ring.find(given) });
  const ask = async (given: string | undefined, method: string, path: string, body?: unknown) => {
    const type = path === "/v1/events" ? "application/cloudevents" : "application/";
    const response = await fetch(new URL(path, gateway.url), {
      method,
      headers: {
        ...(given === undefined ? {} : { authorization: `Bearer ${given}` }),
        ...(body === undefined
          ? {}
          : { "content-type": `${type}${Array.isArray(body) ? "-batch" : ""}${path === "/v1/events" ? "+" : ""}json` }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: text === "" ? {} : JSON.parse(text), headers: response.headers };
  };
  return { ...gateway, ask, mesh, warned };
}
const event = (id: string, type = "com.example.noted") => ({ specversion: "1.0", id, source: "/s", type, data: {} });

test("wrong, expired and revoked keys open nothing; the first key opens everything until it is revoked", async () => {
  const good = await key("desk", "emit:*");
  const short = await addKey(folder, { name: "short", scopes: ["emit:*"], now, expires: new Date(now + 1_000).toISOString() });
  await using at = await edge();
  for (const one of [good, short, FIRST]) expect((await at.ask(one, "POST", "/v1/events", event(one))).status).toBe(202);
  for (const wrong of [undefined, "x", `${good}x`, good.slice(0, -1), good.toUpperCase(), "ak_", FIRST.slice(1)])
    expect(await at.ask(wrong, "POST", "/v1/events", event("w"))).toMatchObject({ status: 401, body: { field: "authorization" } });
  now += 1_000;
  expect(await at.ask(short, "POST", "/v1/events", event("w"))).toMatchObject({
    status: 401,
    body: { detail: "the key short has expired" },
  });
  await revokeKey(folder, "desk");
  await revokeKey(folder, "default");
  const late = await key("late", "emit:*");
  await expect.poll(async () => (await at.ask(late, "POST", "/v1/events", event("late"))).status, { timeout: 3_000 }).toBe(202);
  for (const one of [good, FIRST]) expect((await at.ask(one, "POST", "/v1/events", event("w"))).status).toBe(401);
  expect(at.messages().map(({ envelopes }) => envelopes[0]?.sentby)).toEqual(["key desk", "key short", "key default", "key late"]);
  writeFileSync(keyFileIn(folder), "{ no keys");
  await expect(edge()).rejects.toThrow(expect.objectContaining({ code: "KEYS_INVALID" })); // at the start there is no last good file
  await expect
    .poll(async () => [(await at.ask(late, "POST", "/v1/events", event("late"))).status, at.warned.length > 0], { timeout: 3_000 })
    .toEqual([200, true]);
});

test("a key does what its scopes say: other types, workflows, teams are refused, and other teams' runs are not there", async () => {
  const sender = await key("sender", "emit:com.example.*");
  const starter = await key("starter", "start:desk.w");
  const reader = await key("reader", "read:desk");
  const approver = await key("approver", "approve:desk");
  await using at = await edge();
  const start = (workflow: string) => ({ workflow, input: {} });
  expect((await at.ask(sender, "POST", "/v1/events", event("1"))).status).toBe(202);
  expect(await at.ask(sender, "POST", "/v1/events", event("2", "com.examples.noted"))).toMatchObject({
    status: 403,
    body: { type: "urn:armada:problem:scope-missing", field: "type", scope: "emit:com.examples.noted" },
  });
  expect(await at.ask(sender, "POST", "/v1/events", [event("3"), event("4", "other")])).toMatchObject({
    status: 403,
    body: { field: "1.type" },
  });
  expect(at.messages()).toHaveLength(1);
  expect((await at.ask(starter, "POST", "/v1/runs", start("desk.w"))).status).toBe(202);
  for (const other of ["desk.x", "shop.w"])
    expect(await at.ask(starter, "POST", "/v1/runs", start(other))).toMatchObject({ status: 403, body: { field: "workflow" } });
  const asks = at.mesh.stream("desk").messages.filter(({ subject }) => subject.startsWith("ask."));
  expect(asks.map(({ envelopes }) => envelopes[0]?.sentby)).toEqual(["key starter"]);
  for (const path of ["", "/events"]) {
    for (const one of [sender, starter, approver]) expect((await at.ask(one, "GET", `/v1/runs/desk-run${path}`)).status).toBe(403);
    const [foreign, none] = [
      await at.ask(reader, "GET", `/v1/runs/shop-run${path}`),
      await at.ask(reader, "GET", `/v1/runs/no-run${path}`),
    ];
    expect(foreign.status).toBe(404);
    expect(JSON.stringify(foreign.body).replaceAll("shop-run", "no-run")).toBe(JSON.stringify(none.body));
  }
  expect((await at.ask(reader, "GET", "/v1/runs/desk-run")).status).toBe(200);
  const answer = { approved: true };
  for (const one of [sender, starter, reader])
    expect((await at.ask(one, "POST", "/v1/runs/desk-run/approvals/1", answer)).status).toBe(403);
  expect((await at.ask(approver, "POST", "/v1/runs/shop-run/approvals/1", answer)).status).toBe(404);
  expect((await at.ask(sender, "OPTIONS", "/v1/events")).status).toBe(400);
  expect((await at.ask(reader, "OPTIONS", "/v1/events")).status).toBe(403);
});

test("an approval has the key on record beside who is said to have decided", async () => {
  const approver = await key("approver", "approve:desk");
  await using at = await edge();
  // Nobody serves the team, so that it has no answer before the gateway ends.
  void at.ask(approver, "POST", "/v1/runs/desk-run/approvals/1", { approved: true, by: "Mia" }).catch(() => undefined);
  const asked = () => at.mesh.stream("desk").messages.find(({ subject }) => subject.includes("run_approve"))?.envelopes[0];
  await expect.poll(asked, { timeout: 5_000 }).toMatchObject({ sentby: "key approver", data: { by: "Mia (key approver)" } });
});

test("a sender that signs is known by its name, and its secret is no key", async () => {
  const secret = await addKey(folder, { name: "shop", scopes: ["emit:com.example.*"], now, signs: true });
  const plain = await key("plain", "emit:*");
  const ring = await KeyRing.open({ folder, first: FIRST, now: () => now, logger: { info: () => undefined, warn: () => undefined } });
  expect(await ring.signer("shop")).toEqual({
    secret,
    caller: { name: "shop", kind: "key", scopes: ["emit:com.example.*"], perMinute: undefined },
  });
  for (const name of ["plain", "other", "default", "__proto__"])
    await expect(ring.signer(name)).rejects.toThrow(expect.objectContaining({ kind: "key-wanted" }));
  await expect(ring.find(secret)).rejects.toThrow(expect.objectContaining({ kind: "key-wanted" }));
  expect((await ring.find(plain)).name).toBe("plain");
});

test("a key has its requests a minute, and is told when to come again", async () => {
  const few = await addKey(folder, { name: "few", scopes: ["*"], now, perMinute: 2 });
  const other = await key("other", "*");
  await using at = await edge();
  const post = (given: string, id: string) => at.ask(given, "POST", "/v1/events", event(id));
  expect([(await post(few, "1")).status, (await post(few, "2")).status]).toEqual([202, 202]);
  const over = await post(few, "3");
  expect([over.status, over.body.type]).toEqual([429, "urn:armada:problem:too-many-requests"]);
  expect(Number(over.headers.get("retry-after"))).toBeGreaterThan(20);
  expect((await post(other, "4")).status).toBe(202);
});
