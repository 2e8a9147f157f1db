import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { choose, type ShortForm } from "./choice.ts";

const ROOM = 60;
const forms = fc.uniqueArray(
  fc.record({ name: fc.string({ minLength: 1 }), seconds: fc.integer({ min: 1, max: ROOM }), kept: fc.boolean() }),
  { selector: ({ name }) => name, maxLength: 40 },
);
const gates = forms.chain((drawn) => {
  const list = drawn.map(({ name, seconds, kept }): ShortForm => ({ name, seconds, ...(kept ? { always: true } : {}) }));
  const touched = fc.subarray(list.map(({ name }) => name)).map((names) => new Set(names));
  return fc.record({ list: fc.constant(list), touched, turn: fc.nat() });
});
const secondsOf = (list: readonly ShortForm[], names: readonly string[]): number =>
  list.reduce((sum, { name, seconds }) => (names.includes(name) ? sum + seconds : sum), 0);

describe("however many short forms there are", () => {
  test("as many gates in a row as there are turns have each of them", () =>
    fc.assert(
      fc.property(gates, ({ list, turn }) => {
        const { turns } = choose(list, { touched: new Set(), turn, room: ROOM });
        const seen = new Set<string>();
        for (let at = turn; at < turn + turns; at++) {
          const { always, inTurn } = choose(list, { touched: new Set(), turn: at, room: ROOM });
          for (const name of [...always, ...inTurn]) seen.add(name);
        }
        expect(seen).toEqual(new Set(list.map(({ name }) => name)));
      }),
    ));

  test("a gate has those that are in each, and of the others no more than there is room for", () =>
    fc.assert(
      fc.property(gates, ({ list, touched, turn }) => {
        const choice = choose(list, { touched, turn, room: ROOM });
        expect(choice.always).toEqual(list.flatMap(({ name, always }) => (always === true ? [name] : [])));
        expect(secondsOf(list, choice.inTurn)).toBeLessThanOrEqual(ROOM);
        expect(secondsOf(list, choice.touched)).toBeLessThanOrEqual(ROOM);
      }),
    ));

  test("what is touched is in the gate or told as postponed, and nothing is in it twice", () =>
    fc.assert(
      fc.property(gates, ({ list, touched, turn }) => {
        const choice = choose(list, { touched, turn, room: ROOM });
        const all = [...choice.always, ...choice.inTurn, ...choice.touched];
        expect(new Set(all).size).toBe(all.length);
        for (const name of touched) expect([...all, ...choice.postponed]).toContain(name);
        if (secondsOf(list, [...touched]) <= ROOM) expect(choice.postponed).toEqual([]);
      }),
    ));

  test("what is touched and postponed gets its place in another turn", () =>
    fc.assert(
      fc.property(gates, ({ list, touched, turn }) => {
        const left = new Set(touched);
        for (let at = turn; at < turn + list.length * list.length; at++) {
          const choice = choose(list, { touched, turn: at, room: ROOM });
          for (const name of [...choice.always, ...choice.inTurn, ...choice.touched]) left.delete(name);
        }
        expect([...left]).toEqual([]);
      }),
    ));
});

test("long forms are spread over the turns", () => {
  const list = ["a", "b", "c", "d"].map((name, i): ShortForm => ({ name, seconds: i < 2 ? 50 : 10 }));
  const shares = [0, 1].map((turn) => choose(list, { touched: new Set(), turn, room: ROOM }).inTurn);
  expect(shares).toEqual([
    ["a", "c"],
    ["b", "d"],
  ]);
});
