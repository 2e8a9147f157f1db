import { expect, test } from "vitest";
import { memoryFor, SignSlots } from "./slots.ts";

test("what is held is seen by its subject and its limit until it is released", () => {
  const slots = new SignSlots(memoryFor(4));
  slots.hold(1, "$JS.ACK.TEAM_alpha.do_x.1.2.3.4.0", 30_000);
  slots.hold(3, "$JS.ACK.TEAM_alpha.do_y.1.9.3.4.0", 1_000);
  expect([...slots.held()]).toEqual([
    { slot: 1, subject: "$JS.ACK.TEAM_alpha.do_x.1.2.3.4.0", limit: 30_000 },
    { slot: 3, subject: "$JS.ACK.TEAM_alpha.do_y.1.9.3.4.0", limit: 1_000 },
  ]);
  expect(slots.release(1, 1_000)).toBeUndefined();
  expect([...slots.held()].map(({ slot }) => slot)).toEqual([3]);
  expect(slots.sign(1)).toBe(false);
});

test("a release waits for the sign of life that is on its way, and no other follows it", async () => {
  const slots = new SignSlots(memoryFor(1));
  slots.hold(0, "$JS.ACK.a", 1);
  expect(slots.sign(0)).toBe(true);
  let released = false;
  const releasing = slots.release(0, 5_000)?.then(() => {
    released = true;
  });
  await new Promise((resolve) => setImmediate(resolve));
  expect([released, slots.isFree(0), slots.sign(0)]).toEqual([false, false, false]);
  slots.signed(0);
  await releasing;
  expect([released, slots.isFree(0)]).toEqual([true, true]);
});

test("signs of a thread that is gone hold up nobody", async () => {
  const slots = new SignSlots(memoryFor(3));
  for (const slot of [0, 1, 2]) slots.hold(slot, "$JS.ACK.a", 1);
  slots.sign(0);
  slots.sign(1);
  const releasing = slots.release(1, 5_000);
  slots.settle();
  await releasing;
  expect([...slots.held()].map(({ slot }) => slot)).toEqual([0, 2]);
});
