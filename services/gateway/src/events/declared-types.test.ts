import { type AnyEventKind, external, joinTypes } from "@armada/contracts";
import { expect, test } from "vitest";
import { z } from "zod";
import { manifestWith } from "../testing/memory-gateway.ts";
import { declaredIn, heldUpBy, nearest } from "./declared-types.ts";

const data = z.object({ ticket: z.string() });
const kind = (type: string, over: { id?: (d: { ticket: string }) => string } = {}): AnyEventKind =>
  external(type, { ...over, data }) as unknown as AnyEventKind;
const Opened = kind("com.example.ticket.opened", { id: (d) => d.ticket });

test("a manifest's types are read: where facts of them go, what their data is, what they are about", () => {
  const { types, broken } = declaredIn([manifestWith("desk", [Opened])]);
  const taken = types.get("com.example.ticket.opened");
  expect(taken).toMatchObject({ entity: "com_example_ticket", event: "opened", id: [{ path: ["ticket"] }] });
  expect(taken?.data.safeParse({ ticket: "t1" }).success).toBe(true);
  expect(taken?.data.safeParse({ ticket: 1 }).success).toBe(false);
  expect(broken).toEqual([]);
});

test("two that agree are one type; two that disagree name both teams", () => {
  const again = kind("com.example.ticket.opened", { id: (d) => d.ticket });
  expect([...declaredIn([manifestWith("a", [Opened]), manifestWith("b", [again])]).types.keys()]).toEqual(["com.example.ticket.opened"]);
  const other = kind("com.example.ticket.opened");
  const { types, broken } = declaredIn([manifestWith("support", [other]), manifestWith("sales", [Opened])]);
  expect([...types.keys()]).toEqual(["com.example.ticket.opened"]);
  expect(broken.map(({ team, error }) => [team, error.code, error.message])).toEqual([
    ["support", "EXTERNAL_DISAGREES", "sales and support declare com.example.ticket.opened differently"],
  ]);
});

test("what does not agree, or cannot be read, is left out and named; the others are served", () => {
  const unreadable = manifestWith("other", [kind("com.two.made")]);
  const [first] = unreadable.external;
  if (first === undefined) throw new Error("no type");
  const { types, broken } = declaredIn([
    manifestWith("first", [kind("com.one.made")]),
    { ...unreadable, external: [{ ...first, schema: { $ref: "https://else.where/schema" } }] },
    manifestWith("second", [kind("com_one.made")]),
    manifestWith("third", [kind("com.three.made")]),
  ]);
  expect([...types.keys()]).toEqual(["com.one.made", "com.three.made"]);
  expect(broken.map(({ team, error, types: left }) => [team, error.code, left])).toEqual([
    ["other", "BAD_CONTRACT", ["com.two.made"]],
    ["second", "EXTERNAL_CLASH", ["com_one.made"]],
  ]);
  expect(heldUpBy({ types, broken }, "com_one.made")?.team).toBe("second");
  expect(heldUpBy({ types, broken }, "com.one.made")).toBeUndefined();
});

test("two types may not share a subject", () => {
  const manifests = [manifestWith("a", [Opened]), manifestWith("b", [kind("com.example_ticket.opened")])];
  expect(() => joinTypes(manifests.flatMap(({ team, external: all }) => all.map((one) => ({ team, kind: one }))))).toThrow(
    "would share the subject evt.gateway.com_example_ticket.opened",
  );
});

test("the nearest known types come first", () => {
  const { types } = declaredIn([manifestWith("a", [Opened, kind("com.example.order.placed")])]);
  expect(nearest(types, "com.exampel.ticket.open")).toEqual(["com.example.ticket.opened", "com.example.order.placed"]);
});
