import { MemoryMesh, type Registers } from "@armada/event-sourcing";
import { seededRandom } from "@armada/event-sourcing/testing";
import { expect, test } from "vitest";
import { readBlames, Suspects } from "./suspects.ts";

const logger = { info: () => undefined, warn: () => undefined };
const random = seededRandom(1);

function registersOf(): Registers {
  const mesh = new MemoryMesh({ now: () => 0, sleep: async () => undefined }, random);
  mesh.provision("alpha", []);
  return mesh.connect("alpha").registers;
}

function replica(registers: Registers): { readonly suspects: Suspects; advance(ms: number): void } {
  let now = 1_000;
  const clock = { now: () => now, sleep: async () => undefined };
  const advance = (ms: number): void => {
    now += ms;
  };
  return { suspects: new Suspects({ clock, random, logger, registers }), advance };
}

test("whose step was in hand when a process was lost runs apart until all of that has come again", async () => {
  const { suspects, advance } = replica(registersOf());
  suspects.suspect("write");
  expect([suspects.has("write"), suspects.has("read")]).toEqual([true, false]);
  advance(11_999);
  expect(suspects.has("write")).toBe(true);
  advance(1);
  expect(suspects.has("write")).toBe(false);
});

test("who is blamed is known to the replicas that begin later, of each agent what it was last blamed for", async () => {
  const registers = registersOf();
  const one = replica(registers);
  const two = replica(registers);
  expect(one.suspects.blame("write", { run: "r1", step: 2, how: "ended" })).toBe(true);
  expect(one.suspects.blame("write", { run: "r2", step: 1, how: "ended" })).toBe(false);
  expect(two.suspects.blame("read", { run: "r3", step: 1, how: "held" })).toBe(true);
  await expect.poll(async () => Object.keys((await readBlames(registers)).blames).sort()).toEqual(["read", "write"]);
  expect((await readBlames(registers)).blames.write).toEqual({ run: "r1", step: 2, how: "ended", at: 1_000, until: 601_000 });
  const later = replica(registers);
  expect(later.suspects.has("read")).toBe(false);
  await later.suspects.recall(new AbortController().signal);
  expect([later.suspects.has("read"), later.suspects.has("write")]).toEqual([true, true]);
  later.advance(600_000);
  expect(later.suspects.has("write")).toBe(false);
});
