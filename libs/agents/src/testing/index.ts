export { type Answers, answers } from "./other-teams.ts";
export { paid } from "./paid.ts";
export { noTracer, silentLogger, startReplica, type TestReplica } from "./replica.ts";
export { inTurn, type Scripted, script } from "./script.ts";
export { type TestTeam, testTeam } from "./test-team.ts";
