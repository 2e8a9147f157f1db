import { expect, test } from "vitest";
import { z } from "zod";
import { fitted } from "./fitted.ts";

const Note = z.object({ text: z.string(), tags: z.array(z.string()).optional(), note: z.string().optional() });

test("null stands for what may be left out and may not be null", () => {
  expect(fitted(Note, { text: "a", tags: null, note: null })).toEqual({ value: { text: "a" } });
  expect(fitted(z.object({ n: z.number().default(3) }), { n: null })).toEqual({ value: { n: 3 } });
});

test("wherever it stands", () => {
  const schema = z.object({
    list: z.array(Note),
    pair: z.tuple([Note, z.string()]),
    byName: z.record(z.string(), Note),
    either: z.union([z.object({ kind: z.literal("x"), n: z.number().optional() }), Note]),
    maybe: Note.nullable(),
    both: z.intersection(Note, z.object({ more: z.string().optional() })),
    get later() {
      return Note.optional();
    },
    upper: Note.transform(({ text }) => text.toUpperCase()),
  });
  const note = { text: "a", note: null };
  const json = {
    list: [note],
    pair: [note, "b"],
    byName: { k: note },
    either: { kind: "x", n: null },
    maybe: note,
    both: { ...note, more: null },
    later: null,
    upper: note,
  };
  const read = { text: "a" };
  expect(fitted(schema, json)).toEqual({
    value: { list: [read], pair: [read, "b"], byName: { k: read }, either: { kind: "x" }, maybe: read, both: read, upper: "A" },
  });
});

test("null that is data stays, and a required property or a record's key is not left out", () => {
  const schema = z.object({ a: z.string().nullish(), b: z.string().optional() });
  expect(fitted(schema, { a: null, b: null })).toEqual({ value: { a: null } });
  expect(fitted(Note, { text: null })).toMatchObject({ why: "$.text: Invalid input: expected string, received null" });
  expect(fitted(z.record(z.string(), z.number()), { k: null })).toMatchObject({
    why: "$.k: Invalid input: expected number, received null",
  });
});
