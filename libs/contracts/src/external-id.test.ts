import { expect, test } from "vitest";
import { idBy, idRuleOf } from "./external-id.ts";

type Data = { id: string; a: { b: string }; n: number; maybe?: string };
const data: Data = { id: "i", a: { b: "deep" }, n: 7 };

test.each<[(data: Data) => string, string]>([
  [(d) => d.id, "i"],
  [({ id }) => id, "i"],
  [(d) => d.a.b, "deep"],
  [({ a: { b } }) => b, "deep"],
  [(d) => `${d.id}-${d.a.b}`, "i-deep"],
  [(d) => String(d.n), "7"],
  [(d) => `order-${d.n}`, "order-7"],
  [(d) => d.maybe ?? "", ""],
  [(d) => d.a?.b, "deep"],
  [() => "", ""],
])("a rule tells what the function tells: %s", (id, wanted) => {
  expect(id(data)).toBe(wanted);
  const rule = idRuleOf("com.example.made", id);
  expect(idBy(JSON.parse(JSON.stringify(rule)), data)).toBe(wanted);
});

test.each<[string, (data: Data) => string]>([
  ["chooses", (d) => (d.n === 7 ? d.id : d.a.b)],
  ["chooses", (d) => d.maybe ?? d.id],
  ["chooses", (d) => d.maybe || d.id],
  ["calls id.toLowerCase", (d) => d.id.toLowerCase()],
  ["calls id.slice", (d) => d.id.slice(0, 2)],
])("what %s is refused with its type", (why, id) => {
  expect(() => idRuleOf("com.example.made", id)).toThrow(
    expect.objectContaining({ code: "EXTERNAL_ID", message: expect.stringMatching(new RegExp(`com.example.made.*${why}`)) }),
  );
});

test.each([undefined, null, 3, "text", {}, { a: null }, { a: { b: { c: 1 } } }, []])("data without the member has no id: %j", (given) => {
  expect(idBy([{ path: ["a", "b"] }], given)).toBe("");
  expect(idBy(["x-", { path: ["a", "b"] }], given)).toBe("");
});

test("nothing that objects inherit is a member", () => {
  expect(idBy([{ path: ["constructor", "name"] }], {})).toBe("");
});
