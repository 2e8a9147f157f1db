/** A number from 0 up, another one each time. */
type Chance = () => number;
type Json = { readonly [keyword: string]: unknown };

const TRIES = 60;
const SCALARS: readonly unknown[] = [
  null,
  true,
  false,
  0,
  1,
  2,
  3,
  -2,
  0.5,
  1.5,
  6,
  "",
  "a",
  "ab",
  "abb",
  "b",
  "bb",
  "xyz",
  "9",
  "aaab",
  "c",
];
const NAMES = ["a", "b", "kind", "of", "v", "next", "kk", "zz"];

/** Values that fit a writer's schema, or nearly, some bent towards what the reader speaks of. Who takes them, judges. */
export function* witnesses(writer: Json, reader: Json, chance: Chance): Generator<unknown> {
  for (let i = 0; i < TRIES; i++) {
    const bent = i % 3 === 0 ? reader : writer;
    yield drawnOf(writer, writer, bent, chance, 0);
  }
}

function drawnOf(schema: unknown, root: Json, other: unknown, chance: Chance, depth: number): unknown {
  if (depth > 5 || typeof schema !== "object" || schema === null) return pick(SCALARS, chance);
  const one = schema as Json;
  const beside = typeof other === "object" && other !== null ? (other as Json) : one;
  if (typeof one.$ref === "string") {
    const [, , name = ""] = one.$ref.split("/");
    return drawnOf((root.$defs as Json)[name], root, other, chance, depth + 1);
  }
  for (const name of ["anyOf", "oneOf"])
    if (Array.isArray(one[name]))
      return drawnOf(
        pick(one[name], chance),
        root,
        pick([...(Array.isArray(beside[name]) ? beside[name] : [beside])], chance),
        chance,
        depth + 1,
      );
  if (Array.isArray(one.allOf)) {
    const made = one.allOf.map((each: unknown) => drawnOf(each, root, other, chance, depth + 1));
    return made.every((value) => typeof value === "object" && value !== null && !Array.isArray(value))
      ? Object.assign({}, ...made)
      : pick(made, chance);
  }
  if ("const" in one) return one.const;
  if (Array.isArray(one.enum)) return pick(one.enum, chance);
  const type = pick([one.type ?? pick(["string", "number", "object", "array", "null"], chance)].flat(), chance);
  if (type === "string")
    return pick(
      SCALARS.filter((value) => typeof value === "string"),
      chance,
    );
  if (type === "number" || type === "integer") return numberOf(one, beside, type, chance);
  if (type === "array") return arrayOf(one, root, beside, chance, depth);
  if (type === "object") return objectOf(one, root, beside, chance, depth);
  return type === "null" ? null : chance() % 2 === 0;
}

function numberOf(one: Json, beside: Json, type: unknown, chance: Chance): number {
  const bounds = ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"].flatMap((name) => [one[name], beside[name]]);
  const near = [...bounds.filter((bound) => typeof bound === "number"), 0].flatMap((bound) => [bound, bound - 1, bound + 1, bound + 0.5]);
  const all = type === "integer" ? near.filter(Number.isInteger) : near;
  return pick([...all, -6, 6, 12, 30, -30], chance);
}

function arrayOf(one: Json, root: Json, beside: Json, chance: Chance, depth: number): unknown[] {
  const first = Array.isArray(one.prefixItems) ? one.prefixItems : [];
  const others = Array.isArray(beside.prefixItems) ? beside.prefixItems : [];
  const least = typeof one.minItems === "number" ? one.minItems : 0;
  const length = pick([least, first.length, least + 1, first.length + 1, others.length, others.length + 1], chance);
  return Array.from({ length }, (_none, i) =>
    drawnOf(first[i] ?? one.items ?? {}, root, others[i] ?? beside.items ?? {}, chance, depth + 1),
  );
}

function objectOf(one: Json, root: Json, beside: Json, chance: Chance, depth: number): Json {
  const properties = (one.properties ?? {}) as Json;
  const others = (beside.properties ?? {}) as Json;
  const required = Array.isArray(one.required) ? one.required.map(String) : [];
  const made: Record<string, unknown> = {};
  for (const name of new Set([...Object.keys(properties), ...required]))
    if (required.includes(name) || chance() % 3 > 0)
      made[name] = drawnOf(properties[name] ?? one.additionalProperties ?? {}, root, others[name], chance, depth + 1);
  if (one.additionalProperties !== undefined || one.patternProperties !== undefined)
    for (let i = chance() % 3; i > 0; i--) {
      const name = pick([...Object.keys(others), ...NAMES], chance);
      const by = name.startsWith("k")
        ? ((one.patternProperties as Json | undefined)?.["^k"] ?? one.additionalProperties)
        : one.additionalProperties;
      if (!(name in properties)) made[name] = drawnOf(by ?? {}, root, others[name], chance, depth + 1);
    }
  return made;
}

function pick<T>(list: readonly T[], chance: Chance): T {
  return list[chance() % list.length] as T;
}
