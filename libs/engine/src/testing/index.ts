export { paid } from "./paid.ts";
export { noTracer, silentLogger, startReplica, type TestBudget, type TestReplica } from "./replica.ts";
export { inTurn, nextAnswer, type Scripted, script } from "./script.ts";
