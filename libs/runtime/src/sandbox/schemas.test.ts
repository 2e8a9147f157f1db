import { expect, test } from "vitest";
import { z } from "zod";
import { readBy, shapeOf, shownOf } from "./schemas.ts";

function reads(schema: z.ZodType, answer: unknown): boolean {
  return readBy({ schema: shownOf(schema), shape: shapeOf(schema) }).safeParse(answer).success;
}

test.each<[string, z.ZodType, unknown]>([
  ["is trimmed", z.object({ at: z.string().trim().min(1).email() }), { at: " a@example.com " }],
  ["has a pattern with flags", z.string().regex(/^abc$/i), "ABC"],
  ["has two patterns with flags", z.string().regex(/^a/i).regex(/c$/i), "ABC"],
  ["is preprocessed", z.object({ n: z.preprocess(Number, z.number()) }), { n: "3" }],
  ["is caught", z.object({ a: z.string().catch("x") }), { a: 1 }],
  ["may be left out", z.object({ a: z.string(), b: z.number().optional() }), { a: "x", b: null }],
])("an answer that %s is read as in a replica", (_, schema, answer) => {
  expect(reads(schema, answer)).toBe(true);
});

test("an answer of another shape is refused before it is kept", () => {
  expect(reads(z.object({ a: z.string().trim() }), { a: 1 })).toBe(false);
  expect(reads(z.object({ a: z.string() }), { b: "x" })).toBe(false);
});

test("the model is shown all that the schema says", () => {
  const schema = z.object({ a: z.string().min(2) });
  expect(z.toJSONSchema(readBy({ schema: shownOf(schema), shape: shapeOf(schema) }))).toMatchObject(shownOf(schema));
  expect(shownOf(schema)).toMatchObject({ properties: { a: { minLength: 2 } } });
});
