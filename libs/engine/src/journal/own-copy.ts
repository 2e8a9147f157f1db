/**
 * A JSON value as the code of a team gets it: a copy, so that what that code does to it changes neither the run's state nor
 * what is journaled. JSON values only, nested no deeper than the journal takes.
 */
export function ownCopy<T>(value: T): T {
  return copied(value) as T;
}

function copied(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(copied);
  // A member may be called __proto__: it is defined, not assigned.
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, copied(member)]));
}
