export { type ContractChange, contractChanges, isBreaking } from "./changes.ts";
export { type ContractSnapshot, readSnapshot, snapshotOf, snapshotText } from "./snapshot.ts";
