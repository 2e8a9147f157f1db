import type { Agent } from "@armada/agents";
import type { Isolation } from "@armada/contracts";
import type { Admission, Came } from "@armada/resilience";
import type { JournalData, JournalEvent, JournaledCall } from "../../journal/events.ts";
import type { StepState } from "../../journal/state.ts";
import type { Budget } from "../budget.ts";

/** A step that was delivered, as its policies see it. Times in ms since 1970. */
export type DeliveredStep = {
  readonly agent: Agent;
  readonly step: StepState;
  /** Which delivery of its dispatch is the newest, from 1: while it is at work its message can come again. */
  delivery(): number;
  /** What holds at a limit; undefined where nothing is paid. */
  readonly atLimit: Budget["atLimit"] | undefined;
  /** Its agent's breaker: whether an attempt may be made now, and what came of it. Absent where a replica has none. */
  readonly breaker: StepBreaker | undefined;
  /** What isolates its agent, or its team. Absent where a replica asks nobody. */
  readonly isolation: StepIsolation | undefined;
  now(): number;
  /** In [0, 1). */
  random(): number;
  /** Says in the log why an attempt failed. */
  warn(error: unknown): void;
};

/** The breaker of a step's agent, as a policy asks it. `openMs`: how long it stays open; `begun`: ms since 1970. */
export type StepBreaker = {
  readonly openMs: number;
  admit(): Promise<Admission>;
  report(about: { readonly begun: number; readonly probe: string | undefined; readonly came: Came }): void;
};

/** The isolation of a step's agent, as a policy asks for it: `admit` waits for the step's turn where others waited as well. */
export type StepIsolation = { admit(): Promise<Isolation | undefined>; now(): Isolation | undefined };

/** Why an attempt did not answer, as its journal keeps it. */
export type StepFailure = { readonly code: string; readonly message: string; readonly hint?: string };

export type FailedAttempt = Extract<JournalEvent, { type: "step.attempt_failed" }>;

/** What becomes of a delivered step. */
export type Verdict =
  /** It is answered, or refused. */
  | { readonly kind: "outcome"; readonly event: Extract<JournalEvent, { type: "step.completed" | "step.refused" }> }
  /** An attempt failed, and no policy has said yet what follows. `paid`: one of its calls came to its provider. */
  | {
      readonly kind: "failed";
      readonly error: unknown;
      readonly failure: StepFailure;
      readonly calls: readonly JournaledCall[];
      readonly paid: boolean;
    }
  /** Set aside until then; a timer dispatches it again. */
  | { readonly kind: "hold"; readonly until: number; readonly why?: StepFailure; readonly attempt?: FailedAttempt }
  /** Its message comes again after so many ms. `attempt`: what is journaled of this one. */
  | { readonly kind: "retry"; readonly after: number; readonly attempt?: FailedAttempt }
  /** Its fallback answers; where that fails as well, or there is none, it is parked, or comes again after so many ms (`otherwise`). */
  | {
      readonly kind: "fallback";
      readonly failure: StepFailure | undefined;
      readonly attempt?: FailedAttempt;
      readonly otherwise?: number;
    }
  /** Set aside for its operator; `stop` stops the run with it. */
  | { readonly kind: "park"; readonly failure: StepFailure; readonly attempt: FailedAttempt; readonly stop: JournalData["run.stopped"] };

/** Says what becomes of a step, or asks the policies after it and what they come to. */
export type Policy = (about: DeliveredStep, next: () => Promise<Verdict>) => Promise<Verdict>;

/** Asks the policies from the first on; `attempt` is what the last of them asks. */
export function decide(policies: readonly Policy[], about: DeliveredStep, attempt: () => Promise<Verdict>): Promise<Verdict> {
  const from = (at: number): Promise<Verdict> => {
    const policy = policies[at];
    return policy === undefined ? attempt() : policy(about, () => from(at + 1));
  };
  return from(0);
}

/** The journal's word on a failed attempt. `after`: ms until the next may begin; `counts`: it is one of the step's attempts. */
export function failedAttempt(
  { step, delivery, now }: DeliveredStep,
  { failure, calls }: Extract<Verdict, { kind: "failed" }>,
  { after, counts, waits = false }: { after: number; counts: boolean; waits?: boolean },
): FailedAttempt {
  return {
    type: "step.attempt_failed",
    data: {
      n: step.n,
      attempt: step.attempts + 1,
      delivery: delivery(),
      code: failure.code,
      message: failure.message,
      retryAt: new Date(now() + after).toISOString(),
      counts,
      ...(waits ? { waits } : {}),
      ...(calls.length === 0 ? {} : { calls: [...calls] }),
    },
  };
}
