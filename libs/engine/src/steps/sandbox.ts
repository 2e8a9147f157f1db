import type { Agent } from "@armada/agents";
import type { Registers } from "@armada/event-sourcing";
import type { MakeCall } from "./agent-call.ts";

/** A thread or a process beside the replica's own, for one call at a time. */
export type Sandbox = {
  /** As `callAgent`, there. @throws also ArmadaError `SANDBOX_ENDED` where thread or process ends meanwhile */
  readonly call: MakeCall;
  /** Resolves once its event loop has not turned for three seconds; never where it does. */
  readonly held: Promise<void>;
  /** No call is made any more. Answers whether it was lost: it ended by itself, or does not hear that the call is over. */
  release(): Promise<boolean>;
};

/** Where calls of agents run that may end, or hold, what they run in. */
export interface Sandboxes {
  /** Waits for one that is free, of the kind that the agent's limits say, else a process. @throws ArmadaError `SANDBOX_FAILED` where none can be started; the signal's reason */
  acquire(agent: Pick<Agent, "name" | "limits">, signal: AbortSignal): Promise<Sandbox>;
  /** Ends all of them. */
  close(): Promise<void>;
}

/** What it takes to have calls run apart. */
export type Sandboxing = {
  readonly sandboxes: Sandboxes;
  /** The team's, where it stands what the replicas before this one found out. */
  readonly registers: Registers;
  /** The process before this one ended by itself: what it had in hand is suspected. */
  readonly afterLoss: boolean;
};
