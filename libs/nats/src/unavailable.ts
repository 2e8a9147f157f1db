import { ArmadaError } from "@armada/contracts";

/** `LOG_UNAVAILABLE`, for who may try again. */
export function unavailable(reason: string): ArmadaError {
  return new ArmadaError("LOG_UNAVAILABLE", `the log does not answer: ${reason}`, { retryable: true });
}
