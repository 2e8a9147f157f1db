/** A JSON Schema of draft 2020-12. */
export type Schema = boolean | { readonly [keyword: string]: unknown };

/** A schema, the document that its references are of, and its JSON pointer in that. */
export type SchemaNode = { readonly schema: Schema; readonly root: Schema; readonly at: string };

/** So begins the `$comment` of a schema that takes less than it says, for it has no words for that. */
export const NO_WORDS = "no words: ";

/** What says which values there are, and is compared. */
const COMPARED: ReadonlySet<string> = new Set([
  "$ref",
  "type",
  "enum",
  "const",
  "allOf",
  "anyOf",
  "oneOf",
  "minimum",
  "maximum",
  "exclusiveMinimum",
  "exclusiveMaximum",
  "multipleOf",
  "minLength",
  "maxLength",
  "pattern",
  "format",
  "contentEncoding",
  "items",
  "prefixItems",
  "minItems",
  "maxItems",
  "properties",
  "required",
  "additionalProperties",
  "patternProperties",
  "propertyNames",
]);

/** What says nothing about values. What the draft does not know is no more than that either. */
const REST_OF_DRAFT: ReadonlySet<string> = new Set([
  "$anchor",
  "$dynamicAnchor",
  "$dynamicRef",
  "$id",
  "$recursiveRef",
  "additionalItems",
  "contains",
  "contentSchema",
  "dependencies",
  "dependentRequired",
  "dependentSchemas",
  "else",
  "if",
  "maxContains",
  "maxProperties",
  "minContains",
  "minProperties",
  "not",
  "then",
  "unevaluatedItems",
  "unevaluatedProperties",
  "uniqueItems",
]);

export function rootOf(schema: Schema): SchemaNode {
  return { schema, root: schema, at: "" };
}

export function keyword({ schema }: SchemaNode, name: string): unknown {
  return typeof schema === "object" && Object.hasOwn(schema, name) ? schema[name] : undefined;
}

export function numberIn(node: SchemaNode, name: string): number | undefined {
  const value = keyword(node, name);
  return typeof value === "number" ? value : undefined;
}

export function textIn(node: SchemaNode, name: string): string | undefined {
  const value = keyword(node, name);
  return typeof value === "string" ? value : undefined;
}

export function textsIn(node: SchemaNode, name: string): readonly string[] {
  const value = keyword(node, name);
  return Array.isArray(value) ? value.filter((one): one is string => typeof one === "string") : [];
}

/** The schema that a keyword holds; undefined where it says none. */
export function childOf(node: SchemaNode, name: string): SchemaNode | undefined {
  return schemaAt(node, keyword(node, name), name);
}

/** The schemas that a keyword lists. */
export function listedIn(node: SchemaNode, name: string): readonly SchemaNode[] {
  const list = keyword(node, name);
  return Array.isArray(list) ? list.flatMap((one, i) => schemaAt(node, one, name, String(i)) ?? []) : [];
}

/** The schemas that a keyword holds by name. */
export function namedIn(node: SchemaNode, name: string): ReadonlyMap<string, SchemaNode> {
  const named = keyword(node, name);
  if (!isObject(named)) return new Map();
  return new Map(
    Object.entries(named).flatMap(([key, one]): [string, SchemaNode][] => {
      const found = schemaAt(node, one, name, key);
      return found === undefined ? [] : [[key, found]];
    }),
  );
}

/** What `$ref` refers to within the document; undefined where there is none, or it is not there. */
export function referredBy(node: SchemaNode): SchemaNode | undefined {
  const ref = textIn(node, "$ref");
  if (ref === undefined || !/^#(?:\/|$)/.test(ref)) return undefined;
  let found: unknown = node.root;
  for (const part of ref.split("/").slice(1)) {
    const key = decodeURIComponent(part).replaceAll("~1", "/").replaceAll("~0", "~");
    if ((!isObject(found) && !Array.isArray(found)) || !Object.hasOwn(found, key)) return undefined;
    found = (found as Readonly<Record<string, unknown>>)[key];
  }
  return isSchema(found) ? { schema: found, root: node.root, at: ref.slice(1) } : undefined;
}

/** What a schema that does nothing but refer refers to. */
export function meant(node: SchemaNode): SchemaNode {
  let found = node;
  for (let steps = 0; steps < MOST_STEPS; steps++) {
    const next = isObject(found.schema) && Object.keys(found.schema).length === 1 ? referredBy(found) : undefined;
    if (next === undefined) break;
    found = next;
  }
  return found;
}

/** One may refer to itself. */
const MOST_STEPS = 64;

/** The keywords of the draft that are not compared here; what they say is not known. */
export function notCompared(node: SchemaNode): readonly string[] {
  const { schema } = node;
  if (typeof schema === "boolean") return [];
  const found = Object.keys(schema).filter((name) => REST_OF_DRAFT.has(name) && !(name === "not" && refusesAll(node)));
  if (schema.$ref !== undefined && referredBy(node) === undefined) found.push("$ref");
  if (textIn(node, "$comment")?.startsWith(NO_WORDS) === true) found.push("$comment");
  if (Array.isArray(schema.items)) found.push("items"); // a tuple of older drafts
  return found;
}

/** Whether it takes no value, for it says so itself. */
export function refusesAll(node: SchemaNode): boolean {
  const not = keyword(node, "not");
  return (
    node.schema === false ||
    not === true ||
    (isObject(not) && !Object.keys(not).some((name) => COMPARED.has(name) || REST_OF_DRAFT.has(name)))
  );
}

const texts = new WeakMap<object, string>();

/** One text for all that are the same, whatever the order of their members. Of what does not change while it is compared. */
export function canonical(value: unknown): string {
  if (typeof value !== "object" || value === null) return textOf(value);
  const text = texts.get(value) ?? textOf(value);
  texts.set(value, text);
  return text;
}

function textOf(value: unknown): string {
  return JSON.stringify(value, (_key, one: unknown) =>
    isObject(one) ? Object.fromEntries(Object.entries(one).toSorted(([a], [b]) => (a < b ? -1 : 1))) : one,
  );
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isSchema(value: unknown): value is Schema {
  return typeof value === "boolean" || isObject(value);
}

function schemaAt({ root, at }: SchemaNode, schema: unknown, ...path: readonly string[]): SchemaNode | undefined {
  return isSchema(schema) ? { schema, root, at: [at, ...path.map(escaped)].join("/") } : undefined;
}

export function escaped(part: string): string {
  return part.replaceAll("~", "~0").replaceAll("/", "~1");
}
