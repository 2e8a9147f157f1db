import { Ajv2020 } from "ajv/dist/2020.js";
import fc from "fast-check";
import { expect, test } from "vitest";
import { z } from "zod";
import { isGap } from "./gap.ts";
import { gapsBetween } from "./gaps.ts";
import { canonical, type Schema } from "./schema-node.ts";
import { closed, pairs } from "./testing/drawn-schemas.ts";
import { witnesses } from "./testing/drawn-values.ts";

/** How many pairs are drawn, and from where. */
const RUNS = Number(process.env.ARMADA_DRAWN_SCHEMAS ?? 300);
const seed = Number(process.env.ARMADA_DRAWN_SEED ?? 20261130);

const ajv = new Ajv2020({ strict: false, logger: false, unevaluated: true })
  .addFormat("letters", /^[a-z]*$/)
  .addFormat("short", /^.{0,2}$/u);

test("where no gap is told, Ajv finds no value of the writer's that the reader refuses; where one is told, mostly a witness", () => {
  const seen = { fine: 0, tried: 0, gaps: 0, witnessed: 0 };
  fc.assert(
    fc.property(pairs, fc.infiniteStream(fc.nat(1_000_000)), ([writer, reader], chance) => {
      fc.pre(canonical(writer) !== canonical(reader));
      fc.pre(ajv.validateSchema(reader) === true); // an edit may have made a length less than nothing
      const writes = ajv.compile(closed(writer) as object);
      const reads = ajv.compile(reader);
      const found = gapsBetween(writer, reader).filter(isGap);
      let tried = 0;
      for (const value of witnesses(writer, reader, () => chance.next().value ?? 0)) {
        if (!writes(value)) continue;
        tried += 1;
        if (reads(value)) continue;
        if (found.length === 0) throw new Error(`no gap is told, and the reader refuses ${JSON.stringify(value)}`);
        seen.witnessed += 1;
        break;
      }
      if (found.length > 0) seen.gaps += 1;
      else {
        seen.fine += 1;
        seen.tried += tried;
      }
    }),
    { numRuns: RUNS, seed },
  );
  if (process.env.ARMADA_DRAWN_SCHEMAS !== undefined) console.log(seen);
  expect(seen.fine).toBeGreaterThan(RUNS / 5);
  expect(seen.tried).toBeGreaterThan(seen.fine);
  expect(seen.witnessed / seen.gaps).toBeGreaterThan(0.5);
});

const text = z.string();
const order = (more: z.ZodRawShape = {}) => z.object({ order: text, ...more });
const list = (value: z.ZodType) => {
  const one = z.object({
    value,
    get next() {
      return one.optional();
    },
  });
  return one;
};
const parcel = (...kinds: string[]) =>
  z.discriminatedUnion("kind", kinds.map((kind) => z.object({ kind: z.literal(kind), to: text })) as never);

/** Where the reader's schema does not take what the writer's says, and what of it. */
test.each<[string, z.ZodType, z.ZodType, object[]]>([
  ["a field more", order({ note: text }), order(), [{ at: "/properties/note", kind: "unnamed", field: "note" }]],
  [
    "a field more, and the reader is strict",
    order({ note: text }),
    z.strictObject({ order: text }),
    [{ at: "/properties/note", kind: "refused", field: "note" }],
  ],
  ["an optional field less", order(), order({ note: text.optional() }), []],
  [
    "an optional field less, of a writer that sends what it likes",
    z.looseObject({ order: text }),
    order({ note: text.optional() }),
    ["null", "boolean", "number", "array", "object"].map((type) => ({ at: "/properties/note", kind: "type", type })),
  ],
  ["a field less", order(), order({ note: text }), [{ at: "/properties/note", kind: "required", field: "note", named: false }]],
  [
    "a field that may be missing",
    order({ note: text.optional() }),
    order({ note: text }),
    [{ at: "/properties/note", kind: "required", field: "note", named: true }],
  ],
  ["null too", text.nullable(), text, [{ at: "", kind: "type", type: "null" }]],
  ["whole numbers for numbers", z.int(), z.number(), []],
  ["numbers for whole ones", z.number(), z.int(), [{ at: "", kind: "type", type: "number" }]],
  ["above 0 for at least 1, of whole numbers", z.int().gt(0), z.int().min(1), []],
  ["above 0 for at least 1", z.number().gt(0), z.number().min(1), [{ at: "", kind: "bound", keyword: "minimum", writer: 0, reader: 1 }]],
  ["multiples of 6 for those of 3", z.number().multipleOf(6), z.number().multipleOf(3), []],
  [
    "multiples of 0.6 for those of 0.3, which floats cannot tell",
    z.number().multipleOf(0.6),
    z.number().multipleOf(0.3),
    [{ at: "", kind: "bound", keyword: "multipleOf", writer: 0.6, reader: 0.3 }],
  ],
  ["a value more", z.enum(["a", "b", "c"]), z.enum(["a", "b"]), [{ at: "", kind: "value", value: "c" }]],
  ["a text for a choice", text, z.enum(["a", "b"]), [{ at: "", kind: "listed", values: ["a", "b"] }]],
  ["both booleans one by one", z.boolean(), z.literal([true, false]), []],
  ["a literal that fits a pattern", z.literal("ab"), text.regex(/^a/), []],
  ["two patterns, one wanted", text.regex(/^a/).regex(/b$/), text.regex(/b$/), []],
  [
    "another pattern, which is never told to be within",
    text.regex(/^ab/),
    text.regex(/^a/),
    [{ at: "", kind: "text", keyword: "pattern", writer: ["^ab"], reader: "^a" }],
  ],
  ["a format", text, z.url(), [{ at: "", kind: "text", keyword: "format", writer: [], reader: "uri" }]],
  ["an alternative more", parcel("a", "b"), parcel("a"), [{ at: "/oneOf/1", kind: "alternative" }]],
  ["an alternative less", parcel("b"), parcel("a", "b"), []],
  [
    "what two alternatives may take, which differ in a field that may be missing",
    z.object({ kind: z.literal("a").optional() }),
    z.xor([z.object({ kind: z.literal("a").optional() }), z.object({ kind: z.literal("b").optional() })]),
    [{ at: "", kind: "unknown", why: "whether more than one alternative of `oneOf` takes it" }],
  ],
  [
    "what two alternatives may take",
    z.looseObject({ a: text }),
    z.xor([z.looseObject({ a: text }), z.looseObject({ b: text })]),
    [{ at: "", kind: "unknown", why: "whether more than one alternative of `oneOf` takes it" }],
  ],
  ["a list within itself", list(z.int()), list(z.number()), []],
  [
    "a list within itself that differs below",
    list(z.number().max(9)),
    list(z.number().max(5)),
    [{ at: "/properties/value", kind: "bound", keyword: "maximum", writer: 9, reader: 5 }],
  ],
  ["a tuple for a list", z.tuple([text, z.int()]), z.array(z.union([text, z.number()])), []],
  ["a longer tuple", z.tuple([text, text]), z.tuple([text]), [{ at: "", kind: "bound", keyword: "maxItems", writer: 2, reader: 1 }]],
  [
    "keys of another form",
    z.record(text, text),
    z.record(text.regex(/^x/), text),
    [{ at: "/propertyNames", kind: "text", keyword: "pattern", writer: [], reader: "^x" }],
  ],
  [
    "keys more",
    z.partialRecord(z.enum(["a", "b"]), text),
    z.partialRecord(z.enum(["a"]), text),
    [{ at: "/propertyNames", kind: "value", value: "b" }],
  ],
  ["nothing at all", z.never(), text, []],
])("%s", (_what, writer, reader, gaps) => {
  expect(gapsBetween(schemaOf(writer), schemaOf(reader))).toEqual(gaps);
});

test("what is not compared counts as a gap, unless it is the same", () => {
  const unique = { type: "array", uniqueItems: true };
  expect(gapsBetween(unique, unique)).toEqual([]);
  expect(gapsBetween({ ...unique, maxItems: 3 }, unique)).toEqual([{ at: "", kind: "unknown", why: "what `uniqueItems` says" }]);
  expect(gapsBetween({ type: "string" }, { $ref: "https://example.com/schema" })).toEqual([
    { at: "", kind: "unknown", why: "what `$ref` says" },
  ]);
  const loop = { $ref: "#" };
  expect(gapsBetween({ type: "string" }, loop)).toEqual([{ at: "", kind: "unknown", why: "it refers to itself" }]);
  expect(gapsBetween({ type: "string", unit: "cents", title: "a" }, { type: "string", unit: "euros", title: "b" })).toEqual([]);
});

/** As manifests have them. */
function schemaOf(schema: z.ZodType): Schema {
  const { $schema: _draft, ...made } = z.toJSONSchema(schema, { unrepresentable: "any", io: "input" });
  return made;
}

/** Types each of which has a member of every other one. */
function entangled(count: number, leaf: string): Schema {
  const names = Array.from({ length: count }, (_one, i) => `t${i}`);
  const typed = names.map((name) => {
    const others = names.filter((other) => other !== name).map((other) => [other, { $ref: `#/$defs/${other}` }]);
    const own = [name, { type: name === names.at(-1) ? leaf : "string" }];
    return [name, { type: "object", properties: Object.fromEntries([own, ...others]), required: [name] }];
  });
  return { $ref: "#/$defs/t0", $defs: Object.fromEntries(typed) };
}

/** An expression of so many kinds, each with two expressions in it. */
function expression(kinds: number, leaf: string): Schema {
  const names = Array.from({ length: kinds }, (_one, i) => `k${i}`);
  const part = { $ref: "#/$defs/expression" };
  const typed = names.map((kind) => {
    const properties = { left: part, right: part, kind: { const: kind }, value: { type: kind === names.at(-1) ? leaf : "string" } };
    return [kind, { type: "object", properties, required: Object.keys(properties) }];
  });
  const any = { oneOf: names.map((name) => ({ $ref: `#/$defs/${name}` })) };
  return { $ref: "#/$defs/expression", $defs: { expression: any, ...Object.fromEntries(typed) } };
}

test("types that refer to each other in every way are compared at once, each pair of them one time", () => {
  const renamed = (schema: Schema): Schema => ({ ...(schema as object), title: "the same" });
  expect(gapsBetween(entangled(12, "string"), renamed(entangled(12, "string")))).toEqual([]);
  expect(gapsBetween(entangled(12, "string"), entangled(12, "number"))).toEqual([
    { at: "/$defs/t11/properties/t11", kind: "type", type: "string" },
  ]);
  expect(gapsBetween(expression(8, "string"), renamed(expression(8, "string")))).toEqual([]);
  expect(gapsBetween(expression(8, "string"), expression(8, "number"))).toEqual([{ at: "/$defs/k7", kind: "alternative" }]);
});

test("long enums are compared value by value, and not each with each", () => {
  const values = Array.from({ length: 5_000 }, (_one, i) => `v${i}`);
  expect(gapsBetween({ enum: [...values, "more"] }, { enum: values })).toEqual([{ at: "", kind: "value", value: "more" }]);
});
