import { type RunState, readRun } from "@armada/agents";
import { matches } from "@armada/event-sourcing";
import type { QueueThere } from "@armada/nats";
import { expect, test } from "vitest";
import type { Session } from "../session.ts";
import type { MeshTeam } from "../teams.ts";
import { troublesOf } from "./looks.ts";
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

/** A stream of these subjects, each of a run as `state` has it. */
function stream(subjects: readonly string[], state: Partial<RunState>): Session {
  const session: Pick<Session, "subjects" | "state"> = {
    subjects: async (_, filter) => subjects.filter((subject) => matches(filter, subject)),
    state: async () => ({ ...readRun([]), exists: true, workflow: "send", version: 1, startedAt: "2026-11-22T14:03:00.000Z", ...state }),
  };
  return session as Session;
}

function codes(about: Partial<Looked>): Promise<string[]> {
  const team: MeshTeam = { name: "orders" };
  const looked = { session: stream([], {}), team, queues: SERVED, replicas: { alive: 1, started: 1 }, now: 0, ...about };
  return troublesOf(looked).then((troubles) => troubles.map(({ code }) => code));
}

test("nothing is wrong with a team whose replicas wait for work, or have their hands full", async () => {
  expect(await codes({})).toEqual([]);
  expect(await codes({ queues: SERVED.map((one) => ({ ...one, workers: 0, unacked: 8, pending: 100 })) })).toEqual([]);
});

test("a replica that ended, one that is not connected, and a queue that nobody serves", async () => {
  const silent = SERVED.map((one) => ({ ...one, workers: 0 }));
  expect(await codes({ replicas: { alive: 1, started: 2 } })).toEqual(["REPLICA_ENDED"]);
  expect(await codes({ queues: silent })).toEqual(["NOT_CONNECTED"]);
  expect(await codes({ queues: silent, replicas: { alive: 0, started: 0 } })).toEqual([]); // left out by --only
  expect(await codes({ queues: [...SERVED, queue("do_painter_a", { workers: 0, pending: 3 })] })).toEqual(["QUEUE_NOT_SERVED"]);
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

test("messages of no run that were set aside", async () => {
  expect(await codes({ session: stream(["evt.orders.message.parked.x.1"], {}) })).toEqual(["MESSAGE_PARKED"]);
});
