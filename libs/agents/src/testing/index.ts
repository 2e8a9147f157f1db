export { noTracer, silentLogger, startReplica, type TestReplica } from "./replica.ts";
export { paid, script, type TestTeam, testTeam } from "./test-team.ts";
