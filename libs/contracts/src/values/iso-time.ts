/** A date at least, and a time only with its offset from UTC; what `Date.parse` takes beside it is guesswork. */
const TIME = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2}))?$/i;

/** ISO-8601 as ms since 1970: `2026-01-31`, `2026-01-31T14:03:00Z`; NaN where it is no such time. */
export function isoTime(text: unknown): number {
  return typeof text === "string" && TIME.test(text) ? Date.parse(text) : Number.NaN;
}
