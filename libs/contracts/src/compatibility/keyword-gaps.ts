import { type Alternative, said, strictest, typesOf, valuesOf } from "./alternative.ts";
import type { Compare, Gap } from "./gap.ts";
import { memberGaps } from "./member-gaps.ts";
import { childOf, keyword, listedIn, numberIn, type SchemaNode, textIn } from "./schema-node.ts";

/** What the reader's own keywords, those that refer to other schemas left out, do not take of an alternative that lists no values. */
export function ownGaps(one: Alternative, reader: SchemaNode, compare: Compare): readonly Gap[] {
  const { type, at } = one;
  const types = typesOf(reader);
  const fits = types.includes(type) || (type === "integer" && types.includes("number"));
  if (!fits && !(type === "number" && types.includes("integer") && isWhole(one))) return [{ at, kind: "type", type }];
  const values = valuesOf(reader);
  if (values !== undefined) return [{ at, kind: "listed", values }];
  if (type === "string") return [...lengthGaps(one, reader, "minLength", "maxLength"), ...textGaps(one, reader)];
  if (type === "number" || type === "integer") return numberGaps(one, reader);
  if (type === "array") return itemGaps(one, reader, compare);
  return type === "object" ? memberGaps(one, reader, compare) : [];
}

function numberGaps(one: Alternative, reader: SchemaNode): readonly Gap[] {
  const whole = isWhole(one);
  const [least, above] = [strictest(one, "minimum", Math.max), strictest(one, "exclusiveMinimum", Math.max)];
  const [most, below] = [strictest(one, "maximum", Math.min), strictest(one, "exclusiveMaximum", Math.min)];
  const lowest = Math.max(
    low(least, Math.ceil),
    low(above, (bound) => (Number.isInteger(bound) ? bound + 1 : Math.ceil(bound))),
  );
  const highest = Math.min(
    high(most, Math.floor),
    high(below, (bound) => (Number.isInteger(bound) ? bound - 1 : Math.floor(bound))),
  );
  const gap = (name: string, writer: number | undefined, fits: (bound: number) => boolean): readonly Gap[] => {
    const bound = numberIn(reader, name);
    return bound === undefined || fits(bound) ? [] : [{ at: one.at, kind: "bound", keyword: name, writer, reader: bound }];
  };
  function low(bound: number | undefined, toWhole: (bound: number) => number): number {
    return bound === undefined ? Number.NEGATIVE_INFINITY : whole ? toWhole(bound) : bound;
  }
  function high(bound: number | undefined, toWhole: (bound: number) => number): number {
    return bound === undefined ? Number.POSITIVE_INFINITY : whole ? toWhole(bound) : bound;
  }
  return [
    ...gap("minimum", least ?? above, (bound) => lowest >= bound),
    ...gap("exclusiveMinimum", above ?? least, (bound) => lowest > bound || (!whole && above !== undefined && above >= bound)),
    ...gap("maximum", most ?? below, (bound) => highest <= bound),
    ...gap("exclusiveMaximum", below ?? most, (bound) => highest < bound || (!whole && below !== undefined && below <= bound)),
    ...multipleGaps(one, reader),
  ];
}

/** Of fractions it is not told whether one is a multiple of another: floats round. */
function multipleGaps(one: Alternative, reader: SchemaNode): readonly Gap[] {
  const wanted = numberIn(reader, "multipleOf");
  if (wanted === undefined) return [];
  const given = one.parts.flatMap((part) => numberIn(part, "multipleOf") ?? []);
  const whole = [...given, ...(one.type === "integer" ? [1] : [])].filter(Number.isInteger);
  const fits = given.includes(wanted) || (Number.isInteger(wanted) && whole.some((step) => step % wanted === 0));
  return fits ? [] : [{ at: one.at, kind: "bound", keyword: "multipleOf", writer: given[0], reader: wanted }];
}

function isWhole({ type, parts }: Alternative): boolean {
  return type === "integer" || parts.some((part) => Number.isInteger(numberIn(part, "multipleOf")));
}

function lengthGaps(one: Alternative, reader: SchemaNode, least: string, most: string, highest?: number): readonly Gap[] {
  const lower = strictest(one, least, Math.max);
  const upper = Math.min(strictest(one, most, Math.min) ?? Number.POSITIVE_INFINITY, highest ?? Number.POSITIVE_INFINITY);
  const [from, to] = [numberIn(reader, least), numberIn(reader, most)];
  const bound = (name: string, writer: number | undefined, wanted: number): Gap => ({
    at: one.at,
    kind: "bound",
    keyword: name,
    writer,
    reader: wanted,
  });
  return [
    ...(from !== undefined && (lower ?? 0) < from ? [bound(least, lower, from)] : []),
    ...(to !== undefined && upper > to ? [bound(most, Number.isFinite(upper) ? upper : undefined, to)] : []),
  ];
}

/** One pattern is never told to be within another: they have to be the same. */
function textGaps(one: Alternative, reader: SchemaNode): readonly Gap[] {
  return ["pattern", "format", "contentEncoding"].flatMap((name): Gap[] => {
    const wanted = textIn(reader, name);
    const writer = said(one, name);
    return wanted === undefined || writer.includes(wanted) ? [] : [{ at: one.at, kind: "text", keyword: name, writer, reader: wanted }];
  });
}

function itemGaps(one: Alternative, reader: SchemaNode, { gaps }: Compare): readonly Gap[] {
  // Of several parts that speak of items one is taken, which is more than all of them take together.
  const part = one.parts.find((each) => keyword(each, "prefixItems") !== undefined || keyword(each, "items") !== undefined);
  const written = { first: part === undefined ? [] : listedIn(part, "prefixItems"), rest: part && childOf(part, "items") };
  const read = { first: listedIn(reader, "prefixItems"), rest: childOf(reader, "items") };
  const anything = (at: string): SchemaNode => ({ schema: true, root: true, at: `${at}/items` });
  const most = Math.min(
    strictest(one, "maxItems", Math.min) ?? Number.POSITIVE_INFINITY,
    written.rest?.schema === false ? written.first.length : Number.POSITIVE_INFINITY,
  );
  const closedAt = read.rest?.schema === false ? read.first.length : Number.POSITIVE_INFINITY;
  const named = Math.max(written.first.length, read.first.length);
  const found: Gap[] = [...lengthGaps(one, reader, "minItems", "maxItems", most)];
  if (most > closedAt)
    found.push({ at: one.at, kind: "bound", keyword: "maxItems", writer: Number.isFinite(most) ? most : undefined, reader: closedAt });
  for (let i = 0; i <= named && i < most && i < closedAt; i++) {
    const other = read.first[i] ?? read.rest;
    if (other !== undefined) found.push(...gaps(written.first[i] ?? written.rest ?? anything(one.at), other));
  }
  return found;
}
