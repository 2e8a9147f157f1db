import { ArmadaError } from "@armada/contracts";
import type { Failed } from "./mux.ts";

/** `LOG_UNAVAILABLE`, for who may try again. */
export function unavailable(reason: string): ArmadaError {
  return new ArmadaError("LOG_UNAVAILABLE", `the log does not answer: ${reason}`, { retryable: true });
}

/** `LOG_REFUSED`, for a message that is never taken because of itself: trying again is useless. */
export function refused(reason: string): ArmadaError {
  return new ArmadaError("LOG_REFUSED", `the log does not take this: ${reason}`);
}

export function failedBy(answer: Failed): ArmadaError {
  return answer.refused ? refused(answer.failed) : unavailable(answer.failed);
}
