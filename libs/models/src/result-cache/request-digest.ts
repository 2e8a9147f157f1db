import { hash } from "node:crypto";
import { z } from "zod";
import type { ModelRequest } from "../port.ts";

/** What an answer depends on beside the request itself. */
export type RequestAbout = {
  /** The model that the request's tier maps to. */
  readonly model: string;
  /** The tools that the model may use, as the provider is told of them. */
  readonly tools?: readonly unknown[];
};

/** Of what `z.toJSONSchema` gives; schemas are module constants and asked thousands of times. */
const known = new WeakMap<z.ZodType, string>();

/**
 * The SHA-256, base64url, of all that an answer depends on: tier, model, task, prompt, system, parameters, tools, schema,
 * `maxTokens` and each passage, in order. Who asks, and under which key, is not in it. The order of keys counts in tools
 * and schema, which a model reads as they stand, and not in parameters.
 */
export function requestDigest(request: ModelRequest, about: RequestAbout): string {
  const text = [
    JSON.stringify([request.tier, about.model, request.task, request.maxTokens ?? null]),
    JSON.stringify([request.prompt ?? "", request.system ?? ""]),
    canonical(request.params ?? {}),
    JSON.stringify(about.tools ?? []),
    schemaText(request.schema),
    // JSON keeps lone surrogates apart, which UTF-8 would make one.
    ...request.material.map(({ name, text: body }) => hash("sha256", JSON.stringify([name, body]), "base64url")),
  ];
  return hash("sha256", text.join("\n"), "base64url");
}

/** The JSON Schema of what `schema.parse` reads, as one text. */
export function schemaText(schema: z.ZodType): string {
  const found = known.get(schema);
  if (found !== undefined) return found;
  const { $schema: _, ...json } = z.toJSONSchema(schema, { io: "input", unrepresentable: "any", cycles: "ref", reused: "inline" });
  const made = JSON.stringify(json);
  known.set(schema, made);
  return made;
}

/** JSON without spaces, the keys of each object in order of their code units. */
function canonical(value: unknown): string {
  const text: string | undefined = JSON.stringify(value);
  return text === undefined ? "null" : sorted(JSON.parse(text));
}

function sorted(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(sorted).join()}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${sorted(item)}`).join()}}`;
}
