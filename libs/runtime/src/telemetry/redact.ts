import { HIDDEN } from "@armada/contracts";

/** Fields whose value is never written, at any depth. Counts such as `inputTokens` and the seeds of random choices are no secrets. */
const SECRET_FIELD =
  /(?:api[-_]?key|secret|password|passphrase|authorization|cookie|credentials?|private[-_]?key|nkey[-_]?seed|(?:access|refresh|auth|bearer)[-_]?token)$/i;

const DEPTH = 6;

/** A copy of the fields without secrets, for a log line. */
export function withoutSecretFields(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, SECRET_FIELD.test(name) ? HIDDEN : inside(value, DEPTH)]));
}

/** Only plain objects and arrays are looked into: an error or a date stays what pino knows how to write. */
function inside(value: unknown, depth: number): unknown {
  if (typeof value !== "object" || value === null || depth === 0) return value;
  if (Array.isArray(value)) return value.map((one) => inside(one, depth - 1));
  if (Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, SECRET_FIELD.test(name) ? HIDDEN : inside(one, depth - 1)]));
}
