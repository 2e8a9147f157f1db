import { ArmadaError, type Duration, milliseconds } from "@armada/contracts";

/** A length of time that an option gives, ms: more than none. @throws ArmadaError `USAGE` */
export function lengthOf(option: string, text: string): number {
  try {
    const ms = milliseconds(text as Duration);
    if (ms > 0) return ms;
  } catch (error) {
    if (!(error instanceof ArmadaError)) throw error;
  }
  throw new ArmadaError("USAGE", `${option} ${text} is no length`, { hint: "10m, 2h, 90s" });
}
