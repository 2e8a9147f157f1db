/**
 * What is read of teams' runs without serving one: their journals, how they are shown, the index of them. Nothing that works is
 * loaded, so that a command which only reads starts in less time.
 */
export { isAccepted } from "./inbound/accepted.ts";
export { newestGeneration } from "./journal/generations.ts";
export { foldMessage, type JournalMessage, readJournalMessage } from "./journal/message.ts";
export type { ObjectRef } from "./journal/payloads.ts";
export type { RunState } from "./journal/state.ts";
export {
  type IndexedRun,
  type IndexReaderPorts,
  MOST_BEHIND,
  type RunFilter,
  type RunIndex,
  readRunIndex,
} from "./read-models/run-index-reader.ts";
export { type Blame, readBlames } from "./steps/suspects.ts";
export { type ApprovalView, approvalsOf, withShown } from "./view/approvals.ts";
export type { CallView } from "./view/calls.ts";
export { shownAsReached, TEAM_NOT_HERE } from "./view/reached.ts";
export { type RunView, readRun, type StepView, viewOf, type WaitingFor } from "./view/run.ts";
export { isTaken, type ServedQueue, shownAsServed } from "./view/served.ts";
export { ENDED_STATUSES, RUN_STATUSES, type RunStatus, statusOf } from "./view/status.ts";
export { withValues } from "./view/values.ts";
