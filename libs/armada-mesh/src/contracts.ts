/**
 * What a team's `contract.ts` is made of: what others may know of it. It stands on zod alone, so that whoever imports a contract
 * gets nothing else with it.
 *
 * ```
 * event("orders.order.sent", { version, id, data })      a fact of this team
 * external("com.example.order.placed", { id, data })     what it wants from outside; the gateway takes it
 * capability("orders.send", { input, output })           what others may ask of it
 * throw new Refusal("NOT_COVERED", "…")                  the answer no, which is not tried again
 * ```
 */
export {
  type AnyEventKind,
  type Capability,
  CodedError as ArmadaError,
  capability,
  type Duration,
  type EventKind,
  type ExternalKind,
  event,
  external,
  type Provision,
  Refusal,
} from "@armada/contracts";
