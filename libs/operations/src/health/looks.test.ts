import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { team as defined } from "@armada/agents";
import { ArmadaError, type ErrorCode } from "@armada/contracts";
import { type IndexedRun, type RunIndex, type RunState, readRun } from "@armada/engine/reading";
import { type Log, matches } from "@armada/event-sourcing";
import type { QueueThere, SourceThere } from "@armada/nats";
import { expect, test } from "vitest";
import type { MeshFile } from "../mesh/mesh-file.ts";
import type { MeshTeam } from "../mesh/mesh-team.ts";
import type { Session } from "../mesh/session.ts";
import { troublesOf } from "./looks.ts";
import { openRuns } from "./open-runs.ts";
import type { Looked } from "./trouble.ts";

const queue = (name: string, more: Partial<QueueThere> = {}): QueueThere => ({
  name,
  filters: [`run.orders.${name.replace(/_(?=v\d|a$)/, "-").replace("_", ".")}.>`],
  pending: 0,
  unacked: 0,
  workers: 1,
  ...more,
});
const SERVED = [queue("do_packer_a"), queue("lead_send_v1")];

/** A stream of these subjects, each of a run as `state` has it; nothing else is wrong with it, unless `more` says so. */
function stream(subjects: readonly string[], state: Partial<RunState>, more: Partial<Session> = {}): Session {
  const session: Pick<
    Session,
    "log" | "sources" | "missing" | "rooms" | "ask" | "subjects" | "state" | "runs" | "isolations" | "registers"
  > = {
    log: () => ({ last: async () => undefined }) as unknown as Log,
    runs: async () => ({ newest: () => open(subjects) }) as unknown as RunIndex,
    isolations: () => new Map(),
    registers: () => ({ get: async () => undefined }),
    sources: async () => [],
    missing: async () => [],
    rooms: async () => [],
    ask: async () => 1,
    subjects: async (_, filter) => subjects.filter((subject) => matches(filter, subject)),
    state: async () => ({ ...readRun([]), exists: true, workflow: "send", version: 1, startedAt: "2026-11-22T14:03:00.000Z", ...state }),
    ...more,
  };
  return session as Session;
}

/** The runs of which no subject is an end. */
async function* open(subjects: readonly string[]): AsyncGenerator<IndexedRun> {
  const [ended = [], others = []] = [true, false].map((end) => subjects.filter((subject) => subject.startsWith("run.orders.end.") === end));
  const runs = new Set(others.flatMap((subject) => (subject.startsWith("run.") ? [subject.split(".")[4] ?? ""] : [])));
  for (const run of runs)
    if (!ended.some((subject) => subject.split(".")[4] === run)) yield { run, workflow: "send", startedAt: 0, status: "open" };
}

function codes(about: Partial<Looked>): Promise<string[]> {
  const team: MeshTeam = { name: "orders" };
  const given = { session: stream([], {}), team, queues: SERVED, replicas: { alive: 1, started: 1 }, now: 0, ...about };
  const looked = { ...given, open: () => openRuns(given.session, team.name, given.queues) };
  return troublesOf(looked).then((troubles) => troubles.map(({ code }) => code));
}

test("nothing is wrong with a team whose replicas wait for work, or have their hands full", async () => {
  expect(await codes({})).toEqual([]);
  const full = queue("do_packer_a", { workers: 0, unacked: 8, pending: 100 });
  expect(await codes({ queues: [full, queue("ticks")] })).toEqual([]);
});

test("a replica that ended, one that is not connected, and a queue that nobody serves", async () => {
  const silent = SERVED.map((one) => ({ ...one, workers: 0 }));
  expect(await codes({ replicas: { alive: 1, started: 2 } })).toEqual(["REPLICA_ENDED"]);
  expect(await codes({ queues: silent })).toEqual(["NOT_CONNECTED"]);
  expect(await codes({ queues: silent, replicas: { alive: 0, started: 0 } })).toEqual([]); // left out by --only
  expect(await codes({ queues: [...SERVED, queue("do_painter_a", { workers: 0, pending: 3 })] })).toEqual(["QUEUE_NOT_SERVED"]);
});

test("an agent whose calls run apart, until they do not any more", async () => {
  const value = JSON.stringify({ packer: { run: "r1", step: 2, how: "held", at: 1_000, until: 5_000 } });
  const session = stream([], {}, { registers: () => ({ get: async (key) => (key === "suspects" ? { value, revision: 1 } : undefined) }) });
  expect(await codes({ session, now: 4_999 })).toEqual(["AGENT_APART"]);
  expect(await codes({ session, now: 5_000 })).toEqual([]);
});

test("a team whose code is elsewhere is no trouble; that nobody serves it is, and a queue that it wants and has not", async () => {
  const none = { events: [], external: [], capabilities: [], asks: [], sources: [], subscriptions: [], agents: [], workflows: [] };
  const queues = SERVED.map(({ name, filters }) => ({ name, filters: [...filters], concurrency: 1 }));
  const team: MeshTeam = { name: "orders", manifest: { ...none, team: "orders", queues, shares: false, code: "1" } };
  const replicas = { alive: 0, started: 0 };
  expect(await codes({ team, replicas })).toEqual([]);
  expect(await codes({ team, replicas, queues: SERVED.map((one) => ({ ...one, workers: 0 })) })).toEqual(["NOT_CONNECTED"]);
  expect(await codes({ team, replicas, queues: SERVED.slice(1) })).toEqual(["QUEUE_MISSING"]);
});

test("a look leaves nothing in the stream of a team that nobody serves", async () => {
  let asked = 0;
  const session = stream([], {}, { ask: async () => ++asked });
  await codes({ session, queues: SERVED.map((one) => ({ ...one, workers: 0 })), replicas: { alive: 0, started: 0 } });
  expect(asked).toBe(0);
  await codes({ session });
  expect(asked).toBe(1);
});

test("a team whose contract the gateway leaves out, and no other", async () => {
  const broken = [{ team: "orders", code: "BAD_CONTRACT" }];
  const server = createServer((_, response) => void response.end(JSON.stringify({ status: "ok", broken }))).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const mesh = (gateway: string) => ({ session: stream([], {}, { mesh: { gateway } as MeshFile }) });
  const served = mesh(`http://127.0.0.1:${port}`);
  try {
    expect(await codes(served)).toEqual(["BAD_CONTRACT"]);
    expect(await codes({ ...served, team: { name: "sales" } })).toEqual([]);
  } finally {
    server.close();
  }
  await once(server, "close");
  expect(await codes(served)).toEqual([]);
});

test("a run that stopped, and none that went on to its end", async () => {
  const stopped = { code: "WORKFLOW_CHANGED", message: "call 2: the journal holds another" };
  const subjects = ["run.orders.note.stop.r1.3"];
  expect(await codes({ session: stream(subjects, { stopped }) })).toEqual(["WORKFLOW_CHANGED"]);
  expect(await codes({ session: stream([...subjects, "run.orders.end.send.r1.4"], { stopped }) })).toEqual([]);
});

test("a run of a version that has no queue", async () => {
  expect(await codes({ session: stream(["run.orders.lead.send-v2.r1.1"], { version: 2 }) })).toEqual(["VERSION_NOT_SERVED"]);
});

test("a run that asks a team which is not here", async () => {
  const data = { to: "risk", capability: "check", until: "2026-11-23T00:00:00.000Z" };
  const waits = new Map([[2, { kind: "ask", n: 2, open: true, data }]]) as unknown as RunState["waits"];
  const asking = (teams: string[]) => stream(["run.orders.wait.ask.r1.3"], { waits }, { teams: async () => teams });
  expect(await codes({ session: asking(["orders"]) })).toEqual(["TEAM_NOT_HERE"]);
  expect(await codes({ session: asking(["orders", "risk"]) })).toEqual([]);
});

test("messages of no run that were set aside", async () => {
  expect(await codes({ session: stream(["evt.orders.message.parked.x.1"], {}) })).toEqual(["MESSAGE_PARKED"]);
  expect(await codes({ session: stream(["evt.orders.message.parked.x.1", "evt.orders.message.settled.x.1"], {}) })).toEqual([]);
});

test("a read model that stands still, until who has folded that event takes it back", async () => {
  const at = { version: 1, seq: 7, event: "e1", type: "orders.order.sent", message: "no parcel" };
  const said = (event: string, data: unknown, stopped: unknown): Session => {
    const envelope = { type: `armada.read_model.${event}`, data };
    const last = { subject: `evt.orders.read_model.${event}.sent.2`, seq: 9, body: "", envelopes: [envelope, { data: { stopped } }] };
    return stream(["evt.orders.read_model.stopped.sent.1"], {}, { log: () => ({ last: async () => last }) as unknown as Log });
  };
  expect(await codes({ session: said("stopped", at, at) })).toEqual(["READ_MODEL_STOPPED"]);
  expect(await codes({ session: said("resumed", { version: 1, seq: 7 }, null) })).toEqual([]);
});

test("a schedule whose firing nobody starts, and not one that is only just due", async () => {
  const none = {
    events: [],
    external: [],
    capabilities: [],
    asks: [],
    sources: [],
    subscriptions: [],
    agents: [],
    workflows: [],
    queues: [],
  };
  const schedules = [{ name: "report", cron: "0 9 * * *", zone: "UTC", missed: "once", workflow: "report" }];
  const team: MeshTeam = { name: "orders", manifest: { ...none, schedules, team: "orders", shares: false, code: "1" } };
  const next = "2026-11-22T09:00:00.000Z";
  const state = { cron: "0 9 * * *", zone: "UTC", listed: true, passed: 0, next };
  const last = { subject: "evt.orders.run_schedule.planned.report.1", seq: 9, body: "", envelopes: [{ data: state }] };
  const planned = { session: stream([], {}, { log: () => ({ last: async () => last }) as unknown as Log }), team };
  expect(await codes({ ...planned, now: Date.parse(next) + 60_000 })).toEqual([]);
  expect(await codes({ ...planned, now: Date.parse(next) + 120_000 })).toEqual(["SCHEDULE_LATE"]);
  const leftOut = { ...planned, team: { ...team, definition: defined({ name: "orders" }) }, replicas: { alive: 0, started: 0 } };
  expect(await codes({ ...leftOut, now: Date.parse(next) + 120_000 })).not.toContain("SCHEDULE_LATE");
});

test("a source whose stream is elsewhere, and one that has brought nothing for long", async () => {
  const source = (more: Partial<SourceThere>): SourceThere => ({
    from: "shop",
    filter: "evt.shop.order.placed.>",
    there: true,
    missing: 0,
    since: undefined,
    ...more,
  });
  const told = (more: Partial<SourceThere>): Promise<string[]> =>
    codes({ session: stream([], {}, { sources: async () => [source(more)] }), now: 60_000 });
  expect(await told({})).toEqual([]);
  expect(await told({ there: false })).toEqual([]);
  expect(await told({ missing: 2, since: 30_000 })).toEqual([]);
  expect(await told({ missing: 2, since: 1_000 })).toEqual(["SOURCE_STOPPED"]);
});

test("a source that a team wants of one that is here, and has not", async () => {
  const none = { events: [], external: [], capabilities: [], asks: [], subscriptions: [], agents: [], workflows: [], queues: [] };
  const sources = [{ team: "shop", filters: ["evt.shop.order.placed.>"] }];
  const team: MeshTeam = { name: "orders", manifest: { ...none, team: "orders", sources, shares: false, code: "1" } };
  const told = (teams: string[]): Promise<string[]> => codes({ team, session: stream([], {}, { teams: async () => teams }) });
  expect(await told(["orders", "shop"])).toEqual(["SOURCE_MISSING"]);
  expect(await told(["orders"])).toEqual([]);
});

test("a stream that its team should have and the server has not", async () => {
  expect(await codes({ session: stream([], {}, { missing: async () => ["TIMERS_orders"] }) })).toEqual(["STREAM_MISSING"]);
});

test("a stream that is busy, one that is full, and one that answers no writer", async () => {
  const held = (bytes: number): Promise<string[]> =>
    codes({ session: stream([], {}, { rooms: async () => [{ stream: "TEAM_orders", bytes, limit: 1_000 }] }) });
  expect(await held(799)).toEqual([]);
  expect(await held(800)).toEqual(["STREAM_BUSY"]);
  expect(await held(950)).toEqual(["STREAM_FULL"]);
  const failing = (code: ErrorCode): Promise<string[]> =>
    codes({ session: stream([], {}, { ask: () => Promise.reject(new ArmadaError(code, "no answer in time")) }) });
  expect(await failing("LOG_UNAVAILABLE")).toEqual(["STREAM_NOT_WRITABLE"]);
  expect(await failing("LOG_FULL")).toEqual([]);
});

test("of more open runs than are read one by one the others are counted", async () => {
  const subjects = Array.from({ length: 201 }, (_, i) => `run.orders.note.stop.r${i}.3`).map((subject, i) =>
    i < 150 ? subject : subject.replace("note.stop", "wait.thing"),
  );
  const session = stream(subjects, {});
  expect(await openRuns(session, "orders", SERVED)).toMatchObject({ others: 51 });
  expect(await openRuns(stream(subjects.slice(1), {}), "orders", SERVED)).toMatchObject({ others: 0 });
});
