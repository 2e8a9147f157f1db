import { distance } from "fastest-levenshtein";
import { z } from "zod";
import { Config, type Field, fields } from "./schema.ts";

/** One setting of the schema. */
export type Leaf = Field & {
  /** `gateway.port`. */
  readonly path: string;
  readonly schema: z.ZodType;
  readonly variables: readonly string[];
  /** Set where every name below the path is a setting of its own, as `replicas.<team>`. */
  readonly each: z.ZodType | undefined;
};

/** Every setting, in the schema's order. */
export const leaves: readonly Leaf[] = leavesOf(Config, "");

function leavesOf(schema: z.ZodObject, prefix: string): Leaf[] {
  return Object.entries<unknown>(schema.shape).flatMap(([name, given]): Leaf[] => {
    const path = `${prefix}${name}`;
    if (!(given instanceof z.ZodType)) throw new Error(`${path} is no schema`);
    const inner: unknown = given instanceof z.ZodPrefault || given instanceof z.ZodDefault ? given.unwrap() : given;
    if (inner instanceof z.ZodObject) return leavesOf(inner, `${path}.`);
    const field = fields.get(given);
    if (field === undefined) throw new Error(`${path} says nothing about itself`);
    const each: unknown = inner instanceof z.ZodRecord ? inner.valueType : undefined;
    return [
      { ...field, path, schema: given, variables: field.env ?? [variableOf(path)], each: each instanceof z.ZodType ? each : undefined },
    ];
  });
}

/** `gateway.acceptUndeclared` as `ARMADA_GATEWAY_ACCEPT_UNDECLARED`. */
export function variableOf(path: string): string {
  return `ARMADA_${path.replaceAll(/[A-Z]/g, "_$&").replaceAll(".", "_").toUpperCase()}`;
}

/** A text of the environment or the command line as its setting wants it; left as it is where it does not look so. */
export function readText(schema: z.ZodType, text: string): unknown {
  const { type } = z.toJSONSchema(schema, { unrepresentable: "any", io: "input" });
  if ((type === "number" || type === "integer") && text.trim() !== "" && Number.isFinite(Number(text))) return Number(text);
  if (type === "boolean" && (text === "true" || text === "false")) return text === "true";
  return text;
}

/** The known path most like `name`: one that holds its last part, else the one of fewest edits. */
export function nearest(known: readonly string[], name: string): string | undefined {
  const wanted = name.slice(0, 100).toLowerCase();
  const last = wanted.split(".").at(-1) ?? wanted;
  const rank = (one: string): number =>
    (last.length > 2 && one.toLowerCase().includes(last) ? 0 : 1_000) + distance(one.toLowerCase(), wanted);
  return [...known].sort((a, b) => rank(a) - rank(b))[0];
}
