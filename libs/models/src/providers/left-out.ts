import { z } from "zod";

/**
 * The value with each `null` left out that stands for an optional property which may not be null: models that are shown a schema
 * write it so. All else stays as it is, records, whose keys are data, too.
 */
export function nullsLeftOut(schema: z.core.$ZodType, value: unknown): unknown {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  switch (def.type) {
    case "object":
      return isObject(value) ? inObject(def.shape, value) : value;
    case "array":
      return Array.isArray(value) ? value.map((item) => nullsLeftOut(def.element, item)) : value;
    case "tuple":
      return Array.isArray(value)
        ? value.map((item, i) => {
            const at = def.items[i] ?? def.rest;
            return at == null ? item : nullsLeftOut(at, item);
          })
        : value;
    case "record":
      return isObject(value)
        ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, nullsLeftOut(def.valueType, item)]))
        : value;
    case "union":
      return inUnion(def.options, value);
    case "intersection":
      return nullsLeftOut(def.right, nullsLeftOut(def.left, value));
    case "pipe":
      return nullsLeftOut(def.in, value);
    case "lazy":
      return nullsLeftOut(def.getter(), value);
    case "optional":
    case "nullable":
    case "nonoptional":
    case "default":
    case "prefault":
    case "catch":
    case "readonly":
      return nullsLeftOut(def.innerType, value);
    default:
      return value;
  }
}

function inObject(shape: Readonly<Record<string, z.core.$ZodType>>, value: Readonly<Record<string, unknown>>): unknown {
  const kept = Object.entries(value).flatMap(([name, item]): [string, unknown][] => {
    const property = Object.hasOwn(shape, name) ? shape[name] : undefined;
    if (property === undefined) return [[name, item]];
    if (item === null && !reads(property, null) && reads(property, undefined)) return [];
    return [[name, nullsLeftOut(property, item)]];
  });
  return Object.fromEntries(kept);
}

/** As the first of the union that then reads it. */
function inUnion(options: readonly z.core.$ZodType[], value: unknown): unknown {
  for (const option of options) {
    const without = nullsLeftOut(option, value);
    if (reads(option, without)) return without;
  }
  return value;
}

function reads(schema: z.core.$ZodType, value: unknown): boolean {
  return z.safeParse(schema, value).success;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
