/**
 * What the author of a team writes with. Nothing here connects to anything: a team is a value, which `armada-mesh/serve` serves,
 * `armada-mesh/testing` tests and the `armada` command runs.
 *
 * ```
 * agent({ name, does, tier, input, output, run })       one kind of work
 * workflow({ name, version, input, output, run })       durable code that asks agents and other teams
 * readModel({ name, version, initial, folds })          what a team knows, folded from facts
 * on(Event).start(workflow, ({ data }) => input)        what starts what
 * every("0 9 * * 1-5", { zone }).start(workflow, …)     and what the clock starts
 * team({ name, agents, workflows, … })                  the table of contents
 * ```
 */
export {
  type Agent,
  type AgentRun,
  agent,
  every,
  type Fact,
  type Firing,
  type Fold,
  firingAt,
  fold,
  type Limits,
  type MissedPolicy,
  on,
  type Question,
  type ReadModel,
  readModel,
  type Schedule,
  type SearchKeys,
  type SecretRef,
  type Subscription,
  secret,
  type Team,
  type Tool,
  team,
  tool,
  type Workflow,
  type WorkflowContext,
  workflow,
} from "@armada/agents";
