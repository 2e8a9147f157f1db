import { ArmadaError } from "@armada/contracts";
import { CALM, MemoryMesh } from "@armada/event-sourcing";
import { systemClock, systemRandom } from "@armada/runtime";
import { expect, test } from "vitest";
import { Lease } from "./lease.ts";

function world() {
  const mesh = new MemoryMesh(systemClock, systemRandom, CALM);
  mesh.provision("gateway", []);
  const { registers } = mesh.connect("gateway");
  const clock = { now: 0 };
  let away = false;
  const cut = {
    get: async (key: string) => (away ? none() : registers.get(key)),
    put: async (...asked: Parameters<typeof registers.put>) => (away ? none() : registers.put(...asked)),
  };
  const none = (): never => {
    throw new ArmadaError("LOG_UNAVAILABLE", "away", { retryable: true });
  };
  const lease = (writer: string): Lease => new Lease(cut, writer, () => clock.now);
  const pass = async (seconds: number, ...leases: readonly Lease[]): Promise<void> => {
    for (let i = 0; i < seconds; i++) {
      clock.now += 1_000;
      for (const one of leases) await one.keep();
    }
  };
  return { lease, pass, cutOff: (is: boolean) => (away = is) };
}

test("of two one has it, and the other takes over ten seconds after the first was heard of last", async () => {
  const { lease, pass } = world();
  const [one, two] = [lease("one"), lease("two")];
  await one.keep();
  await pass(60, one, two);
  expect([one.sure, two.sure]).toEqual([true, false]);
  await pass(8, two);
  expect([one.sure, two.sure]).toEqual([false, false]);
  await pass(4, two);
  expect([one.sure, two.sure]).toEqual([false, true]);
  await pass(20, one, two);
  expect([one.sure, two.sure]).toEqual([false, true]);
});

test("one that is released is taken at once", async () => {
  const { lease, pass } = world();
  const [one, two] = [lease("one"), lease("two")];
  await one.keep();
  await one.release();
  await pass(1, two);
  expect([one.sure, two.sure]).toEqual([false, true]);
});

test("who is not answered sends no more before another one may, and has it again where none came", async () => {
  const { lease, pass, cutOff } = world();
  const one = lease("one");
  await one.keep();
  cutOff(true);
  await pass(7, one);
  expect(one.sure).toBe(true);
  await pass(2, one);
  expect(one.sure).toBe(false);
  cutOff(false);
  await pass(12, one);
  expect(one.sure).toBe(true);
});
