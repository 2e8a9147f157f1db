import { z } from "zod";

/** A JSON Schema as `z.toJSONSchema` gives it, read node by node. */
type Node = { readonly [key: string]: unknown };

/**
 * How an answer of a zod schema is asked for.
 * `enforced`: the provider can hold the model to `jsonSchema`; where not, the schema can only be shown in the prompt, and `why` says so.
 * `wrapped`: the root is not an object, so the answer comes as `{ "value": … }`.
 */
export type AnswerShape = {
  readonly jsonSchema: { readonly [key: string]: unknown };
  readonly wrapped: boolean;
  readonly enforced: boolean;
  readonly why: string | undefined;
};

// Limits of the provider's constrained answers; source: platform.claude.com/docs/en/build-with-claude/structured-outputs, 2026-11.
const OPTIONAL_LIMIT = 24;
const UNION_LIMIT = 16;

const SCALARS = new Set(["string", "number", "integer", "boolean", "null"]);

const known = new WeakMap<z.ZodType, AnswerShape>();

/** The same object for the same schema: schemas are module constants and asked thousands of times. */
export function answerShape(schema: z.ZodType): AnswerShape {
  const found = known.get(schema);
  if (found !== undefined) return found;
  const made = shapeOf(schema);
  known.set(schema, made);
  return made;
}

function shapeOf(schema: z.ZodType): AnswerShape {
  // `io: "input"`: the model writes what `schema.parse` reads, before defaults and transforms.
  const root: Node = z.toJSONSchema(schema, { io: "input", unrepresentable: "any", cycles: "ref", reused: "inline" });
  const wrapped = root.type !== "object";
  const jsonSchema = wrapped ? { type: "object", properties: { value: root }, required: ["value"] } : root;
  const count = { optional: 0, union: 0 };
  let why = obstacle(jsonSchema, "$", count);
  if (why === undefined && count.optional > OPTIONAL_LIMIT)
    why = `${count.optional} optional properties, at most ${OPTIONAL_LIMIT} can be held`;
  if (why === undefined && count.union > UNION_LIMIT) why = `${count.union} unions, at most ${UNION_LIMIT} can be held`;
  return { jsonSchema, wrapped, enforced: why === undefined, why };
}

/** The first thing in the schema that constrained answers cannot express: open objects, tuples, recursion, values of any type. */
function obstacle(node: unknown, at: string, count: { optional: number; union: number }): string | undefined {
  if (!isNode(node)) return `${at} may be anything`;
  if (node.$ref !== undefined) return `${at} is recursive`;
  // Closing both sides of an intersection, which constrained answers ask for, would leave nothing that fits.
  if (node.allOf !== undefined) return `${at} is an intersection`;
  const variants = node.anyOf ?? node.oneOf;
  if (Array.isArray(variants)) {
    count.union += 1;
    return first(variants, (variant, i) => obstacle(variant, `${at}|${i}`, count));
  }
  if (node.enum !== undefined || node.const !== undefined) return undefined;
  const type = node.type;
  if (Array.isArray(type)) {
    count.union += 1;
    return type.every((one) => typeof one === "string" && SCALARS.has(one)) ? undefined : `${at} is a union of types`;
  }
  if (typeof type === "string" && SCALARS.has(type)) return undefined;
  switch (type) {
    case "object": {
      if (node.patternProperties !== undefined || node.propertyNames !== undefined || isNode(node.additionalProperties))
        return `${at} is a record`;
      const properties = isNode(node.properties) ? Object.entries(node.properties) : [];
      if (properties.length === 0) return `${at} is an object of any properties`;
      const required = Array.isArray(node.required) ? node.required : [];
      count.optional += properties.filter(([name]) => !required.includes(name)).length;
      return first(properties, ([name, property]) => obstacle(property, `${at}.${name}`, count));
    }
    case "array":
      return node.prefixItems === undefined ? obstacle(node.items, `${at}[]`, count) : `${at} is a tuple`;
    default:
      return `${at} may be anything`;
  }
}

function first<T>(items: readonly T[], look: (item: T, index: number) => string | undefined): string | undefined {
  for (const [i, item] of items.entries()) {
    const found = look(item, i);
    if (found !== undefined) return found;
  }
  return undefined;
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
