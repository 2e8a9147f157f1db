import { type Alternative, alternativesOf, isOfType, typesOf, valuesOf } from "./alternative.ts";
import { membersOf } from "./member-gaps.ts";
import { keyword, listedIn, namedIn, referredBy, refusesAll, type SchemaNode, textsIn } from "./schema-node.ts";
import { ownValueGaps } from "./value-gaps.ts";

const DEEPEST = 8;
/** Members in members, in which what tells alternatives apart is looked for. */
const DEEPEST_MEMBERS = 2;

/** Whether no value of an alternative of the writer's fits the reader's schema. Said only where it is certain. */
export function isDisjoint(one: Alternative, reader: SchemaNode, depth = 0, within = 0): boolean {
  if (refusesAll(reader)) return true;
  if (depth > DEEPEST || reader.schema === true) return false;
  const types = typesOf(reader);
  const { type, values } = one;
  if (values === undefined && !types.some((other) => sharesValues(type, other))) return true;
  if (values?.every((value) => ownValueGaps(value, "", reader).some(({ kind }) => kind === "value"))) return true;
  const listed = valuesOf(reader);
  if (listed !== undefined && !listed.some((value) => isOfType(value, type))) return true;
  const referred = referredBy(reader);
  if (referred !== undefined && isDisjoint(one, referred, depth + 1, within)) return true;
  if (listedIn(reader, "allOf").some((each) => isDisjoint(one, each, depth + 1, within))) return true;
  for (const name of ["anyOf", "oneOf"])
    if (keyword(reader, name) !== undefined && listedIn(reader, name).every((each) => isDisjoint(one, each, depth + 1, within)))
      return true;
  return type === "object" && values === undefined && within < DEEPEST_MEMBERS && membersDiffer(one, reader, depth, within + 1);
}

/** By a member that is there on both sides and never the same, as the one that tells the alternatives of a union apart. */
function membersDiffer(one: Alternative, reader: SchemaNode, depth: number, within: number): boolean {
  const { named, required, further } = membersOf(one);
  const wanted = textsIn(reader, "required");
  if (further === undefined && wanted.some((name) => !named.has(name))) return true;
  return [...namedIn(reader, "properties")].some(([name, other]) => {
    const node = named.get(name);
    if (node === undefined || !(required.has(name) || wanted.includes(name))) return false;
    return alternativesOf(node).every((alternative) => isDisjoint(alternative, other, depth + 1, within));
  });
}

function sharesValues(one: string, other: string): boolean {
  return one === other || (one === "integer" && other === "number") || (one === "number" && other === "integer");
}
