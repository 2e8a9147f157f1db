export { roughTokens } from "./anthropic/prompt-cache.ts";
export type { ApiCall } from "./books/api-calls.ts";
export { ApiLogLine, readApiLog } from "./books/api-log.ts";
export type { ApiUsage } from "./books/api-usage.ts";
export type { Control } from "./server/api-control.ts";
export type { ApiRequest, ApiScript } from "./server/api-request.ts";
export { type ApiServer, type ApiServerOptions, startApiServer } from "./server/api-server.ts";
export { type BatchFault, type Fault, FaultRates, faultKinds } from "./server/faults.ts";
export { NOW_HEADER } from "./server/told-clock.ts";
