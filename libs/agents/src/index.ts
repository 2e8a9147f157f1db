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
  SearchKeys,
  Subscription,
  Team,
  Tool,
  Workflow,
  WorkflowContext,
} from "./define.ts";
export { liveOrder, type PieceOrder } from "./live-order.ts";
export { type SecretRef, secret } from "./secret.ts";
export { team } from "./team.ts";
export { type Unlisted, unlisted } from "./unlisted.ts";
export { opening, parseWindow } from "./window.ts";
