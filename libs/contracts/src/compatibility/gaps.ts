import { type Alternative, alternativesOf } from "./alternative.ts";
import { isDisjoint } from "./disjoint.ts";
import { type Compare, type Gap, isGap, single } from "./gap.ts";
import { ownGaps } from "./keyword-gaps.ts";
import { unnamedIn } from "./member-gaps.ts";
import {
  canonical,
  isObject,
  keyword,
  listedIn,
  meant,
  notCompared,
  referredBy,
  refusesAll,
  rootOf,
  type Schema,
  type SchemaNode,
} from "./schema-node.ts";
import { ownValueGaps } from "./value-gaps.ts";

const DEEPEST = 256;

/**
 * What a reader's schema does not take of what is written by the writer's: none, where every value that the writer's takes, and that
 * has no members but those it speaks of, fits the reader's. What cannot be told is a gap of the kind `unknown`. The kind `unnamed` is
 * none: it tells of a field that the reader takes and does not name.
 *
 *     writer ─ alternatives ─┬─ values by themselves ─┐
 *                            └─ of one type ──────────┴─ each against the reader's own keywords, $ref and allOf, and one of its anyOf
 */
export function gapsBetween(writer: Schema, reader: Schema): readonly Gap[] {
  const fitting = new Map<unknown, Set<unknown>>();
  const supposed: { readonly others: Set<unknown>; readonly other: unknown }[] = [];
  const known = new Map<unknown, Map<unknown, { readonly at: string; readonly found: readonly Gap[] }>>();
  let depth = 0;
  const compare: Compare = { gaps, valueGaps };
  return gaps(rootOf(writer), rootOf(reader));

  /**
   * Each pair is looked at once. While it is, it is supposed to fit: whatever a schema that refers to itself takes is finite, so where
   * nothing else differs, coming round again tells nothing new. What fits by a supposition that was wrong is looked at again.
   */
  function gaps(writes: SchemaNode, reads: SchemaNode): readonly Gap[] {
    const [one, other] = [meant(writes), meant(reads)];
    if (areSame(one, other)) return [];
    const others = fitting.get(one.schema) ?? new Set();
    if (isObject(one.schema) && others.has(other.schema)) return [];
    const before = known.get(one.schema)?.get(other.schema);
    if (before?.at === one.at) return before.found;
    if (depth > DEEPEST) return [unknown(one.at, "it is nested too deeply")];
    const from = supposed.length;
    fitting.set(one.schema, others.add(other.schema));
    supposed.push({ others, other: other.schema });
    depth += 1;
    const readers = alternativesOf(other);
    const each = alternativesOf(one).flatMap((alternative) => {
      const own = against(alternative, other);
      const unnamed = alternative.type === "object" ? unnamedIn(alternative, readers) : [];
      return [...own, ...unnamed.filter(({ at }) => !own.some((gap) => gap.at === at))];
    });
    depth -= 1;
    const found = [...new Map(each.map((gap) => [canonical(gap), gap])).values()];
    if (!found.some(isGap)) return found;
    for (const wrong of supposed.splice(from)) wrong.others.delete(wrong.other);
    known.set(one.schema, (known.get(one.schema) ?? new Map()).set(other.schema, { at: one.at, found }));
    return found;
  }

  /** Values go one by one: what takes one need not take the other. */
  function against(one: Alternative, reader: SchemaNode): readonly Gap[] {
    if (one.values === undefined) return alternativeGaps(one, reader);
    const found = one.values.flatMap((value) => valueGaps(value, one.at, reader));
    const all = (one.type === "boolean" || one.type === "null") && found.length === one.values.length;
    return all && found.every(({ kind }) => kind === "value") ? [{ at: one.at, kind: "type", type: one.type }] : found;
  }

  function valueGaps(value: unknown, at: string, reader: SchemaNode): readonly Gap[] {
    return alternativeGaps(single(value, at), reader);
  }

  function alternativeGaps(one: Alternative, reader: SchemaNode): readonly Gap[] {
    const { at, type } = one;
    if (reader.schema === true) return [];
    if (refusesAll(reader))
      return one.values === undefined ? [{ at, kind: "type", type }] : one.values.map((value) => ({ at, kind: "value", value }));
    const referred = referredBy(reader);
    const own = one.values === undefined ? ownGaps(one, reader, compare) : one.values.flatMap((value) => ownValueGaps(value, at, reader));
    return [
      ...notCompared(reader).map((name) => unknown(at, `what \`${name}\` says`)),
      ...own,
      ...(referred === undefined ? [] : deeper(one, referred)),
      ...listedIn(reader, "allOf").flatMap((each) => alternativeGaps(one, each)),
      ...(keyword(reader, "anyOf") === undefined ? [] : unionGaps(one, listedIn(reader, "anyOf"))),
      ...(keyword(reader, "oneOf") === undefined
        ? []
        : [...unionGaps(one, listedIn(reader, "oneOf")), ...overlaps(one, listedIn(reader, "oneOf"))]),
    ];
  }

  function deeper(one: Alternative, reader: SchemaNode): readonly Gap[] {
    if (depth > DEEPEST) return [unknown(one.at, "it refers to itself")];
    depth += 1;
    const found = alternativeGaps(one, reader);
    depth -= 1;
    return found;
  }

  /** What is said of several is said of the one that comes nearest. */
  function unionGaps(one: Alternative, readers: readonly SchemaNode[]): readonly Gap[] {
    const near = readers.filter((reader) => !isDisjoint(one, reader));
    const found = near.map((reader) => alternativeGaps(one, reader));
    const taken = found.find((gaps) => !gaps.some(isGap));
    if (taken !== undefined) return taken;
    const [nearest] = found.toSorted((a, b) => a.length - b.length);
    if (nearest !== undefined) return nearest;
    return one.values === undefined
      ? [{ at: one.at, kind: "alternative" }]
      : one.values.map((value) => ({ at: one.at, kind: "value", value }));
  }

  function overlaps(one: Alternative, readers: readonly SchemaNode[]): readonly Gap[] {
    const perhaps = readers.filter((reader) => !isDisjoint(one, reader));
    return perhaps.length > 1 ? [unknown(one.at, "whether more than one alternative of `oneOf` takes it")] : [];
  }
}

function unknown(at: string, why: string): Gap {
  return { at, kind: "unknown", why };
}

/** The same text means the same, unless it refers to a document that is another one. */
function areSame(one: SchemaNode, other: SchemaNode): boolean {
  const text = canonical(one.schema);
  return text === canonical(other.schema) && (!text.includes('"$ref"') || canonical(one.root) === canonical(other.root));
}
