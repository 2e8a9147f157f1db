export { ModelError, type ModelErrorCode, modelErrorCodes } from "./errors.ts";
export type { ModelAnswer, ModelRequest, Models, Passage, Tier, Usage } from "./port.ts";
