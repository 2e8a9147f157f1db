import type { Alternative, Type } from "./alternative.ts";
import type { SchemaNode } from "./schema-node.ts";

/** What the reader's schema does not take of what the writer's says; `at` is the JSON pointer in the writer's. */
export type Gap = { readonly at: string } & (
  | { readonly kind: "type"; readonly type: Type }
  | { readonly kind: "value"; readonly value: unknown }
  /** The reader takes these alone. */
  | { readonly kind: "listed"; readonly values: readonly unknown[] }
  /** The reader wants a field that may be missing; `named`: whether the writer's schema names it. */
  | { readonly kind: "required"; readonly field: string; readonly named: boolean }
  /** The reader refuses a field that it does not name; undefined: any. */
  | { readonly kind: "refused"; readonly field: string | undefined }
  | { readonly kind: "bound"; readonly keyword: string; readonly writer: number | undefined; readonly reader: number }
  | { readonly kind: "text"; readonly keyword: string; readonly writer: readonly string[]; readonly reader: string }
  /** No alternative of the reader's takes it. */
  | { readonly kind: "alternative" }
  | { readonly kind: "unknown"; readonly why: string }
  /** No gap, and told all the same: the reader does not name this field, and takes it as any member. */
  | { readonly kind: "unnamed"; readonly field: string }
);

/** How schemas are compared, given to those who compare their parts. */
export type Compare = {
  /** What `reader` does not take of what `writer` says. */
  readonly gaps: (writer: SchemaNode, reader: SchemaNode) => readonly Gap[];
  /** The same of a value by itself. */
  readonly valueGaps: (value: unknown, at: string, reader: SchemaNode) => readonly Gap[];
};

export function isGap({ kind }: Gap): boolean {
  return kind !== "unnamed";
}

/** The values of a few, as alternatives of their own. */
export function single(value: unknown, at: string): Alternative {
  const schema = { const: value };
  const type = value === null ? "null" : Array.isArray(value) ? "array" : (typeof value as Type);
  return { type, values: [value], parts: [{ schema, root: schema, at }], open: false, at };
}
