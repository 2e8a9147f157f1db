export type { ApiUsage } from "./api-events.ts";
export { ApiLogLine, readApiLog } from "./api-log.ts";
export type { ApiRequest } from "./api-request.ts";
export { type ApiScript, type ApiServer, type ApiServerOptions, startApiServer } from "./api-server.ts";
export { type Fault, type FaultRates, faultKinds } from "./faults.ts";
