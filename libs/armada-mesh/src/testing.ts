/** Tests a whole team in memory, on a clock that does not wait: `await using t = testTeam(team, { seed: 1 })`. */
export { localModel } from "@armada/local-model";
export type { ModelRequest, Models } from "@armada/models";
export { type Answers, answers, inTurn, type Scripted, script, type TestTeam, testTeam } from "@armada/testing";
