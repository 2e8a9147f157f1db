export { agent, definedAgents, fold, on, readModel, tool, workflow } from "./authoring.ts";
export { budgetOf, sharesAnswers } from "./call-options.ts";
export type {
  Agent,
  AgentRun,
  Fact,
  Fold,
  Limits,
  Question,
  ReadModel,
  Subscription,
  Team,
  Tool,
  Workflow,
  WorkflowContext,
} from "./define.ts";
export { isAccepted } from "./engine/accepted.ts";
export { type Admission, admit, newest } from "./engine/admission.ts";
export { type ApprovalView, withShown } from "./engine/approvals.ts";
export { type Budget, tierOf } from "./engine/budget.ts";
export { type Direct, direct } from "./engine/direct.ts";
export { type Engine, type RunningStep, startEngine } from "./engine/engine.ts";
export { fits } from "./engine/fits.ts";
export { schemas as journalSchemas } from "./engine/journal-events.ts";
export { type JournalMessage, readJournalMessage } from "./engine/journal-message.ts";
export { concludedCalls, lapsedCalls } from "./engine/lapse.ts";
export { isObjectRef, MAX_BODY, type ObjectRef } from "./engine/payloads.ts";
export { allQueues, factFilter, queuesOf, sourcesOf, subscriptionName } from "./engine/queues.ts";
export { readModelStop } from "./engine/read-model-stops.ts";
export { readModelStopped, type View } from "./engine/read-models.ts";
export { readModelsAt } from "./engine/read-models-at.ts";
export type { CallView } from "./engine/run-calls.ts";
export { withOutput } from "./engine/run-output.ts";
export type { RunState } from "./engine/run-state.ts";
export { RUN_STATUSES, type RunStatus } from "./engine/run-status.ts";
export { type RunView, readRun, type StepView, viewOf, type WaitingFor } from "./engine/run-view.ts";
export { isTaken, type ServedQueue, shownAsServed } from "./engine/served.ts";
export { runIdOf, startedBy } from "./engine/starts.ts";
export { liveOrder, type PieceOrder } from "./live-order.ts";
export { team } from "./team.ts";
export { type Unlisted, unlisted } from "./unlisted.ts";
