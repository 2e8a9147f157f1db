import { buildEnvelope, chainOf, encodeBody, parseMessage } from "@armada/contracts";
import { CALM, type Delivery, type Handled, MemoryMesh } from "@armada/event-sourcing";
import { seededRandom, VirtualClock } from "@armada/event-sourcing/testing";
import { expect, test } from "vitest";
import { noTracer, silentLogger } from "../testing/replica.ts";
import { Faults, guarded } from "./guard.ts";

const queue = { name: "facts", filters: ["evt.desk.>"], concurrency: 1 };

function delivered(delivery: number): Delivery {
  const about = { id: "n1", type: "desk.note.made", subject: "n1", time: "2026-01-01T00:00:00.000Z", data: {}, team: "desk" };
  const subject = "evt.desk.note.made.n1.n1";
  const body = encodeBody([buildEnvelope(about, chainOf("n1"))]);
  return { subject, seq: 7, body, time: 0, envelopes: parseMessage(subject, body).envelopes ?? [], delivery, outage: false, late: 0 };
}

function scene(rival: number) {
  const clock = new VirtualClock();
  const mesh = new MemoryMesh(clock, seededRandom(1), { ...CALM, rival });
  mesh.provision("desk", []);
  const random = seededRandom(2);
  const ports = { ...mesh.connect("desk"), clock, random, scheduler: clock.scheduler, tracer: noTracer, logger: silentLogger };
  const faults = new Faults(async () => undefined);
  const fails = (): Promise<Handled> => Promise.reject(new Error("no handler of ours"));
  return {
    handle: (delivery: number) => guarded("desk", ports, queue, delivered(delivery), fails, faults, new AbortController().signal),
    parked: () => mesh.stream("desk").messages.map(({ subject }) => subject),
  };
}

test("a message that belongs to no run is parked at its twentieth failure, once", async () => {
  const { handle, parked } = scene(0);
  expect(await handle(19)).toMatchObject({ kind: "retry" });
  expect(parked()).toEqual([]);
  expect(await handle(20)).toEqual({ kind: "done" });
  expect(await handle(21)).toEqual({ kind: "done" });
  expect(parked()).toEqual(["evt.desk.message.parked.7.facts-7"]);
});

test("a message is not set aside for a rival's write in flight, which may never be stored", async () => {
  const { handle, parked } = scene(1);
  expect(await handle(20)).toMatchObject({ kind: "retry" });
  expect(parked()).toEqual([]);
});
