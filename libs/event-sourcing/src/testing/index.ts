export type { Adapter, Client, Features, Fixture, TeamWants } from "./conformance/adapter.ts";
export { memoryAdapter } from "./conformance/memory.ts";
export { absent, conformance, runScenario } from "./conformance/run.ts";
export type { Scenario } from "./conformance/scenario.ts";
export { SCENARIOS, WANTS } from "./conformance/scenarios.ts";
export { given } from "./given.ts";
export { immediateScheduler, seededRandom, VirtualClock } from "./virtual-time.ts";
