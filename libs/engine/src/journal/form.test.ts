import { ArmadaError } from "@armada/contracts";
import { expect, test } from "vitest";
import { journalForm } from "./form.ts";

class Point {
  readonly x: number;
  constructor(x: number) {
    this.x = x;
  }
  get double(): number {
    return this.x * 2;
  }
}

function refused(value: unknown): string {
  try {
    journalForm(value, "the result of step v");
  } catch (error) {
    if (error instanceof ArmadaError && error.code === "VALUE_NOT_JSON") return error.message;
    throw error;
  }
  return "taken";
}

test("a value is what JSON gives back", () => {
  const at = new Date(0);
  const shared = { a: 1 };
  for (const [value, form] of [
    [undefined, null],
    [null, null],
    ["a", "a"],
    [0, 0],
    [-0, 0],
    [
      [1, undefined],
      [1, null],
    ],
    [{ at, und: undefined }, { at: "1970-01-01T00:00:00.000Z" }],
    [at, "1970-01-01T00:00:00.000Z"],
    [new URL("https://example.com/a"), "https://example.com/a"],
    [new Point(1), { x: 1 }],
    [
      [shared, shared, [shared]],
      [{ a: 1 }, { a: 1 }, [{ a: 1 }]],
    ],
    [Object.assign(Object.create(null), { a: 1 }), { a: 1 }],
    [{ a: { $object: "x" } }, { a: { $object: "x" } }],
    ["\ud800", "\ud800"],
  ] as const)
    expect(journalForm(value, "it")).toEqual(form);
  expect(Object.is(journalForm(-0, "it"), 0)).toBe(true);
  expect(journalForm(shared, "it")).not.toBe(shared);
});

test("what JSON would lose is refused, with its path and type", () => {
  const circle: Record<string, unknown> = { a: {} };
  circle.a = { b: [circle] };
  let deep: unknown = 1;
  for (let i = 0; i < 100_000; i++) deep = [deep];
  for (const [value, why] of [
    [{ n: 10n }, "n is a bigint"],
    [10n, "it is a bigint"],
    [{ a: [{ b: () => 1 }] }, "a[0].b is a function"],
    [[Symbol("s")], "[0] is a symbol"],
    [{ nan: Number.NaN }, "nan is NaN"],
    [[1, Number.POSITIVE_INFINITY], "[1] is Infinity"],
    [{ at: new Date(Number.NaN) }, "at is an invalid Date"],
    [{ map: new Map([["a", 1]]) }, "map is a Map"],
    [{ a: 1, set: new Set() }, "set is a Set"],
    [{ e: new Error("no") }, "e is a Error"],
    [/a/u, "it is a RegExp"],
    [{ p: Promise.resolve() }, "p is a Promise"],
    [{ bytes: new Uint8Array(3) }, "bytes is bytes (Uint8Array)"],
    [Buffer.from("a"), "it is bytes (Buffer)"],
    [circle, "a.b[0] is part of itself"],
    [deep, "nested deeper than 500"],
    [{ $object: "digest" }, "$object is a name"],
    [
      {
        toJSON: () => {
          throw new Error("ha");
        },
      },
      "what JSON refuses (ha)",
    ],
  ] as const) {
    expect(refused(value)).toContain(why);
    expect(refused(value)).toContain("the result of step v cannot be journaled");
  }
});

test("a value that holds itself in ever more places, or has places without end, is refused and not written out", () => {
  let shared: unknown = 1;
  for (let depth = 0; depth < 40; depth++) shared = { left: shared, right: shared };
  expect(refused(shared)).toContain("larger than 2000000 members");
  const sparse: unknown[] = [];
  sparse.length = 4_000_000_000;
  expect(refused({ sparse })).toContain("cannot be journaled");
});
