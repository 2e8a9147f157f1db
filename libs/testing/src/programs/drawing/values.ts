/** A value by its description, which is JSON; what it stands for need not be. */
export type Value = { readonly is: "number"; readonly n: number } | { readonly is: Odd };

export const PLAIN = ["empty text", "empty object", "empty list", "unicode", "false", "null", "nested"] as const;
/** What JSON holds in another form. */
export const CHANGED = ["undefined", "date", "undefined inside", "hole"] as const;
/** What JSON cannot hold. */
export const UNHELD = ["bigint", "circle", "not a number", "map", "function", "reference"] as const;
export const LARGE = ["large", "large nested"] as const;
type Odd = (typeof PLAIN)[number] | (typeof CHANGED)[number] | (typeof UNHELD)[number] | (typeof LARGE)[number];

/** The value itself, as a function of an author's makes it. */
export function live(value: Value): unknown {
  switch (value.is) {
    case "number":
      return value.n;
    case "empty text":
      return "";
    case "empty object":
      return {};
    case "empty list":
      return [];
    case "unicode":
      return { "ключ \u2028": "é\u0301 😀 \u0000 \u007f", lone: "\ud83d" };
    case "false":
      return false;
    case "null":
      return null;
    case "nested":
      return { a: [{ b: [[[]], { c: { d: [1, "2", null], $object: "x" } }] }], "": 0 };
    case "undefined":
      return undefined;
    case "date":
      return { at: new Date(0) };
    case "undefined inside":
      return { gone: undefined, kept: 1 };
    case "hole":
      return [1, undefined, 3];
    case "bigint":
      return { list: [{ n: 10n }] };
    case "circle": {
      const circle: Record<string, unknown> = {};
      circle.self = circle;
      return circle;
    }
    case "not a number":
      return { n: [Number.NaN] };
    case "map":
      return { map: new Map([["a", 1]]) };
    case "function":
      return [() => 1];
    case "reference":
      return { $object: "x" };
    case "large":
      return "x".repeat(70_000);
    case "large nested":
      return { list: Array.from({ length: 40 }, (_, i) => ({ i, text: "ü".repeat(1_000) })) };
    default:
      return value satisfies never;
  }
}

/** What a journal gives back of a value, as the page tells; undefined where it refuses it. */
export function held(value: unknown): { readonly value: unknown } | undefined {
  const text = refused(value, new Set()) ? undefined : JSON.stringify(value ?? null);
  return text === undefined ? undefined : { value: JSON.parse(text) };
}

function refused(value: unknown, around: ReadonlySet<unknown>): boolean {
  if (typeof value === "number") return !Number.isFinite(value);
  if (typeof value !== "object" || value === null)
    return typeof value === "bigint" || typeof value === "function" || typeof value === "symbol";
  if (value instanceof Date) return Number.isNaN(value.getTime());
  if (value instanceof Map || around.has(value) || (around.size === 0 && "$object" in value)) return true;
  return Object.values(value).some((inner) => refused(inner, new Set([...around, value])));
}

/** Text that tells values apart that JSON does not: two executions that see the same say the same. */
export function shown(value: unknown): string {
  const seen = new Set<object>();
  const show = (inner: unknown): string => {
    if (typeof inner === "string")
      return inner.length > 200 ? `${JSON.stringify(inner.slice(0, 40))}… of ${inner.length}` : JSON.stringify(inner);
    if (typeof inner === "bigint") return `${inner}n`;
    if (typeof inner !== "object" || inner === null) return Object.is(inner, -0) ? "-0" : String(inner);
    if (seen.has(inner)) return "(itself)";
    seen.add(inner);
    if (inner instanceof Date) return `Date ${inner.toJSON()}`;
    if (Array.isArray(inner)) return `[${Array.from(inner, show).join(",")}]`;
    const entries = Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1));
    const name = Object.getPrototypeOf(inner)?.constructor?.name ?? "";
    return `${name === "Object" ? "" : name}{${entries.map(([key, one]) => `${JSON.stringify(key)}:${show(one)}`).join(",")}}`;
  };
  return show(value);
}
