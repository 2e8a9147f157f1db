import { ArmadaError } from "../errors.ts";

/** A length of time as people write it: `250ms`, `30s`, `5m`, `4h`, `7d`. */
export type Duration = `${number}${"ms" | "s" | "m" | "h" | "d"}`;

const UNITS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** @returns milliseconds. @throws ArmadaError `BAD_DURATION` */
export function milliseconds(duration: Duration): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(duration);
  const amount = match?.[1];
  const unit = match?.[2];
  if (amount === undefined || unit === undefined)
    throw new ArmadaError("BAD_DURATION", `${JSON.stringify(duration)} is not a duration`, { hint: "write 250ms, 30s, 5m, 4h or 7d" });
  return Number(amount) * UNITS[unit as keyof typeof UNITS];
}
