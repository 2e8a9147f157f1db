import { ArmadaError, type Duration, isoTime, milliseconds } from "@armada/contracts";

const LENGTH = /^\d+(?:\.\d+)?(?:ms|s|m|h|d)$/;

/** `24h` before `now`, or an instant: ms since 1970. @throws ArmadaError `USAGE` */
export function sinceOf(text: string | undefined, now: number): number | undefined {
  if (text === undefined) return undefined;
  const at = LENGTH.test(text) ? now - milliseconds(text as Duration) : isoTime(text);
  if (Number.isFinite(at) && at >= 0 && at <= now) return Math.floor(at);
  throw new ArmadaError(
    "USAGE",
    `--since ${text} is ${Number.isFinite(at) ? "no time that has been" : "neither a time nor a length of time"}`,
    {
      hint: "use 24h or 2026-11-22T14:03:00Z",
    },
  );
}
