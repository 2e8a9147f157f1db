export { agent, fold, on, readModel, team, tool, workflow } from "./authoring.ts";
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
