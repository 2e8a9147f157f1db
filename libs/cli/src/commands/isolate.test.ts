import type { Isolation } from "@armada/contracts";
import { expect, test } from "vitest";
import { printer } from "../testing/printer.ts";
import { isolateCommand, listIsolations } from "./isolate.ts";

const NOON = Date.parse("2026-01-01T12:00:00Z");
const isolation = (prefix: string, until: string, status: Isolation["status"] = "isolated"): readonly [string, Isolation] => [
  prefix,
  { prefix, status, since: "2026-01-01T11:00:00.000Z", until, why: "odd notes", by: "ada", revision: 1 },
];

test("what is isolated now is listed, that which ends last first", () => {
  const all = new Map([
    isolation("office.clerk", "2026-01-01T12:10:00.000Z"),
    isolation("office.porter", "2026-01-01T11:59:00.000Z"),
    isolation("shop", "2026-01-01T13:00:00.000Z"),
    isolation("depot", "2026-01-01T13:00:00.000Z", "returned"),
  ]);
  const out = printer();
  expect(listIsolations({ isolations: () => all }, out, NOON)).toBe(0);
  expect(out.emitted.map((line) => line.type === "isolation" && [line.prefix, line.by])).toEqual([
    ["shop", "ada"],
    ["office.clerk", "ada"],
  ]);
  expect(out.said).toHaveLength(3);
  const none = printer();
  listIsolations({ isolations: () => new Map() }, none, NOON);
  expect(none.said).toEqual(["nothing is isolated"]);
});

test.each([
  ["no prefix", undefined, {}, "say one prefix"],
  ["two", "office", { undo: "office" }, "say one prefix"],
  ["a length for an end", undefined, { undo: "office", for: "1m" }, "--undo has no length"],
  ["what is no length", "office", { for: "soon" }, "--for soon is no length"],
  ["too long a one", "office", { for: "9000h" }, "--for 9000h is too long"],
  ["an empty reason", "office", { why: " \n" }, "--why is empty"],
  ["a reason that is too long", "office", { why: "x".repeat(1_001) }, "--why is too long"],
  ["nobody", "office", { by: "\u001b" }, "--by is empty"],
])("%s is refused before anything is asked", async (_, prefix, flags, message) => {
  await expect(isolateCommand(prefix, flags, printer())).rejects.toThrow(expect.objectContaining({ code: "USAGE", message }));
});
