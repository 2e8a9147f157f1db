import { ArmadaError } from "@armada/contracts";
import { expect, test } from "vitest";
import type { Decider } from "./decider.ts";
import { type Endless, handleEndless, loadEndless, misfolded } from "./endless.ts";
import { HOSTILE } from "./memory/hostility.ts";
import { MemoryMesh } from "./memory/mesh.ts";
import { seededRandom, VirtualClock } from "./testing/index.ts";

type Event = { readonly type: "taken"; readonly data: { readonly by: string; readonly amount: number } };
type State = { readonly taken: number; readonly by: readonly string[] };

/** A pot of 100, from which each may take once. */
const pot: Decider<State, { by: string; amount: number }, Event> = {
  initial: () => ({ taken: 0, by: [] }),
  evolve: (state, { data }) => ({ taken: state.taken + data.amount, by: [...state.by, data.by] }),
  decide: ({ by, amount }, state) => (state.by.includes(by) || state.taken + amount > 100 ? [] : [{ type: "taken", data: { by, amount } }]),
};
const aggregate: Endless<State, Event> = {
  team: "bank",
  entity: "pot",
  id: "p1",
  parseEvent: (_, data) => ({ type: "taken", data: data as Event["data"] }),
  parseState: (data) => {
    if (typeof data !== "object" || data === null || !("taken" in data)) throw new Error("no pot");
    return data as State;
  },
};

async function race(seed: number, writers: number): Promise<MemoryMesh> {
  const clock = new VirtualClock();
  const mesh = new MemoryMesh(clock, seededRandom(seed), HOSTILE);
  mesh.provision("bank", []);
  const random = seededRandom(seed + 1_000);
  const all = Promise.all(
    Array.from({ length: writers }, (_, i) =>
      handleEndless({ log: mesh.connect("bank").log, clock, random }, pot, aggregate, { by: `w${i}`, amount: 7 }),
    ),
  );
  let done = false;
  const outcomes = all.finally(() => {
    done = true;
  });
  await clock.run(() => done, 6_000_000);
  expect((await outcomes).filter(({ events }) => events.length === 1)).toHaveLength(14);
  return mesh;
}

test("thirty writers on a hostile log never take more than there is, each hears what it got, and the history folds to each written state", async () => {
  for (const seed of [1, 2, 3, 4, 5]) {
    const mesh = await race(seed, 30);
    const { messages } = mesh.stream("bank");
    expect(messages).toHaveLength(14);
    expect(misfolded(pot, aggregate, messages)).toBeUndefined();
    const wrong: typeof pot = { ...pot, evolve: (state, event) => ({ ...pot.evolve(state, event), taken: state.taken + 8 }) };
    expect(misfolded(wrong, aggregate, messages)?.seq).toBe(1);
  }
});

test("one read of the last message gives the state, and a known state spares it", async () => {
  const clock = new VirtualClock();
  const mesh = new MemoryMesh(clock, seededRandom(1));
  mesh.provision("bank", []);
  const { log } = mesh.connect("bank");
  let reads = 0;
  const last: typeof log.last = (filter, atLeast) => {
    reads++;
    return log.last(filter, atLeast);
  };
  const counted = { append: log.append.bind(log), last };
  const ports = { log: counted, clock, random: seededRandom(2) };
  const first = await handleEndless(ports, pot, aggregate, { by: "a", amount: 1 });
  const second = await handleEndless(ports, pot, aggregate, { by: "b", amount: 2 }, { known: first.held });
  expect(reads).toBe(1);
  expect(second.held).toMatchObject({ version: 2, state: { taken: 3 } });
  expect(await loadEndless(log, pot, aggregate)).toEqual(second.held);
  expect(await handleEndless(ports, pot, aggregate, { by: "b", amount: 2 }, { known: first.held })).toEqual({
    events: [],
    held: second.held,
  });
});

test("a state of another build is told, and decided by nobody", async () => {
  const clock = new VirtualClock();
  const mesh = new MemoryMesh(clock, seededRandom(1));
  mesh.provision("bank", []);
  const { log } = mesh.connect("bank");
  await handleEndless({ log, clock, random: seededRandom(2) }, pot, aggregate, { by: "a", amount: 1 });
  const newer: typeof aggregate = {
    ...aggregate,
    parseState: () => {
      throw new Error("no pot");
    },
  };
  await expect(loadEndless(log, pot, newer)).rejects.toThrow(ArmadaError);
  await expect(handleEndless({ log, clock, random: seededRandom(3) }, pot, newer, { by: "b", amount: 1 })).rejects.toMatchObject({
    code: "STATE_UNREADABLE",
  });
});
