/**
 * All span, attribute and metric names. GenAI names are those of the conventions' own repository
 * (github.com/open-telemetry/semantic-conventions-genai, docs/gen-ai, status "development", read 2026-11), messaging and
 * error names those of semantic-conventions 1.43. Nothing is imported here, so that any lib can hold these names.
 */

/** Span names are of few values: names of teams, agents and models are in them, ids never. */
export const spans = {
  /** A message appended to the log. */
  publish: (kind: string) => `publish ${kind}`,
  /** A message taken from the log and handled. */
  process: (kind: string) => `process ${kind}`,
  /** A request to another team, from asking to its answer's arrival. */
  ask: (capability: string) => `ask ${capability}`,
  workflow: (name: string) => `invoke_workflow ${name}`,
  agent: (name: string) => `invoke_agent ${name}`,
  tool: (name: string) => `execute_tool ${name}`,
  model: (model: string) => `chat ${model}`,
  http: (method: string, route: string) => `${method} ${route}`,
} as const;

/** Who takes part in a span, by the first word of its name; every other span is internal. */
export const spanKinds = {
  publish: "producer",
  process: "consumer",
  ask: "client",
  chat: "client",
  GET: "server",
  POST: "server",
} as const;

/** Names of what spans and metrics say of themselves. */
export const attributes = {
  operation: "gen_ai.operation.name",
  provider: "gen_ai.provider.name",
  conversation: "gen_ai.conversation.id",
  agentName: "gen_ai.agent.name",
  agentDescription: "gen_ai.agent.description",
  workflowName: "gen_ai.workflow.name",
  toolName: "gen_ai.tool.name",
  toolCallId: "gen_ai.tool.call.id",
  requestModel: "gen_ai.request.model",
  requestMaxTokens: "gen_ai.request.max_tokens",
  requestStream: "gen_ai.request.stream",
  responseModel: "gen_ai.response.model",
  outputType: "gen_ai.output.type",
  inputTokens: "gen_ai.usage.input_tokens",
  outputTokens: "gen_ai.usage.output_tokens",
  cacheReadTokens: "gen_ai.usage.cache_read.input_tokens",
  cacheWriteTokens: "gen_ai.usage.cache_write.input_tokens",
  errorType: "error.type",
  messagingSystem: "messaging.system",
  messagingOperation: "messaging.operation.type",
  messagingDestination: "messaging.destination.name",
  messagingMessageId: "messaging.message.id",
  messagingBodySize: "messaging.message.body.size",
  serviceName: "service.name",
  serviceNamespace: "service.namespace",
  serviceInstance: "service.instance.id",
  // Ours, for what the conventions have no name for.
  team: "armada.team",
  run: "armada.run",
  step: "armada.step",
  attempt: "armada.attempt",
  variant: "armada.variant",
  tier: "armada.tier",
  task: "armada.task",
  idempotencyKey: "armada.idempotency_key",
  degraded: "armada.degraded",
  /** Integer micro-dollars. */
  costMicros: "armada.cost_micros",
  correlation: "armada.correlation",
  causation: "armada.causation",
  subject: "armada.subject",
  sequence: "armada.sequence",
} as const;

/** Values of `gen_ai.operation.name`. */
export const operations = { model: "chat", agent: "invoke_agent", workflow: "invoke_workflow", tool: "execute_tool" } as const;

/** Durations are in seconds, as the conventions want. */
export const metrics = {
  modelDuration: "gen_ai.client.inference.duration",
  modelFirstChunk: "gen_ai.client.inference.time_to_first_chunk",
  modelInputTokens: "gen_ai.client.inference.usage.input_tokens",
  modelOutputTokens: "gen_ai.client.inference.usage.output_tokens",
  modelCacheReadTokens: "gen_ai.client.inference.usage.cache_read.input_tokens",
  modelCacheWriteTokens: "gen_ai.client.inference.usage.cache_write.input_tokens",
  agentDuration: "gen_ai.invoke_agent.duration",
  agentModelCalls: "gen_ai.invoke_agent.inference_calls",
  agentToolCalls: "gen_ai.invoke_agent.tool_calls",
  workflowDuration: "gen_ai.workflow.duration",
  toolDuration: "gen_ai.execute_tool.duration",
  cost: "armada.cost",
  steps: "armada.steps",
  /** Steps whose answer is a fallback's, or of a cheaper tier; `error.type` is the code. */
  degraded: "armada.steps.degraded",
  runs: "armada.runs",
  conflicts: "armada.append.conflicts",
  parked: "armada.parked",
} as const;
