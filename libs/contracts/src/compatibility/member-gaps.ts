import { type Alternative, alternativesOf } from "./alternative.ts";
import { type Compare, type Gap, isGap } from "./gap.ts";
import { childOf, escaped, namedIn, type SchemaNode, textsIn } from "./schema-node.ts";
import { matched } from "./value-gaps.ts";

/** What an object of the writer's may hold. */
export type Members = {
  readonly named: ReadonlyMap<string, SchemaNode>;
  readonly required: ReadonlySet<string>;
  /** What further members are; undefined: there are none. A writer sends what its schema names, unless that says more. */
  readonly further: SchemaNode | undefined;
  /** What their names are. */
  readonly names: SchemaNode | undefined;
};

export function membersOf(one: Alternative): Members {
  const before = made.get(one);
  if (before !== undefined) return before;
  const members = membersIn(one);
  made.set(one, members);
  return members;
}

const made = new WeakMap<Alternative, Members>();

function membersIn({ parts, open, at }: Alternative): Members {
  const named = new Map<string, SchemaNode>();
  for (const part of parts)
    for (const [name, node] of namedIn(part, "properties")) {
      const before = named.get(name);
      named.set(name, before === undefined ? node : { ...node, schema: { allOf: [before.schema, node.schema] } });
    }
  const required = new Set(parts.flatMap((part) => textsIn(part, "required")));
  const further = parts.flatMap((part) => childOf(part, "additionalProperties") ?? []);
  const patterned = parts.some((part) => namedIn(part, "patternProperties").size > 0);
  const anything = { schema: true, root: true, at: `${at}/additionalProperties` };
  const [rest] = patterned ? [anything] : further.length > 0 ? further : open ? [anything] : [];
  for (const name of required) if (!named.has(name)) named.set(name, rest ?? { ...anything, at: `${at}/properties/${escaped(name)}` });
  const names = parts.flatMap((part) => childOf(part, "propertyNames") ?? [])[0];
  return { named, required, further: rest?.schema === false ? undefined : rest, names };
}

/** The fields that an object of the writer's may have and that none of the reader's alternatives names or speaks of. */
export function unnamedIn(one: Alternative, readers: readonly Alternative[]): readonly Gap[] {
  const objects = readers.filter(({ type }) => type === "object").map(membersOf);
  if (objects.length === 0) return [];
  return [...membersOf(one).named].flatMap(([field, node]): Gap[] => {
    const speaks = objects.some(({ named, further }) => named.has(field) || (further !== undefined && !takesAll(further)));
    return speaks || alternativesOf(node).length === 0 ? [] : [{ at: node.at, kind: "unnamed", field }];
  });
}

function takesAll({ schema }: SchemaNode): boolean {
  return schema === true || (typeof schema === "object" && Object.keys(schema).length === 0);
}

/** What the reader's own keywords about members do not take. */
export function memberGaps(one: Alternative, reader: SchemaNode, compare: Compare): readonly Gap[] {
  const { named, required, further, names } = membersOf(one);
  const known = namedIn(reader, "properties");
  const patterns = namedIn(reader, "patternProperties");
  const rest = childOf(reader, "additionalProperties");
  const readNames = childOf(reader, "propertyNames");
  const there = [...named].filter(([name, node]) => required.has(name) || alternativesOf(node).length > 0);
  if (there.some(([name, node]) => required.has(name) && alternativesOf(node).length === 0)) return []; // no object is like that

  const found: Gap[] = [];
  const place = (name: string): string => named.get(name)?.at ?? `${one.at}/properties/${escaped(name)}`;
  for (const field of textsIn(reader, "required"))
    if (!required.has(field)) found.push({ at: place(field), kind: "required", field, named: named.has(field) });
  for (const [field, node] of there) {
    const takers = takersOf(field);
    for (const taker of takers)
      found.push(...(taker.schema === false ? [{ at: node.at, kind: "refused" as const, field }] : compare.gaps(node, taker)));
    if (readNames !== undefined && compare.valueGaps(field, node.at, readNames).some(isGap))
      found.push({ at: node.at, kind: "refused", field });
  }
  if (further === undefined) return found;
  for (const [field, node] of known)
    if (!named.has(field) && mayBe(field)) found.push(...compare.gaps({ ...further, at: `${one.at}/properties/${escaped(field)}` }, node));
  for (const node of patterns.values()) found.push(...compare.gaps(further, node));
  if (rest?.schema === false) found.push({ at: one.at, kind: "refused", field: undefined });
  else if (rest !== undefined) found.push(...compare.gaps(further, rest));
  if (readNames !== undefined)
    found.push(...compare.gaps(names ?? { schema: { type: "string" }, root: true, at: `${one.at}/propertyNames` }, readNames));
  return found;

  function takersOf(field: string): readonly SchemaNode[] {
    const own = known.get(field);
    const byPattern = [...patterns].flatMap(([pattern, node]) => (matched(pattern, field) === false ? [] : [node]));
    const takers = [...(own === undefined ? [] : [own]), ...byPattern];
    return takers.length > 0 || rest === undefined ? takers : [rest];
  }
  function mayBe(field: string): boolean {
    return names === undefined || !compare.valueGaps(field, one.at, names).some(({ kind }) => kind === "value");
  }
}
