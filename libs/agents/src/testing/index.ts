export { noTracer, silentLogger, startReplica, type TestReplica } from "./replica.ts";
