import { fitted } from "@armada/models";
import { z } from "zod";

/** Of a schema that a sandbox asks with: JSON Schemas, since a schema's code cannot leave it. */
type Json = Readonly<Record<string, unknown>>;
type Override = NonNullable<z.core.ToJSONSchemaParams["override"]>;

/** What of a text code of the schema's may make fit (`trim`), or JSON Schema cannot say as it is meant (a pattern's flags). */
const OF_TEXTS = ["pattern", "allOf", "format", "minLength", "maxLength"] as const;

/** What the model is shown. */
export function shownOf(schema: z.ZodType): Json {
  return jsonOf(schema);
}

/** What any answer is like that the schema reads: the replica checks no more, the sandbox the rest. */
export function shapeOf(schema: z.ZodType): Json {
  return jsonOf(schema, ({ zodSchema, jsonSchema }) => {
    const { def } = zodSchema._zod;
    if (def.type === "string") for (const name of OF_TEXTS) delete jsonSchema[name];
    const takesAll = def.type === "catch" || (def.type === "pipe" && def.in._zod.def.type === "transform");
    if (takesAll) for (const name of Object.keys(jsonSchema)) delete jsonSchema[name];
  });
}

/** Shows itself as `schema` and takes what fits `shape`, with nulls for what is not given, as it is. */
export function readBy({ schema, shape }: { readonly schema: Json; readonly shape: Json }): z.ZodType {
  const fits = z.fromJSONSchema(shape);
  return z
    .unknown()
    .refine((value) => "value" in fitted(fits, value), "does not fit its JSON Schema")
    .meta(schema);
}

function jsonOf(schema: z.ZodType, override?: Override): Json {
  const how = { io: "input", unrepresentable: "any", cycles: "ref", reused: "inline" } as const;
  const { $schema: _, ...json } = z.toJSONSchema(schema, override === undefined ? how : { ...how, override });
  return json;
}
