import { MemoryMesh } from "@armada/event-sourcing";
import { seededRandom, VirtualClock } from "@armada/event-sourcing/testing";
import { expect, test } from "vitest";
import type { JournalEvent } from "./events.ts";
import { journalBody } from "./message.ts";
import { isObjectRef, MAX_BODY, Payloads } from "./payloads.ts";

const about = { team: "t", run: "r", n: 1, writer: "w", time: "2026-01-01T00:00:00.000Z", prev: undefined };
const provenance = { correlation: "r", causation: "r", hops: 0, traceparent: undefined };
const asked = (n: number, length: number): JournalEvent => ({
  type: "step.requested",
  data: { n, agent: "echo", variant: "a", input: { text: "x".repeat(length) } },
});

test.each([
  ["one large input", [70_000], 1],
  ["a large one beside small ones", [70_000, 10, 10], 1],
  ["many that are each too small to be moved at first", Array.from({ length: 40 }, () => 3_000), 40],
  ["what fits", [1_000, 2_000], 0],
])("%s: the body fits, only what had to was moved, and comes back the same", async (_name, lengths, moved) => {
  const { objects } = new MemoryMesh(new VirtualClock(), seededRandom(1)).connect("t");
  const payloads = new Payloads(objects, "t");
  const events = lengths.map((length, index) => asked(index + 1, length));
  const written = await payloads.offload(events, (list) => journalBody(about, provenance, list));
  expect(Buffer.byteLength(written.body)).toBeLessThanOrEqual(MAX_BODY);
  expect(written.events.filter((event) => "input" in event.data && isObjectRef(event.data.input))).toHaveLength(moved);
  expect(await Promise.all(written.events.map((event) => payloads.resolveEvent(event)))).toEqual(events);
});
