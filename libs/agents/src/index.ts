export { agent, definedAgents, fold, on, readModel, tool, workflow } from "./authoring.ts";
export { budgetOf, sharesAnswers } from "./call-options.ts";
export type {
  Agent,
  AgentRun,
  Fact,
  Firing,
  Fold,
  Limits,
  MissedPolicy,
  Question,
  ReadModel,
  Schedule,
  SearchKeys,
  Subscription,
  Team,
  Tool,
  Workflow,
  WorkflowContext,
} from "./define.ts";
export { firstFirings, lastFirings, nextFiring, type Timetable } from "./firings.ts";
export { liveOrder, type PieceOrder } from "./live-order.ts";
export { every, firingAt } from "./schedule.ts";
export { type SecretRef, secret } from "./secret.ts";
export { team } from "./team.ts";
export { type Unlisted, unlisted } from "./unlisted.ts";
export { opening, parseWindow } from "./window.ts";
