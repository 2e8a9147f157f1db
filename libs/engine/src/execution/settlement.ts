import { ArmadaError, Refusal } from "@armada/contracts";
import type { Failure } from "../journal/events.ts";
import { ownCopy } from "../journal/own-copy.ts";
import type { Settlement } from "../journal/rows/row.ts";

/** A call's promise. */
export type Settler = { readonly kind: string; readonly target: string; resolve(value: unknown): void; reject(error: unknown): void };

/** Settles the promise of a call. */
export function settle(call: Settler, how: Settlement): void {
  if (how === "expired") expire(call);
  else if ("failure" in how) call.reject(refusal(how.failure));
  else call.resolve(how.value);
}

function refusal(failure: Failure): Refusal {
  return new Refusal(failure.code, failure.message, {
    ...(failure.hint === undefined ? {} : { hint: failure.hint }),
    details: ownCopy(failure.details),
  });
}

function expire(call: Settler): void {
  if (call.kind === "sleep") call.resolve(undefined);
  else if (call.kind === "approval") call.resolve({ approved: false, by: "", expired: true });
  else call.reject(new ArmadaError("TIMED_OUT", `${call.kind} ${call.target} was not answered in time`));
}
