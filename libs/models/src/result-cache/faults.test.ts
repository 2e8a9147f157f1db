import type { Registers } from "@armada/event-sourcing";
import { describe, expect, test } from "vitest";
import { ModelError } from "../errors.ts";
import { outcomes, provider, value, world } from "../testing/cache-world.ts";

describe("registers that", () => {
  const failing = (registers: Registers, which: Partial<Record<keyof Registers, boolean>>): Registers => ({
    get: (key) => (which.get === true ? Promise.reject(new Error("no answer in time")) : registers.get(key)),
    put: async (key, text, revision) => {
      const stored = await registers.put(key, text, revision);
      if (which.put === true) throw new Error("no answer in time");
      return stored;
    },
    watch: registers.watch,
  });

  test("are down leave the call as if there were no cache, and say so", async () => {
    const { clock, mesh, replica, settled } = world();
    const { calls, models } = provider(clock);
    const one = replica(models, { registers: failing(mesh.connect("alpha").registers, { get: true, put: true }) });
    expect(outcomes(await settled([one.call(), one.call()])).made).toBe(2);
    expect(calls).toHaveLength(2);
    expect(one.logged).toContain("a model call is made without the cache: no answer in time");
  });

  test("store and do not answer still let one ask", async () => {
    const { clock, mesh, replica, settled } = world();
    const { calls, models } = provider(clock);
    const one = replica(models, { registers: failing(mesh.connect("alpha").registers, { put: true }) });
    expect(outcomes(await settled([one.call(), one.call(), one.call()]))).toMatchObject({ made: 1, hits: 2 });
    expect(calls).toHaveLength(1);
  });

  test("go down while the call is made do not hold its answer up", async () => {
    const { clock, replica, settled } = world();
    const { models } = provider(clock, { ms: 3_000 });
    const alpha = replica(models);
    const asked = alpha.call();
    await settled([clock.sleep(1_000)]);
    alpha.kill(); // nothing that its registers are asked is answered from here on
    const before = clock.now();
    expect(outcomes(await settled([asked])).made).toBe(1);
    expect(clock.now() - before).toBeLessThanOrEqual(4_100);
  });

  test.each(Array.from({ length: 30 }, (_, i) => i + 1))(
    "read late, refuse, forget and lose answers never give a wrong one (seed %i)",
    async (seed) => {
      const { clock, random, mesh, replica, settled } = world({ seed, hostile: true });
      const broken = new ModelError("MODEL_STREAM_BROKEN", "broken");
      const { calls, models } = provider(clock, { ms: 20_000, fails: () => (random.next() < 0.2 ? broken : undefined) });
      const replicas = Array.from({ length: 4 }, () => replica(models, { registers: hostile(mesh.connect("alpha").registers, random) }));
      const all = outcomes(await settled(replicas.flatMap((one) => Array.from({ length: 10 }, () => one.call()))));
      expect(all.errors.every((error) => error === broken)).toBe(true);
      expect([...all.values]).toEqual([JSON.stringify(value)]);
      expect(calls.length).toBe(all.made + all.errors.length);
      expect(calls.length).toBeLessThan(20); // of 40: what is refused goes on without the cache
    },
  );
});

/** Reads of the value before, writes refused or stored and not answered, conflicts with a rival that never was. */
function hostile(registers: Registers, random: { next(): number }): Registers {
  const before = new Map<string, Awaited<ReturnType<Registers["get"]>>>();
  return {
    watch: registers.watch,
    get: async (key) => {
      const now = await registers.get(key);
      const stale = before.get(key);
      before.set(key, now);
      return random.next() < 0.2 ? stale : now;
    },
    put: async (key, text, revision) => {
      if (random.next() < 0.02) throw new Error("no answer in time");
      if (random.next() < 0.2) return undefined;
      const stored = await registers.put(key, text, revision);
      if (random.next() < 0.05) throw new Error("no answer in time");
      return stored;
    },
  };
}
