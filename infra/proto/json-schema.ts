import { z } from "zod";

export type Document = { readonly id: string; readonly title: string; readonly about?: Readonly<Record<string, unknown>> };

const DIALECT = "https://json-schema.org/draft/2020-12/schema";

/**
 * A zod schema as a JSON Schema of what may be sent: objects take members they do not name, because fields are added
 * without a new version.
 */
export function schemaOf(schema: z.ZodType, document: Document): Record<string, unknown> {
  return { ...head(document), ...bare(schema) };
}

/** Several schemas in one document, under `#/$defs/<name>`. */
export function schemasOf(schemas: Readonly<Record<string, z.ZodType>>, document: Document): Record<string, unknown> {
  return { ...head(document), $defs: Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, bare(schema, name)])) };
}

function head({ id, title, about }: Document): Record<string, unknown> {
  return { $schema: DIALECT, $id: id, title, ...(about === undefined ? {} : { "x-armada": about }) };
}

/** A recursive schema refers to itself; inside a document of several, that is its place in it. */
function bare(schema: z.ZodType, name?: string): Record<string, unknown> {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: "input", target: "draft-2020-12" });
  if (name !== undefined && JSON.stringify(rest).includes('"$ref"'))
    throw new Error(`${name} refers to itself: give it a document of its own`);
  return rest;
}
