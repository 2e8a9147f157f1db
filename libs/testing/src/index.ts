export { inTurn, type Scripted, script } from "@armada/engine/testing";
export { type Answers, answers } from "./other-teams.ts";
export { type TestTeam, testTeam } from "./test-team.ts";
