import { canonical, keyword, listedIn, notCompared, numberIn, referredBy, refusesAll, type SchemaNode, textIn } from "./schema-node.ts";

export type Type = (typeof TYPES)[number];
const TYPES = ["null", "boolean", "number", "integer", "string", "array", "object"] as const;
/** Without `integer`, which is among the numbers. */
const ALL: readonly Type[] = ["null", "boolean", "number", "string", "array", "object"];

/** One kind of value that a schema takes: those of one type for which the keywords of each of `parts` hold, or a few by themselves. */
export type Alternative = {
  readonly type: Type;
  readonly values: readonly unknown[] | undefined;
  readonly parts: readonly SchemaNode[];
  /** Whether members may be there that `parts` do not name. */
  readonly open: boolean;
  readonly at: string;
};

type Conjunction = { readonly parts: readonly SchemaNode[]; readonly open: boolean };
const MOST_CONJUNCTIONS = 512;
const DEEPEST = 64;

/**
 * What a schema takes, as alternatives. Together they take at least all of it: what is not compared, and that of `oneOf` only one may
 * hold, is left out.
 */
export function alternativesOf(node: SchemaNode): readonly Alternative[] {
  const { schema, root, at } = node;
  if (typeof schema === "boolean") return conjunctionsOf(node, 0).flatMap(typed);
  const before = made.get(schema);
  if (before?.node.root === root && before.node.at === at) return before.alternatives;
  const alternatives = conjunctionsOf(node, 0).flatMap(typed);
  made.set(schema, { node, alternatives });
  return alternatives;
}

/** Each schema is asked again for every other that it is compared with. */
const made = new WeakMap<object, { readonly node: SchemaNode; readonly alternatives: readonly Alternative[] }>();

function conjunctionsOf(node: SchemaNode, depth: number): readonly Conjunction[] {
  if (refusesAll(node)) return [];
  const anything = { parts: [{ ...node, schema: true }], open: true };
  if (depth > DEEPEST) return [anything];
  const deeper = (one: SchemaNode): readonly Conjunction[] => conjunctionsOf(one, depth + 1);
  let found: readonly Conjunction[] = [{ parts: [node], open: notCompared(node).length > 0 }];
  const referred = referredBy(node);
  const together = [...(referred === undefined ? [] : [referred]), ...listedIn(node, "allOf")].map(deeper);
  const either = ["anyOf", "oneOf"].flatMap((name) => (keyword(node, name) === undefined ? [] : [listedIn(node, name).flatMap(deeper)]));
  for (const others of [...together, ...either]) {
    if (found.length * others.length > MOST_CONJUNCTIONS) return [anything];
    found = found.flatMap((one) => others.map((other) => ({ parts: [...one.parts, ...other.parts], open: one.open || other.open })));
  }
  return found;
}

function typed({ parts, open }: Conjunction): readonly Alternative[] {
  const at = parts.at(-1)?.at ?? "";
  const types = parts.map(typesOf).reduce(inBoth, ALL);
  const listed = parts.flatMap((part) => valuesOf(part) ?? []);
  const values = parts.some((part) => valuesOf(part) !== undefined)
    ? unique(listed).filter((value) => parts.every((part) => isAmong(value, valuesOf(part))))
    : undefined;
  return types.flatMap((type): Alternative[] => {
    const own =
      values?.filter((value) => isOfType(value, type)) ?? (type === "boolean" ? [false, true] : type === "null" ? [null] : undefined);
    return own?.length === 0 ? [] : [{ type, values: own, parts, open, at }];
  });
}

/** The types that a schema's `type` allows; all, where it says none. */
export function typesOf(node: SchemaNode): readonly Type[] {
  const said = keyword(node, "type");
  if (said === undefined) return ALL;
  const types = TYPES.filter((type) => [said].flat().includes(type));
  return types.includes("number") ? types.filter((type) => type !== "integer") : types;
}

/** The values that a schema lists by `enum` and `const`; undefined where it lists none. */
export function valuesOf(node: SchemaNode): readonly unknown[] | undefined {
  const listed = keyword(node, "enum");
  const only = keyword(node, "const");
  if (!Array.isArray(listed)) return only === undefined ? undefined : [only];
  return only === undefined ? listed : listed.filter((value) => canonical(value) === canonical(only));
}

export function isAmong(value: unknown, values: readonly unknown[] | undefined): boolean {
  if (values === undefined) return true;
  const texts = textsOf.get(values) ?? new Set(values.map(canonical));
  textsOf.set(values, texts);
  return texts.has(canonical(value));
}

const textsOf = new WeakMap<readonly unknown[], ReadonlySet<string>>();

export function isOfType(value: unknown, type: Type): boolean {
  if (type === "integer") return Number.isInteger(value);
  if (type === "null") return value === null;
  if (type === "array") return Array.isArray(value);
  if (type === "object") return typeof value === "object" && value !== null && !Array.isArray(value);
  return typeof value === type;
}

/** The greatest, by `most`, of what the parts say of a keyword. */
export function strictest({ parts }: Alternative, name: string, most: (...values: number[]) => number): number | undefined {
  const said = parts.flatMap((part) => numberIn(part, name) ?? []);
  return said.length === 0 ? undefined : most(...said);
}

/** All texts that the parts say of a keyword. */
export function said({ parts }: Alternative, name: string): readonly string[] {
  return parts.flatMap((part) => textIn(part, name) ?? []);
}

function inBoth(some: readonly Type[], others: readonly Type[]): readonly Type[] {
  const both = some.filter((type) => others.includes(type));
  const integers = (one: readonly Type[], other: readonly Type[]): boolean => one.includes("integer") && other.includes("number");
  return integers(some, others) || integers(others, some) ? [...both, "integer"] : both;
}

function unique(values: readonly unknown[]): readonly unknown[] {
  return [...new Map(values.map((value) => [canonical(value), value])).values()];
}
