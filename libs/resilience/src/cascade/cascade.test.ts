import { fold, handleEndless, loadEndless, MemoryMesh, misfolded } from "@armada/event-sourcing";
import { seededRandom, VirtualClock } from "@armada/event-sourcing/testing";
import { expect, test } from "vitest";
import { cascade, cascadeAt } from "./cascade.ts";

const NOON = Date.parse("2026-01-01T12:00:00Z");
const see = (...looks: readonly (readonly string[])[]) => {
  let state = cascade.initial();
  return looks.flatMap((failing, i) => {
    const events = cascade.decide({ at: NOON + i * 1_000, failing }, state);
    state = fold({ ...cascade, initial: () => state }, events);
    return events.map(({ type, data }) => `${type} ${data.at.slice(17, 19)} ${data.subjects.join(" ")}`);
  });
};

test("three that fail together are one event, however long they do; fewer are another", () => {
  expect(see([], ["a"], ["b", "a"], ["c", "b", "a"], ["a", "b", "c", "d"], ["b", "c", "d"], ["b", "c"], ["b"])).toEqual([
    "began 03 a b c",
    "ended 06 b c",
  ]);
});

test("of two who look at once one says it", async () => {
  const clock = new VirtualClock(NOON);
  const mesh = new MemoryMesh(clock, seededRandom(1));
  mesh.provision("gateway", []);
  const { log } = mesh.connect("gateway");
  const aggregate = cascadeAt("gateway");
  const say = (failing: readonly string[]) =>
    handleEndless({ log, clock, random: seededRandom(2) }, cascade, aggregate, { at: clock.now(), failing });
  await Promise.all([say(["a", "b", "c"]), say(["a", "b", "c"])]);
  await say([]);
  expect(mesh.stream("gateway").messages.map(({ subject }) => subject)).toEqual([
    "evt.gateway.fleet_cascade.began.fleet.1",
    "evt.gateway.fleet_cascade.ended.fleet.2",
  ]);
  expect(misfolded(cascade, aggregate, mesh.stream("gateway").messages)).toBeUndefined();
  expect((await loadEndless(log, cascade, aggregate)).state).toEqual({
    together: false,
    since: "2026-01-01T12:00:00.000Z",
    subjects: [],
    times: 1,
  });
});
