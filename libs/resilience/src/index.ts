export { breaker, mayTry } from "./breaker/breaker.ts";
export { type Admission, Breakers, type Came } from "./breaker/breakers.ts";
export { type BreakerEvent, type BreakerState, breakerOf, breakersFilter } from "./breaker/events.ts";
export { SetBreaker } from "./breaker/set-breaker.ts";
export { type BreakerOptions, type BreakerSettings, breakerSettings } from "./breaker/settings.ts";
export { cascade, cascadeAt, TOGETHER } from "./cascade/cascade.ts";
export { IsolationGate } from "./isolation/gate.ts";
export { type IsolationCommand, type IsolationState, isIsolated, isolatedText, isolationFor, isolationOf } from "./isolation/isolation.ts";
