import { type Unkept, unkeptNumber, unkeptValue } from "@armada/contracts";
import { Problem } from "../problem.ts";

/** JSON in strict UTF-8. `root`: what the paths of its members begin with. @throws Problem `body-unreadable` (`field`), `data-invalid` (the path) */
export function parseJson(bytes: Uint8Array, field = "body", root = ""): unknown {
  const text = textOf(bytes);
  if (text === undefined) throw new Problem("body-unreadable", "it is not UTF-8", { field });
  if (text.trim() === "") throw new Problem("body-unreadable", "it is empty", { field });
  const value = jsonOf(text, field);
  refuse(unkeptNumber(text, root));
  return value;
}

/** Refuses what JSON can say and the mesh must not hold. @throws Problem `data-invalid`, field: the path */
export function checkTree(value: unknown, field: string): void {
  refuse(unkeptValue(value, field));
}

function refuse(unkept: Unkept | undefined): void {
  if (unkept !== undefined) throw new Problem("data-invalid", unkept.why, { field: unkept.path.slice(0, 512) });
}

function textOf(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return undefined; // the caller says it with its field
  }
}

function jsonOf(text: string, field: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Problem("body-unreadable", `it is not JSON: ${error instanceof Error ? error.message : String(error)}`, { field });
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
