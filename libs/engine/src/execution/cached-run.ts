import { ArmadaError, causedBy, digestOf, type Envelope, errorCodes, isRetryable, type Provenance } from "@armada/contracts";
import type { Message, Scheduler } from "@armada/event-sourcing";
import { foldMessage, type JournalMessage, readJournalMessage } from "../journal/message.ts";
import type { Payloads } from "../journal/payloads.ts";
import { initialRun, type RunState } from "../journal/state.ts";
import { isProgress } from "../journal/table.ts";
import { DeterminismError } from "./determinism.ts";
import { Execution, type LoopWatch } from "./execution.ts";
import type { Listed } from "./within-lists.ts";

/** A run as this replica last knew it. */
export type CachedRun = {
  readonly id: string;
  readonly state: RunState;
  /** Sequence of its last message: the expectation of its next append. */
  lastSeq: number;
  prev: string | undefined;
  provenance: Provenance | undefined;
  /** The suspended function; none where this replica lacks the version, or the run has ended or stopped. */
  execution: Execution | undefined;
  /** Why the function cannot go on from its journal; the next decision stops the run with it. */
  fault: ArmadaError | undefined;
};

/** What a replica needs to run workflow functions. */
export type Functions = {
  readonly scheduler: Scheduler;
  readonly payloads: Payloads;
  readonly watch?: LoopWatch;
  /** When a run's function held the event loop of a process until that was ended, ms since 1970. */
  heldLoopAt?(run: string): number | undefined;
  workflow(name: string, version: number): Listed | undefined;
};

export function coldRun(id: string): CachedRun {
  return { id, state: initialRun(), lastSeq: 0, prev: undefined, provenance: undefined, execution: undefined, fault: undefined };
}

/** Why a run's function is not begun, or gone on with, here: it held the event loop of a process until that was ended, and nobody resumed it since. */
export function heldLoop({ id, state }: Pick<CachedRun, "id" | "state">, functions: Functions, workflow: Listed): ArmadaError | undefined {
  const at = functions.heldLoopAt?.(id);
  if (at === undefined || (state.resumedAt !== undefined && at <= Date.parse(state.resumedAt))) return undefined;
  const what = `${workflow.name} v${workflow.version} computed for so long without a pause that its process was ended`;
  return new ArmadaError("WORKFLOW_HELD_LOOP", what, { hint: errorCodes.runs.WORKFLOW_HELD_LOOP.next });
}

/** Whether the run is open and served here but has no function in memory. */
export function lacksFunction(run: CachedRun, functions: Functions): boolean {
  const { state } = run;
  if (!state.exists || state.ended !== undefined || state.stopped !== undefined) return false;
  return run.execution === undefined && run.fault === undefined && functions.workflow(state.workflow, state.version) !== undefined;
}

/** Whether the run is open and its version is not served here. */
export function lacksVersion({ state }: CachedRun, functions: Functions): boolean {
  if (!state.exists || state.ended !== undefined || state.stopped !== undefined) return false;
  return functions.workflow(state.workflow, state.version) === undefined;
}

/** What a run's later messages inherit from its first. */
export function provenanceOf([first]: readonly Envelope[]): Provenance | undefined {
  return first === undefined ? undefined : causedBy(first);
}

/** Folds messages into a run and feeds them to its function; on a cold run the function is begun where the run is still open. */
export async function replay(run: CachedRun, messages: readonly Message[], functions: Functions): Promise<void> {
  const read: JournalMessage[] = [];
  const stopped = run.state.stopped !== undefined;
  for (const message of messages) {
    const journal = readJournalMessage(message);
    if (journal === undefined) continue;
    read.push(journal);
    foldMessage(run.state, journal);
    run.lastSeq = message.seq;
    run.prev = digestOf(message.body);
    run.provenance ??= provenanceOf(journal.envelopes);
  }
  const { state } = run;
  if (state.ended !== undefined || state.stopped !== undefined) {
    run.execution = undefined;
    return;
  }
  const workflow = functions.workflow(state.workflow, state.version);
  if (workflow === undefined) return;
  const held = heldLoop(run, functions, workflow);
  if (held !== undefined) {
    run.execution = undefined;
    run.fault = held;
    return;
  }
  if (run.execution === undefined && read[0]?.n === 1)
    run.execution = new Execution(
      workflow,
      { id: run.id, correlation: run.provenance?.correlation ?? run.id },
      functions.scheduler,
      functions.watch,
    );
  const { execution } = run;
  if (execution === undefined) return;
  try {
    const answered = answeredOf(read, stopped);
    for (const [index, journal] of read.entries()) {
      await feed(execution, journal, index <= answered.lastIndexOf(true), state, functions.payloads);
      const extra = execution.fresh[0];
      if (extra !== undefined && answered[index] === true)
        throw new DeterminismError("WORKFLOW_CHANGED", workflow, {
          step: extra.n,
          journal: "nothing",
          code: `${extra.kind} ${extra.target}`.trim(),
        });
    }
  } catch (error) {
    if (!(error instanceof ArmadaError) || isRetryable(error)) throw error;
    run.execution = undefined;
    run.fault = error;
  }
}

/**
 * Which messages the function has answered. It has not where the replica that wrote one lacked its version, or while the
 * run was stopped: what it does then stands in a later message, with progress of its steps possibly between.
 */
function answeredOf(read: readonly JournalMessage[], stoppedBefore: boolean): boolean[] {
  let stopped = stoppedBefore;
  return read.map(({ does, events }) => {
    for (const { type } of events)
      if (type === "run.stopped") stopped = true;
      else if (type === "run.resumed" || type === "run.moved") stopped = false;
    return !stopped && does !== "lead" && events.some((event) => !isProgress(event));
  });
}

async function feed(execution: Execution, journal: JournalMessage, replaying: boolean, state: RunState, payloads: Payloads): Promise<void> {
  const time = Date.parse(journal.envelopes[0]?.time ?? "");
  for (const event of journal.events)
    await execution.apply(await payloads.resolveEvent(event), { time, root: journal.n, replaying, patches: state.patches });
}
