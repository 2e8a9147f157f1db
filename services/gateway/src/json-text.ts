import { Problem } from "./problem.ts";

const MAX_DEPTH = 64;

/** JSON in strict UTF-8. @throws Problem `body-unreadable`, field `body` */
export function parseJson(bytes: Uint8Array, field = "body"): unknown {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new Problem("body-unreadable", "it is not UTF-8", { field });
  }
  if (text.trim() === "") throw new Problem("body-unreadable", "it is empty", { field });
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Problem("body-unreadable", `it is not JSON: ${error instanceof Error ? error.message : String(error)}`, { field });
  }
}

/**
 * Refuses what JSON can say and the mesh must not hold: nesting that would exhaust a reader's stack, numbers that no reader
 * would get back, and members that the mesh or the language give a meaning of their own (`$object` names a stored body).
 * @throws Problem `data-invalid`, field: the path
 */
export function checkTree(value: unknown, field: string): void {
  const open: { value: unknown; path: string; depth: number }[] = [{ value, path: field, depth: 0 }];
  for (let one = open.pop(); one !== undefined; one = open.pop()) {
    if (typeof one.value === "number" && !Number.isFinite(one.value))
      throw new Problem("data-invalid", "the number is too large for a 64-bit float", { field: one.path });
    if (typeof one.value !== "object" || one.value === null) continue;
    if (one.depth >= MAX_DEPTH) throw new Problem("data-invalid", `it is nested deeper than ${MAX_DEPTH}`, { field });
    const { path, depth } = one;
    for (const [key, inner] of Object.entries(one.value)) {
      if (key === "$object" || key === "__proto__")
        throw new Problem("data-invalid", `a member may not be named ${key}`, { field: `${path}.${key}` });
      if (typeof inner === "object" || typeof inner === "number") open.push({ value: inner, path: `${path}.${key}`, depth: depth + 1 });
    }
  }
}

/** Where a zod issue lies: an unknown member is named itself. */
export function issueField(field: string, issue: { readonly path: readonly PropertyKey[]; readonly keys?: unknown }): string {
  const [unknown] = Array.isArray(issue.keys) ? (issue.keys as unknown[]) : [];
  return pathOf(field, typeof unknown === "string" ? [...issue.path, unknown] : issue.path);
}

/** `data.documents.0.text`. */
function pathOf(field: string, path: readonly PropertyKey[]): string {
  return [field, ...path.map(String)].filter((part) => part !== "").join(".");
}
