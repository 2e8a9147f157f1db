import { MemoryMesh, type Registers } from "@armada/event-sourcing";
import { seededRandom, VirtualClock } from "@armada/event-sourcing/testing";
import { expect, test } from "vitest";
import { Claim, type ClaimAt, claimed } from "./claim.ts";
import type { Entry } from "./entry.ts";

const failed: Entry = { kind: "failed", by: "me", code: "MODEL_OVERLOADED", at: 1 };
const KEY = "answer-x";

/** A claim under way, over registers whose `put` may do otherwise. */
async function world(put: (registers: Registers) => Registers["put"] = (registers) => registers.put) {
  const clock = new VirtualClock();
  const random = seededRandom(1);
  const { registers } = new MemoryMesh(clock, random).connect("alpha");
  const at: ClaimAt = { registers: { ...registers, put: put(registers) }, key: KEY, by: "me", clock, random, leaseMs: 15_000 };
  const revision = (await registers.put(KEY, claimed(at), 0)) ?? 0;
  const ended = async <T>(work: Promise<T>): Promise<T> => {
    let over = false;
    const done = (): void => {
      over = true;
    };
    work.then(done, done);
    expect(await clock.run(() => over, 60_000)).toBe("done");
    return work;
  };
  const stored = async (): Promise<unknown> => JSON.parse((await registers.get(KEY))?.value ?? "null");
  return { clock, registers, at, claim: new Claim(at, revision), ended, stored };
}

test("a last word whose answer is lost is known to be stored", async () => {
  const puts: string[] = [];
  const { claim, ended, stored } = await world((registers) => async (key, value, revision) => {
    puts.push(value);
    await registers.put(key, value, revision);
    throw new Error("no answer in time");
  });
  expect(await ended(claim.end(failed))).toBe("held");
  expect(await stored()).toEqual(failed);
  expect(puts).toHaveLength(1);
});

test("a last word that was refused for a rival that never was is said again", async () => {
  let refusals = 2;
  const { claim, ended, stored } = await world(
    (registers) => (key, value, revision) => (refusals-- > 0 ? Promise.resolve(undefined) : registers.put(key, value, revision)),
  );
  expect(await ended(claim.end(failed))).toBe("held");
  expect(await stored()).toEqual(failed);
});

test("who has lost its claim says nothing over the other's, neither to renew it nor at its end", async () => {
  const { clock, registers, at, claim, ended, stored } = await world();
  const others = claimed({ ...at, by: "other" });
  await registers.put(KEY, others);
  await ended(clock.sleep(20_000));
  expect(await stored()).toEqual(JSON.parse(others));
  expect(await ended(claim.end(failed))).toBe("lost");
  expect(await stored()).toEqual(JSON.parse(others));
});

test("registers that never answer are given up", async () => {
  let puts = 0;
  const { claim, ended } = await world(() => () => {
    puts++;
    return Promise.reject(new Error("no answer in time"));
  });
  await expect(ended(claim.end(failed))).rejects.toThrow("no answer in time");
  expect(puts).toBe(4);
});
