import { type JournalMessage, type RunState, readJournalMessage, readRun } from "@armada/agents";
import { ArmadaError } from "@armada/contracts";
import type { Log, Message } from "@armada/event-sourcing";

/** Follows a run's journal until it ends, stops, or `signal` aborts. `step` sees each message with the state it gave. */
export async function watchRun(
  log: Pick<Log, "follow">,
  team: string,
  run: string,
  step: (message: JournalMessage, state: RunState) => void,
  signal: AbortSignal,
): Promise<RunState> {
  const over = new AbortController();
  const messages: Message[] = [];
  let state = readRun([]);
  await log.follow(
    [`run.${team}.*.*.${run}.*`],
    0,
    (message) => {
      const journal = readJournalMessage(message);
      if (journal === undefined) return;
      messages.push(message);
      state = readRun(messages);
      step(journal, state);
      if (state.ended !== undefined || state.stopped !== undefined) over.abort();
    },
    AbortSignal.any([over.signal, signal]),
  );
  if (signal.aborted && !over.signal.aborted)
    throw new ArmadaError(isLate(signal.reason) ? "RUN_OPEN" : "INTERRUPTED", `stopped watching; the run goes on: armada runs show ${run}`);
  return state;
}

/** Our own deadline, not a person's Ctrl-C. */
function isLate(reason: unknown): boolean {
  return reason instanceof DOMException && reason.name === "TimeoutError";
}
