import { isObject } from "../compatibility/schema-node.ts";

/** Keywords that hold schemas by name. */
const NAMED: ReadonlySet<string> = new Set(["properties", "patternProperties", "definitions", "dependentSchemas"]);
/** Keywords that hold values, in which nothing is a keyword. */
const VALUES: ReadonlySet<string> = new Set(["const", "default", "enum", "examples", "required", "type"]);

/**
 * A JSON Schema of draft 2020-12, as zod writes it, in the words of draft 7, which AsyncAPI's own schemas go by. `place` is where it
 * will stand in the document, as `#/components/schemas/NAME`: references are within documents there.
 */
export function draft07(schema: unknown, place: string): unknown {
  if (!isObject(schema)) return schema;
  const { $ref, ...rest } = schema;
  const { prefixItems, items, ...others } = rest;
  const lists = prefixItems === undefined ? { items } : { items: prefixItems, additionalItems: items };
  const said = Object.entries({ ...others, ...lists }).filter(([, value]) => value !== undefined);
  const made = Object.fromEntries(
    said.map(([name, value]): [string, unknown] => {
      const key = name === "$defs" ? "definitions" : name;
      if (VALUES.has(key)) return [key, value];
      if (NAMED.has(key) && isObject(value))
        return [key, Object.fromEntries(Object.entries(value).map(([each, one]) => [each, draft07(one, place)]))];
      return [key, Array.isArray(value) ? value.map((one: unknown) => draft07(one, place)) : draft07(value, place)];
    }),
  );
  if (typeof $ref !== "string") return made;
  const moved = $ref.startsWith("#") ? place + $ref.slice(1).replace(/^\/\$defs\//, "/definitions/") : $ref;
  // What stands beside a reference is not read in draft 7.
  return Object.keys(made).length === 0
    ? { $ref: moved }
    : { ...made, allOf: [{ $ref: moved }, ...(Array.isArray(made.allOf) ? made.allOf : [])] };
}
