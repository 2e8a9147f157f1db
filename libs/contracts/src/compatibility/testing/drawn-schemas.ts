import fc from "fast-check";

type Json = { readonly [keyword: string]: unknown };

const key = fc.constantFrom("a", "b", "kind");
const small = fc.integer({ min: -2, max: 4 });
// Mostly the lower ones are below the upper ones: what takes no value is not compared for long.
const least = fc.integer({ min: 0, max: 1 });
const most = fc.integer({ min: 1, max: 3 });
const text = fc.constantFrom("", "a", "ab", "b", "xyz");
const scalar = fc.oneof(text, small, fc.boolean(), fc.constant(null));

/** Keywords with values that are there or not. */
function some(keywords: Readonly<Record<string, fc.Arbitrary<unknown>>>): fc.Arbitrary<Json> {
  return fc.record(keywords, { requiredKeys: [] });
}

const strings = some({
  minLength: least,
  maxLength: most,
  pattern: fc.constantFrom("^a", "b$"),
  format: fc.constantFrom("letters", "short"),
}).map((said) => ({ type: "string", ...said }));
const numbers = fc
  .tuple(
    fc.constantFrom("number", "integer"),
    some({
      minimum: fc.integer({ min: -2, max: 1 }),
      maximum: fc.integer({ min: 2, max: 4 }),
      exclusiveMinimum: fc.integer({ min: -2, max: 1 }),
      exclusiveMaximum: fc.integer({ min: 2, max: 4 }),
      multipleOf: fc.constantFrom(1, 2, 3, 0.5),
    }),
  )
  .map(([type, said]) => ({ type, ...said }));
const listed = fc.oneof(
  scalar.map((value) => ({ const: value })),
  fc.uniqueArray(scalar, { minLength: 1, maxLength: 3 }).map((values) => ({ enum: values })),
);
const plain = fc.oneof(
  { weight: 3, arbitrary: strings },
  { weight: 3, arbitrary: numbers },
  { weight: 2, arbitrary: listed },
  {
    weight: 1,
    arbitrary: fc.constantFrom<Json>({}, { not: {} }, { type: "boolean" }, { type: ["string", "null"] }, { type: ["integer", "string"] }),
  },
  { weight: 1, arbitrary: fc.constantFrom<Json>({ $ref: "#/$defs/list" }, { $ref: "#/$defs/other" }) },
);

const { schema } = fc.letrec<{ schema: Json; object: Json; array: Json; union: Json }>((tie) => ({
  schema: fc.oneof({ depthSize: "small", withCrossShrink: true }, plain, tie("object"), tie("array"), tie("union")),
  object: fc
    .record(
      {
        properties: fc.dictionary(key, tie("schema"), { maxKeys: 3, noNullPrototype: true }),
        required: fc.uniqueArray(key, { maxLength: 2 }),
        additionalProperties: fc.oneof(fc.constant(false), tie("schema")),
        patternProperties: tie("schema").map((one) => ({ "^k": one })),
        propertyNames: fc.constantFrom(
          { type: "string", enum: ["a", "b"] },
          { type: "string", pattern: "^a" },
          { type: "string", maxLength: 2 },
        ),
      },
      { requiredKeys: ["properties"] },
    )
    .map((said) => ({ type: "object", ...said })),
  array: fc
    .record(
      {
        items: fc.oneof(fc.constant(false), tie("schema")),
        prefixItems: fc.array(tie("schema"), { minLength: 1, maxLength: 2 }),
        minItems: least,
        maxItems: most,
      },
      { requiredKeys: [] },
    )
    .map((said) => ({ type: "array", ...said })),
  union: fc
    .tuple(fc.constantFrom("anyOf", "oneOf", "allOf"), fc.array(tie("schema"), { minLength: 1, maxLength: 3 }))
    .map(([name, list]) => ({ [name]: list })),
}));

const variant = fc.record({ kind: fc.constantFrom("a", "b", "c"), of: strings }).map(({ kind, of }) => ({
  type: "object",
  properties: { kind: { type: "string", const: kind }, of },
  required: ["kind", "of"],
}));
const told = fc
  .uniqueArray(variant, { minLength: 1, maxLength: 3, selector: ({ properties }) => properties.kind.const })
  .map((oneOf): Json => ({ oneOf }));

/** A document in the words in which zod writes: `list` refers to itself. */
const document = fc
  .tuple(fc.oneof({ weight: 4, arbitrary: schema }, { weight: 1, arbitrary: told }), plain, plain)
  .map(([root, value, other]) => ({
    ...root,
    $defs: {
      list: { type: "object", properties: { v: withoutRef(value), next: { $ref: "#/$defs/list" } }, required: ["v"] },
      other: withoutRef(other),
    },
  }));

function withoutRef(one: Json): Json {
  return "$ref" in one ? { type: "string" } : one;
}

/** A keyword that is changed, added or taken away somewhere. */
function edited(value: unknown, picks: readonly number[], other: Json): unknown {
  const [pick = 0, ...rest] = picks;
  if (typeof value === "boolean") return other;
  if (typeof value !== "object" || value === null) return typeof value === "number" ? value + (pick % 2 === 0 ? 1 : -1) : value;
  const keys = Object.keys(value);
  const at = keys[pick % (keys.length + 1)];
  if (at === undefined) return Array.isArray(value) ? value : { ...value, ...("type" in value ? pickOf(other, value) : {}) };
  if (Array.isArray(value))
    return rest.length === 0
      ? value.filter((_one, i) => String(i) !== at || value.length === 1)
      : value.map((one: unknown, i) => (String(i) === at ? edited(one, rest, other) : one));
  const record: Readonly<Record<string, unknown>> = { ...value };
  if (rest.length === 0 && !["$ref", "$defs", "list", "other"].includes(at))
    return Object.fromEntries(Object.entries(record).filter(([name]) => name !== at));
  return { ...record, [at]: edited(record[at], rest, other) };
}

function pickOf(other: Json, value: object): Json {
  return "type" in value && "type" in other && value.type === other.type ? other : {};
}

/** A writer's schema and a reader's: the one edited, or two that have nothing to do with each other. */
export const pairs: fc.Arbitrary<readonly [Json, Json]> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .tuple(document, fc.array(fc.nat(20), { minLength: 1, maxLength: 5 }), plain)
      .map(([one, picks, other]) => [one, edited(one, picks, other) as Json] as const),
  },
  { weight: 1, arbitrary: fc.tuple(document, document) },
);

/**
 * The schema with "a writer sends what its schema names" said in so many words: an object that says nothing of further members has
 * none.
 */
export function closed(one: unknown, within = false): unknown {
  if (Array.isArray(one)) return one.map((each) => closed(each));
  if (typeof one !== "object" || one === null) return one;
  const made = Object.fromEntries(
    Object.entries(one).map(([name, value]: [string, unknown]): [string, unknown] => {
      if (["enum", "const", "required", "type"].includes(name)) return [name, value];
      if (["properties", "patternProperties", "$defs"].includes(name))
        return [name, Object.fromEntries(Object.entries(value as object).map(([key, each]) => [key, closed(each)]))];
      if (name === "allOf") return [name, (value as readonly unknown[]).map((each) => closed(each, true))];
      return [
        name,
        ["anyOf", "oneOf"].includes(name) && within ? (value as readonly unknown[]).map((each) => closed(each, true)) : closed(value),
      ];
    }),
  );
  if (within || "additionalProperties" in made || "patternProperties" in made) return made;
  return "allOf" in made || made.type === "object" ? { ...made, unevaluatedProperties: false } : made;
}
