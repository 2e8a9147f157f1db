export { type Duration, milliseconds } from "./duration.ts";
export { ArmadaError, Refusal } from "./errors.ts";
export {
  type AnyEventKind,
  type Capability,
  capability,
  type EventKind,
  type ExternalKind,
  event,
  external,
  type Provision,
} from "./kinds.ts";
export { checkName, isName } from "./names.ts";
