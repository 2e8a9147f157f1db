type Node = { readonly [key: string]: unknown };

/** Kept where they stand; what a schema says beside these is checked when the answer is parsed. */
const KEPT = new Set(["type", "description", "enum", "const"]);

/**
 * The schema as OpenAI's strict answers take it: objects closed, every property required. Undefined where it has optional
 * properties or what cannot be said so: then the model is shown the schema instead of being held to it.
 * Source: platform.openai.com/docs/guides/structured-outputs, "Supported schemas", 2026-11.
 */
export function strictSchema(node: unknown): Record<string, unknown> | undefined {
  if (!isNode(node) || node.$ref !== undefined || node.allOf !== undefined || node.prefixItems !== undefined) return undefined;
  const kept = Object.fromEntries(Object.entries(node).filter(([key]) => KEPT.has(key)));
  const variants = node.anyOf ?? node.oneOf;
  if (Array.isArray(variants)) {
    const strict = allOf(variants);
    return strict === undefined ? undefined : { ...kept, anyOf: strict };
  }
  if (node.type === "array") {
    const items = strictSchema(node.items);
    return items === undefined ? undefined : { ...kept, items };
  }
  if (node.type !== "object") return Object.keys(kept).some((key) => key !== "description") ? kept : undefined;
  if (isNode(node.additionalProperties) || node.patternProperties !== undefined || !isNode(node.properties)) return undefined;
  const names = Object.keys(node.properties);
  const required: readonly unknown[] = Array.isArray(node.required) ? node.required : [];
  const strict = names.every((name) => required.includes(name)) ? allOf(Object.values(node.properties)) : undefined;
  if (strict === undefined) return undefined;
  return {
    ...kept,
    properties: Object.fromEntries(names.map((name, i) => [name, strict[i]])),
    required: names,
    additionalProperties: false,
  };
}

function allOf(nodes: readonly unknown[]): Record<string, unknown>[] | undefined {
  const strict = nodes.map(strictSchema);
  return strict.every((node) => node !== undefined) ? strict : undefined;
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
