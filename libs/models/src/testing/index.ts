export type { ApiCall } from "./api-calls.ts";
export type { Control } from "./api-control.ts";
export { ApiLogLine, readApiLog } from "./api-log.ts";
export type { ApiRequest, ApiScript } from "./api-request.ts";
export { type ApiServer, type ApiServerOptions, startApiServer } from "./api-server.ts";
export type { ApiUsage } from "./api-usage.ts";
export { type BatchFault, type Fault, FaultRates, faultKinds } from "./faults.ts";
export { roughTokens } from "./prompt-cache.ts";
export { NOW_HEADER } from "./told-clock.ts";
