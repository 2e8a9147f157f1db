import { deepEqual, equal, ok } from "node:assert/strict";
import type { Registers } from "../../ports.ts";
import type { Scenario } from "./scenario.ts";
import { upTo, type World } from "./world.ts";

export const registering: readonly Scenario[] = [
  {
    name: "a register is set only from the revision that is expected",
    needs: "registers",
    run: async (world) => {
      const registers = await registersOf(world);
      equal(await world.persist(() => registers.get("cas")), undefined);
      const first = await world.persist(() => registers.put("cas", "one", 0));
      ok(first !== undefined);
      equal(await world.persist(() => registers.put("cas", "other", 0)), undefined, "it exists");
      const second = await world.persist(() => registers.put("cas", "two", first));
      ok(second !== undefined && second > first);
      equal(await world.persist(() => registers.put("cas", "late", first)), undefined, "it moved on");
      // One read: the next one may be another replica's.
      await world.until(async () => {
        const read = await registers.get("cas");
        if (read?.value !== "two") return false;
        equal(read.revision, second);
        return true;
      }, "a read has the last value");
      const unasked = await world.persist(() => registers.put("cas", "three"));
      ok(unasked !== undefined && unasked > second, "without an expectation it is set");
    },
  },
  {
    name: "of 20 that set a register from one revision, one does",
    needs: "registers",
    run: async (world) => {
      const all = await Promise.all(upTo(4).map(() => registersOf(world)));
      const tries = upTo(20).map((i) => world.persist(() => (all[i % 4] as Registers).put("raced", `v${i}`, 0)));
      equal((await Promise.all(tries)).filter((revision) => revision !== undefined).length, 1);
    },
  },
  {
    name: "a watcher is told the value that is there and each that follows",
    needs: "registers",
    run: async (world) => {
      const registers = await registersOf(world);
      await world.persist(() => registers.put("watched", "one"));
      const seen: string[] = [];
      const end = new AbortController();
      const ended = registers.watch("watched", (value) => void seen.push(value), end.signal);
      await world.until(() => seen.includes("one"), "it is told what is there");
      await world.persist(() => registers.put("unwatched", "x"));
      await world.persist(() => registers.put("watched", "two"));
      await world.until(() => seen.includes("two"), "and what follows");
      deepEqual([...new Set(seen)], ["one", "two"]);
      end.abort();
      await ended;
    },
  },
  {
    name: "registers of one team are not another's",
    needs: "registers",
    run: async (world) => {
      const [alpha, beta] = [await registersOf(world, "alpha"), await registersOf(world, "beta")];
      await world.persist(() => alpha.put("own", "alpha's"));
      equal(await world.persist(() => beta.get("own")), undefined);
    },
  },
];

async function registersOf(world: World, team?: string): Promise<Registers> {
  const { registers } = await world.client(team);
  if (registers === undefined) throw new Error("the adapter declares registers and has none");
  return registers;
}
