export type { Stored } from "./answer.ts";
export { type Emitter, emitter } from "./emitter.ts";
export { BatchError, EmitError } from "./errors.ts";
export type { EventInput, EventOptions } from "./event.ts";
export type { EmitterOptions } from "./settings.ts";
