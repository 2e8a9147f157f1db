import { expect, test } from "vitest";
import { z } from "zod";
import { answerShape } from "./answer-shape.ts";

test("plain objects, lists, enums, unions, null and defaults can be held", () => {
  const schema = z.object({
    a: z.string().min(3),
    b: z.array(z.object({ n: z.number().int(), k: z.enum(["x", "y"]).optional() })),
    c: z.string().nullable(),
    d: z.string().default("q"),
    e: z.discriminatedUnion("t", [z.object({ t: z.literal("a") }), z.object({ t: z.literal("b"), v: z.boolean() })]),
  });
  expect(answerShape(schema)).toMatchObject({ enforced: true, wrapped: false });
  expect(answerShape(schema)).toBe(answerShape(schema));
});

test.each([
  ["a record", z.object({ r: z.record(z.string(), z.number()) }), "$.r is a record"],
  ["anything", z.object({ r: z.unknown() }), "$.r may be anything"],
  ["a tuple", z.object({ r: z.tuple([z.string(), z.number()]) }), "$.r is a tuple"],
  ["an empty object", z.object({ r: z.object({}) }), "$.r is an object of any properties"],
  ["too many options", z.object(Object.fromEntries(Array.from({ length: 25 }, (_, i) => [`o${i}`, z.string().optional()]))), "25 optional"],
])("%s cannot, and it is said why", (_what, schema, why) => {
  const shape = answerShape(schema);
  expect(shape.enforced).toBe(false);
  expect(shape.why).toContain(why);
});

test("recursion cannot", () => {
  type Tree = { name: string; children: Tree[] };
  const tree: z.ZodType<Tree> = z.object({ name: z.string(), children: z.array(z.lazy(() => tree)) });
  expect(answerShape(z.object({ tree }))).toMatchObject({ enforced: false });
});

test("a root that is no object is wrapped in one", () => {
  expect(answerShape(z.array(z.string()))).toMatchObject({ wrapped: true, enforced: true, jsonSchema: { required: ["value"] } });
});
