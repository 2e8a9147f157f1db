import { ArmadaError, type Duration, milliseconds } from "@armada/contracts";

/** ISO-8601 with a date at least; what `Date.parse` takes beside it is guesswork. */
const INSTANT = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2}))?$/;
const LENGTH = /^\d+(?:\.\d+)?(?:ms|s|m|h|d)$/;

/** `24h` before `now`, or an instant: ms since 1970. @throws ArmadaError `USAGE` */
export function sinceOf(text: string | undefined, now: number): number | undefined {
  if (text === undefined) return undefined;
  const at = LENGTH.test(text) ? now - milliseconds(text as Duration) : INSTANT.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isFinite(at) && at >= 0 && at <= now) return Math.floor(at);
  throw new ArmadaError(
    "USAGE",
    `--since ${text} is ${Number.isFinite(at) ? "no time that has been" : "neither a time nor a length of time"}`,
    {
      hint: "use 24h or 2026-11-22T14:03:00Z",
    },
  );
}
