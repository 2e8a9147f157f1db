import type { QueueThere, SourceThere } from "@armada/nats";
import { expect, test } from "vitest";
import { workEnded } from "./work-ended.ts";

const queue = (pending: number, unacked: number): QueueThere => ({ name: "asks", filters: [], pending, unacked, workers: 1 });
const source = (missing: number, there = true): SourceThere => ({ from: "content", filter: "evt.content.>", missing, since: 0, there });

/** A mesh that another look finds each time; the last one stays. */
function mesh(...states: readonly { readonly queues: QueueThere[]; readonly sources: SourceThere[] }[]) {
  let looks = 0;
  const now = () => states[Math.min(looks, states.length - 1)] ?? { queues: [], sources: [] };
  const sources = async (): Promise<SourceThere[]> => now().sources;
  const queues = async (): Promise<QueueThere[]> => {
    const { queues: found } = now();
    looks++;
    return found;
  };
  return { session: { sources, queues }, looks: () => looks };
}

test("work that others go on with is waited for: a fact on its way, a message at a queue, one that is worked on", async () => {
  const { session, looks } = mesh(
    { sources: [source(1)], queues: [queue(0, 0)] },
    { sources: [source(0)], queues: [queue(1, 0)] },
    { sources: [source(0)], queues: [queue(0, 1)] },
    { sources: [source(0), source(5, false)], queues: [queue(0, 0)] },
  );
  expect(await workEnded(session, ["marketing"], new AbortController().signal)).toBe(true);
  expect(looks()).toBe(4);
});

test("a fact that was stated while the queues were looked at is on its way", async () => {
  const idle = { sources: [source(0)], queues: [queue(0, 0)] };
  const { session, looks } = mesh(idle, { sources: [source(1)], queues: [queue(0, 0)] }, idle);
  expect(await workEnded(session, ["marketing"], new AbortController().signal)).toBe(true);
  expect(looks()).toBeGreaterThan(1);
});

test("what does not end is told", async () => {
  const { session } = mesh({ sources: [], queues: [queue(1, 0)] });
  expect(await workEnded(session, ["marketing"], AbortSignal.timeout(50))).toBe(false);
});
