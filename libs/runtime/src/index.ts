export { createLog, type Log, type LogLevel, type LogOptions } from "./log.ts";
export { modelsFrom } from "./models.ts";
export { type Prototype, startPrototype } from "./prototype.ts";
export { sourceOf, startReplica } from "./replica.ts";
export { type Beside, type Surroundings, serve } from "./serve.ts";
export { systemClock, systemRandom, systemScheduler } from "./system-ports.ts";
export { attributes, metrics, operations, spanKinds, spans } from "./telemetry/names.ts";
export { noTracer } from "./telemetry/tracer.ts";
export { startTelemetry, type Telemetry } from "./telemetry/tracing.ts";
