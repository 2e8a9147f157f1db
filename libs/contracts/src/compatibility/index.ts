export { type ContractChange, contractChanges, isBreaking } from "./changes.ts";
export { NO_WORDS } from "./schema-node.ts";
export { type ContractSnapshot, readSnapshot, snapshotOf, snapshotText } from "./snapshot.ts";
