import { expect, test } from "vitest";
import { z } from "zod";
import { answerShape } from "../answer-shape.ts";
import { strictSchema } from "./schema.ts";

const strict = (schema: z.ZodType): unknown => strictSchema(answerShape(schema).jsonSchema);

test("objects are closed, and what strict answers do not know is left to the parser", () => {
  const schema = z.object({ a: z.string().min(3), b: z.array(z.object({ n: z.number().int() })), c: z.enum(["x", "y"]) });
  expect(strict(schema)).toEqual({
    type: "object",
    properties: {
      a: { type: "string" },
      b: {
        type: "array",
        items: { type: "object", properties: { n: { type: "integer" } }, required: ["n"], additionalProperties: false },
      },
      c: { type: "string", enum: ["x", "y"] },
    },
    required: ["a", "b", "c"],
    additionalProperties: false,
  });
});

test("unions and nulls are kept, a root that is no object is wrapped", () => {
  const kinds = z.discriminatedUnion("t", [z.object({ t: z.literal("a") }), z.object({ t: z.literal("b"), v: z.boolean() })]);
  expect(strict(z.array(kinds))).toMatchObject({ properties: { value: { type: "array", items: { anyOf: [{}, {}] } } } });
  expect(strict(z.object({ c: z.string().nullable() }))).toMatchObject({ properties: { c: { type: ["string", "null"] } } });
});

test.each([
  ["an optional property", z.object({ a: z.string().optional() })],
  ["a default", z.object({ a: z.string().default("x") })],
  ["a record", z.object({ a: z.record(z.string(), z.number()) })],
  ["anything", z.object({ a: z.unknown() })],
  ["a tuple", z.object({ a: z.tuple([z.string(), z.number()]) })],
])("%s cannot be held", (_what, schema) => {
  expect(strict(schema)).toBeUndefined();
});
