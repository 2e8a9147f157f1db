/**
 * Runs. A message that is delivered to a replica goes this way, and is acknowledged at its end:
 *
 *     inbound ────────┐                                  ┌─► a journal message, appended behind the run's last one
 *       start, answer,│  runs/run-store ─► execution ────┤
 *       fact, timer   ├─► decide on the    answer: what  └─► journal/derive: what follows from it (dispatches, asks, timers,
 *     steps/worker ───┘   newest state     does the code       facts), stored by runs/store-derived
 *       a step's outcome                   ask next?
 *
 * `journal` says what each event means (`table.ts`), `view` how a run is shown, `read-models` what a team folds from facts and the
 * index of its runs. `replica.ts` puts all of it to work on a team's queues. The rules are in `docs/engine.md`.
 */
export { fits } from "./execution/fits.ts";
export { isAccepted } from "./inbound/accepted.ts";
export { type Admission, admit, newest } from "./inbound/admission.ts";
export { answeredByCode, type CodeCapability } from "./inbound/code-capability.ts";
export { allQueues, factFilter, queuesOf, sourcesOf, subscriptionName } from "./inbound/queues.ts";
export { runIdOf, startedBy } from "./inbound/starts.ts";
export { schemas as journalSchemas } from "./journal/events.ts";
export { concludedCalls, expiredCalls } from "./journal/expired-calls.ts";
export { type JournalMessage, readJournalMessage } from "./journal/message.ts";
export { isObjectRef, MAX_BODY, type ObjectRef } from "./journal/payloads.ts";
export type { RunState } from "./journal/state.ts";
export { readModelsAt } from "./read-models/at.ts";
export { readModelStopped, type View } from "./read-models/read-models.ts";
export { type KeeperPorts, keepRunIndex } from "./read-models/run-index-keeper.ts";
export {
  type IndexedRun,
  type IndexReaderPorts,
  MOST_BEHIND,
  type RunFilter,
  type RunIndex,
  readRunIndex,
} from "./read-models/run-index-reader.ts";
export { readModelStop } from "./read-models/stops.ts";
export { type Engine, type RunningStep, startEngine } from "./replica.ts";
export type { Budget } from "./steps/budget.ts";
export { tierOf } from "./steps/downgrade.ts";
export { type ApprovalView, withShown } from "./view/approvals.ts";
export type { CallView } from "./view/calls.ts";
export { withOutput } from "./view/output.ts";
export { type RunView, readRun, type StepView, viewOf, type WaitingFor } from "./view/run.ts";
export { isTaken, type ServedQueue, shownAsServed } from "./view/served.ts";
export { ENDED_STATUSES, RUN_STATUSES, type RunStatus } from "./view/status.ts";
