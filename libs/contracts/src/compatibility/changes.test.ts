import { expect, test } from "vitest";
import { type ContractChange, contractChanges, isBreaking } from "./changes.ts";
import { type ContractSnapshot, readSnapshot, snapshotOf, snapshotText } from "./snapshot.ts";

type Properties = Readonly<Record<string, unknown>>;
const object = (properties: Properties, required = Object.keys(properties)) => ({ type: "object", properties, required });
const text = { type: "string" };

function snapshot({
  event = object({ order: text }),
  version = 1,
  input = object({ order: text }),
  output = object({ ok: text }),
  taken = object({ order: text }),
  path = "order",
}): ContractSnapshot {
  return {
    version: 1,
    events: { "orders.order.sent": { version, schema: event } },
    external: { "com.example.order": { teams: ["orders", "risk"], schema: taken, id: [{ path: [path] }] } },
    capabilities: { "orders.send": { input, output } },
  };
}

/** What is said of a change: whose, where, what, whom it breaks. */
const said = (changes: readonly ContractChange[]): string[] =>
  changes.map((change) =>
    [change.of, change.at, change.change, change.breaks.join("+") || "nobody", ...(change.allowed ? ["allowed"] : [])].join(" "),
  );
type Now = Parameters<typeof snapshot>[0];
const changes = (now: Now): string[] => said(contractChanges(snapshot({}), snapshot(now)));

test("who reads and who writes: a field less, a field more, of each kind of contract", () => {
  const less = object({});
  const more = object({ order: text, note: text });
  const optional = object({ order: text, note: text }, ["order"]);
  expect(changes({ event: less })).toEqual(["event /properties/order field-removed readers"]);
  expect(changes({ event: more })).toEqual(["event /properties/note field-added stored"]);
  expect(changes({ event: optional })).toEqual(["event /properties/note field-added nobody"]);
  expect(changes({ taken: less })).toEqual(["external /properties/order field-removed nobody"]);
  expect(changes({ taken: more })).toEqual(["external /properties/note field-added writers+stored"]);
  expect(changes({ taken: optional })).toEqual(["external /properties/note field-added nobody"]);
  expect(changes({ input: less })).toEqual(["input /properties/order field-removed nobody"]);
  expect(changes({ input: more })).toEqual(["input /properties/note field-added writers"]);
  expect(changes({ input: optional })).toEqual(["input /properties/note field-added nobody"]);
  expect(changes({ output: object({}) })).toEqual(["output /properties/ok field-removed readers"]);
  expect(changes({ output: object({ ok: text, note: text }) })).toEqual(["output /properties/note field-added nobody"]);
});

test.each([
  ["a field that may be missing", { order: text }, [], "/properties/order field-optional readers"],
  ["a type more", { order: { type: ["string", "null"] } }, ["order"], "/properties/order type-widened readers"],
  ["a bound", { order: { ...text, maxLength: 9 } }, ["order"], "/properties/order bound-tightened stored"],
  ["a pattern", { order: { ...text, pattern: "^a" } }, ["order"], "/properties/order pattern-changed stored"],
  ["a choice", { order: { enum: ["a", "b"] } }, ["order"], "/properties/order values-limited stored"],
  ["what is not compared", { order: { ...text, not: { const: "x" } } }, ["order"], "/properties/order cannot-be-compared stored"],
  [
    "a type that is another one",
    { order: { type: "number" } },
    ["order"],
    "/properties/order type-narrowed stored,/properties/order type-widened readers",
  ],
])("of an event, %s", (_what, properties, required, wanted) => {
  expect(changes({ event: object(properties as Properties, required) })).toEqual(wanted.split(",").map((one) => `event ${one}`));
});

test("values of a choice and alternatives of a union are told one by one", () => {
  const of = (...list: string[]) => ({ taken: object({ order: { type: "string", enum: list } }) });
  const between = (before: Now, after: Now): string[] => said(contractChanges(snapshot(before), snapshot(after)));
  expect(between(of("a", "b"), of("b", "c"))).toEqual([
    "external /properties/order value-added nobody",
    "external /properties/order value-removed writers+stored",
  ]);
  const variant = (kind: string) => object({ kind: { type: "string", const: kind } });
  const union = (...kinds: string[]) => ({ output: { oneOf: kinds.map(variant) } as never });
  expect(between(union("a", "b"), union("a"))).toEqual(["output /oneOf/1 alternative-removed nobody"]);
  expect(between(union("a"), union("a", "b"))).toEqual(["output /oneOf/1 alternative-added readers"]);
});

test("an event's version that is raised allows what breaks, and says whom; one that is lowered leaves stored events without a way", () => {
  const raised = contractChanges(snapshot({}), snapshot({ version: 2, event: object({ parcel: text }) }));
  expect(said(raised)).toEqual([
    "event  version-raised nobody",
    "event /properties/order field-removed readers allowed",
    "event /properties/parcel field-added stored allowed",
  ]);
  expect(raised.filter(isBreaking)).toEqual([]);
  expect(said(contractChanges(snapshot({ version: 2 }), snapshot({})))).toEqual(["event  version-lowered stored"]);
});

test("what is gone and what is new, and another id", () => {
  const none: ContractSnapshot = { version: 1, events: {}, external: {}, capabilities: {} };
  expect(said(contractChanges(snapshot({}), none))).toEqual([
    "event  event-removed readers",
    "external  external-removed writers",
    "input  capability-removed writers",
  ]);
  expect(contractChanges(none, snapshot({})).map(({ breaks }) => breaks)).toEqual([[], [], []]);
  expect(changes({ path: "shop" })).toEqual(["external  id-changed stored"]);
});

test("a snapshot is the same text whatever the order in which code says things, and is read again", () => {
  const manifest = (team: string, events: object[]) => ({ team, events, external: [], capabilities: [] }) as never;
  const fact = (type: string, schema: object) => ({ type, version: 1, schema });
  const [a, b] = [
    fact("orders.order.sent", object({ b: text, a: text })),
    fact("orders.order.paid", { required: ["b", "a"], properties: { a: text, b: text }, type: "object" }),
  ];
  const one = snapshotText(snapshotOf([manifest("orders", [a, b])]));
  expect(snapshotText(snapshotOf([manifest("orders", [b, a])]))).toBe(one);
  expect(snapshotText(readSnapshot(one, "it"))).toBe(one);
  expect(() => readSnapshot("{", "contracts.json")).toThrow(
    expect.objectContaining({ code: "BAD_SNAPSHOT", message: expect.stringContaining("contracts.json is no snapshot of contracts") }),
  );
  expect(() => readSnapshot('{"version":2}', "x")).toThrow(expect.objectContaining({ code: "BAD_SNAPSHOT" }));
});
