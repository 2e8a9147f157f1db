import { ArmadaError, Refusal } from "@armada/contracts";
import type { Failure, JournalEvent } from "../journal/events.ts";
import { ownCopy } from "../journal/own-copy.ts";

/** A call's promise, as its outcome settles it. */
export type Settler = { readonly kind: string; readonly target: string; resolve(value: unknown): void; reject(error: unknown): void };

/** The call that an event records, by ordinal, kind and target; an empty target is not compared. */
export function callOf(event: JournalEvent): { readonly n: number; readonly kind: string; readonly target: string } | undefined {
  switch (event.type) {
    case "step.requested":
      return { n: event.data.n, kind: "ask agent", target: event.data.agent };
    case "ask.sent":
      return { n: event.data.n, kind: "ask team", target: `${event.data.to}.${event.data.capability}` };
    case "sleep.set":
      return { n: event.data.n, kind: "sleep", target: "" };
    case "wait.set":
      return { n: event.data.n, kind: "wait for", target: event.data.type };
    case "approval.asked":
      return { n: event.data.n, kind: "approval", target: event.data.question };
    case "fact.emitted":
      return { n: event.data.n, kind: "emit", target: event.data.type };
    case "inline.completed":
    case "inline.failed":
      return { n: event.data.n, kind: "step", target: event.data.name };
    default:
      return undefined;
  }
}

/** How an event settles the promise of its call; undefined where it settles none. */
export function settlementOf(event: JournalEvent): { readonly n: number; readonly settle: (call: Settler) => void } | undefined {
  switch (event.type) {
    case "fact.emitted":
      return { n: event.data.n, settle: (call) => call.resolve(undefined) };
    case "step.completed":
    case "inline.completed":
      return { n: event.data.n, settle: (call) => call.resolve(event.data.output) };
    case "wait.met": {
      const { n, failure, data, fact } = event.data;
      const met = fact === undefined ? data : { ...fact, data };
      return { n, settle: (call) => (failure === undefined ? call.resolve(met) : call.reject(refusal(failure))) };
    }
    case "step.refused":
    case "inline.failed":
      return { n: event.data.n, settle: (call) => call.reject(refusal(event.data)) };
    case "ask.answered": {
      const { n, failure, output } = event.data;
      return { n, settle: (call) => (failure === undefined ? call.resolve(output) : call.reject(refusal(failure))) };
    }
    case "approval.given":
      return { n: event.data.n, settle: (call) => call.resolve({ approved: event.data.approved, by: event.data.by, expired: false }) };
    case "timer.fired":
      return { n: event.data.n, settle: expire };
    default:
      return undefined;
  }
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
