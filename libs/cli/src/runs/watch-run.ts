import { ArmadaError } from "@armada/contracts";
import { type JournalMessage, type RunState, type RunStatus, readJournalMessage, readRun, viewOf } from "@armada/engine/reading";
import type { Log, Message } from "@armada/event-sourcing";

/** Nothing more happens to a run of these by itself. */
const OVER: ReadonlySet<RunStatus> = new Set<RunStatus>(["completed", "degraded", "failed", "cancelled", "continued", "stopped", "parked"]);

/** Follows a run's journal until it ends, stops, has nothing left but parked steps, or `signal` aborts. `step` sees each message with the state it gave. */
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
      if (OVER.has(viewOf(team, run, state).status)) over.abort();
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
