import type { z } from "zod";
import { nullsLeftOut } from "./left-out.ts";

/** What was read, or the schema's error and its first three issues as a text. */
export type Fitted<T> = { readonly value: T } | { readonly error: z.ZodError; readonly why: string };

/** What the schema reads of a model's JSON; where it reads nothing, once more with the nulls left out that mean "not given". */
export function fitted<T>(schema: z.ZodType<T>, json: unknown): Fitted<T> {
  const plain = schema.safeParse(json);
  const parsed = plain.success ? plain : schema.safeParse(nullsLeftOut(schema, json));
  if (parsed.success) return { value: parsed.data };
  const why = parsed.error.issues.slice(0, 3).map((issue) => `${["$", ...issue.path].join(".")}: ${issue.message}`);
  return { error: parsed.error, why: why.join("; ") };
}
