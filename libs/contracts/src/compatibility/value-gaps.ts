import { isAmong, isOfType, typesOf, valuesOf } from "./alternative.ts";
import type { Gap } from "./gap.ts";
import { isObject, keyword, numberIn, type SchemaNode, textIn } from "./schema-node.ts";

const INSIDE = [
  "properties",
  "required",
  "additionalProperties",
  "patternProperties",
  "propertyNames",
  "items",
  "prefixItems",
  "minItems",
  "maxItems",
];

/** What the reader's own keywords, those that refer to other schemas left out, do not take of one value. */
export function ownValueGaps(value: unknown, at: string, reader: SchemaNode): readonly Gap[] {
  const type = typesOf(reader).find((one) => isOfType(value, one));
  if (type === undefined || !isAmong(value, valuesOf(reader))) return [{ at, kind: "value", value }];
  if (typeof value === "number") return fitsNumber(value, reader) ? [] : [{ at, kind: "value", value }];
  if (typeof value === "string") return textGaps(value, at, reader);
  const inside = (Array.isArray(value) || isObject(value)) && INSIDE.some((name) => keyword(reader, name) !== undefined);
  return inside ? [{ at, kind: "unknown", why: "a value that is an object or an array is not looked into" }] : [];
}

function fitsNumber(value: number, reader: SchemaNode): boolean {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf } = {
    minimum: numberIn(reader, "minimum") ?? Number.NEGATIVE_INFINITY,
    maximum: numberIn(reader, "maximum") ?? Number.POSITIVE_INFINITY,
    exclusiveMinimum: numberIn(reader, "exclusiveMinimum") ?? Number.NEGATIVE_INFINITY,
    exclusiveMaximum: numberIn(reader, "exclusiveMaximum") ?? Number.POSITIVE_INFINITY,
    multipleOf: numberIn(reader, "multipleOf"),
  };
  const within = value >= minimum && value <= maximum && value > exclusiveMinimum && value < exclusiveMaximum;
  return within && (multipleOf === undefined || Number.isInteger(value / multipleOf));
}

function textGaps(value: string, at: string, reader: SchemaNode): readonly Gap[] {
  const length = Array.from(value).length;
  const pattern = textIn(reader, "pattern");
  const short = length < (numberIn(reader, "minLength") ?? 0) || length > (numberIn(reader, "maxLength") ?? Number.POSITIVE_INFINITY);
  const matches = pattern === undefined ? true : matched(pattern, value);
  if (short || matches === false) return [{ at, kind: "value", value }];
  if (matches === undefined) return [{ at, kind: "unknown", why: `pattern ${pattern} is no regular expression here` }];
  const format = ["format", "contentEncoding"].find((name) => keyword(reader, name) !== undefined);
  if (format === undefined) return [];
  return [{ at, kind: "unknown", why: `whether ${JSON.stringify(value)} is of the ${format} ${textIn(reader, format)}` }];
}

/** Whether a text matches; undefined for what is no expression. */
export function matched(pattern: string, text: string): boolean | undefined {
  try {
    return new RegExp(pattern, "u").test(text);
  } catch {
    return undefined; // who asks says so
  }
}
