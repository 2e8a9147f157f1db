import { expect, test } from "vitest";
import { initialRun, type RunState } from "./state.ts";
import { type Arrival, carriedOf, nextMet, waitKey } from "./taken.ts";

const type = "com.example.poked";
const at = (seq: number): number => 1_000 * seq;
const arrival = (id: string, seq: number): Arrival => ({ key: waitKey(type, id), event: `e${seq}`, seq, at: at(seq) });

/** A run that began behind sequence 1 and waits for these, made in this order. */
function run(waits: readonly { readonly id: string; readonly since?: number }[], more: Partial<RunState> = {}): RunState {
  const set = waits.map(({ id, since }, index) => {
    const n = index + 1;
    const data = { n, type, id, since: since === undefined ? "" : new Date(at(since)).toISOString() };
    return [n, { kind: "wait", n, open: true, closedAt: undefined, askedAt: "", data }] as const;
  });
  return { ...initialRun(), exists: true, after: 1, waits: new Map(set), ...more };
}

/** What each wait takes of arrivals, one after the other. */
function taking(state: RunState, arrivals: readonly Arrival[]): Record<number, string> {
  const met: Record<number, string> = {};
  const all = new Set(state.waits.keys());
  for (let next = nextMet(state, arrivals, all); next !== undefined; next = nextMet(state, arrivals, all)) {
    const { wait, arrival: one } = next;
    met[wait.n] = one.event;
    state.waits = new Map([...state.waits].filter(([n]) => n !== wait.n));
    state.taken = new Map([...state.taken, [one.event, { ...one, at: new Date(one.at).toISOString(), fromStart: wait.data.since === "" }]]);
  }
  return met;
}

test("events are taken in order of arrival, each by the first wait that looks at it", () => {
  const arrivals = [arrival("a", 1), arrival("a", 2), arrival("b", 3), arrival("a", 4), arrival("a", 5)];
  expect(taking(run([{ id: "a" }, { id: "a" }, { id: "b" }]), arrivals)).toEqual({ 1: "e2", 2: "e4", 3: "e3" });
  expect(taking(run([{ id: "a", since: 4 }, { id: "a" }]), arrivals)).toEqual({ 1: "e4", 2: "e2" });
  expect(taking(run([{ id: "a", since: 1 }]), arrivals)).toEqual({ 1: "e1" });
});

test("what was looked for is taken by the waits that it was looked for, and not by one that was set since", () => {
  const state = run([{ id: "a", since: 0 }, { id: "a" }]);
  expect(nextMet(state, [arrival("a", 2)], new Set([2]))?.wait.n).toBe(2);
  expect(nextMet(state, [arrival("a", 2)], new Set([3]))).toBeUndefined();
});

test("the next generation takes neither what was taken before nor leaves out what was not", () => {
  const arrivals = [2, 3, 4, 5, 6].map((seq) => arrival("a", seq));
  const first = run([{ id: "a" }, { id: "a", since: 5 }]);
  expect(taking(first, arrivals)).toEqual({ 1: "e2", 2: "e5" });
  const carried = carriedOf(first);
  expect(taking(run([{ id: "a" }, { id: "a" }, { id: "a" }], { carried }), arrivals)).toEqual({ 1: "e3", 2: "e4", 3: "e6" });
});

test("what came before the run began is there for the next generation, but for what was taken of it", () => {
  const arrivals = [1, 2, 3, 4, 5].map((seq) => arrival("a", seq));
  const first = run([{ id: "a", since: 1 }, { id: "a" }], { after: 3 });
  expect(taking(first, arrivals)).toEqual({ 1: "e1", 2: "e4" });
  const carried = carriedOf(first);
  expect(taking(run([{ id: "a", since: 1 }, { id: "a", since: 1 }, { id: "a" }], { after: 3, carried }), arrivals)).toEqual({
    1: "e2",
    2: "e3",
    3: "e5",
  });
});

test("of more than 1,000 ids the oldest are forgotten, and then nothing before them is looked at", () => {
  const taken = new Map(
    Array.from({ length: 1_003 }, (_, i) => i + 10).map((seq) => {
      const { key, event } = arrival(`id${seq}`, seq);
      return [event, { key, seq, at: new Date(at(seq)).toISOString(), fromStart: true }] as const;
    }),
  );
  const carried = carriedOf({ carried: undefined, taken, after: 1 });
  expect(carried?.forgot).toEqual({ seq: 12, at: new Date(at(12)).toISOString() });
  expect(Object.keys(carried?.passed ?? {})).toHaveLength(1_000);
  const next = run([{ id: "id11" }, { id: "id12" }, { id: "x" }], { carried });
  expect(taking(next, [arrival("id11", 11), arrival("id12", 12), arrival("x", 12), arrival("x", 13)])).toEqual({ 3: "e13" });
});
