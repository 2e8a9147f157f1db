/**
 * Runs. A message that is delivered to a replica goes this way, and is acknowledged at its end:
 *
 *     inbound ────────┐                                  ┌─► a journal message, appended behind the run's last one
 *       start, answer,│  runs/run-store ─► execution ────┤
 *       fact, timer   ├─► decide on the    answer: what  └─► journal/derive: what follows from it (dispatches, asks, timers,
 *     steps/worker ───┘   newest state     does the code       facts), stored by runs/store-derived
 *       a step's outcome                   ask next?
 *
 * `journal` says what each event means (`table.ts`), `view` how a run is shown, `read-models` what a team folds from facts and the
 * index of its runs. `replica.ts` puts all of it to work on a team's queues. The rules are in `docs/engine.md`.
 */
export { fits } from "./execution/fits.ts";
export { type Admission, admit, newest } from "./inbound/admission.ts";
export { answeredByCode, type CodeCapability } from "./inbound/code-capability.ts";
export { allQueues, factFilter, queuesOf, sourcesOf, subscriptionName } from "./inbound/queues.ts";
export { formerId, runIdOf, startedBy } from "./inbound/starts.ts";
export { schemas as journalSchemas } from "./journal/events.ts";
export { concludedCalls, expiredCalls } from "./journal/expired-calls.ts";
export { isObjectRef, MAX_BODY, type ObjectRef } from "./journal/payloads.ts";
export { readModelsAt } from "./read-models/at.ts";
export { readModelStopped, type View } from "./read-models/read-models.ts";
export { type KeeperPorts, keepRunIndex } from "./read-models/run-index-keeper.ts";
export { readModelStop } from "./read-models/stops.ts";
export * from "./reading.ts";
export { type Engine, type RunningStep, startEngine } from "./replica.ts";
export { HELD_LOOP } from "./runs/held-loops.ts";
export { type CallServices, callAgent, type GivenCall, type MakeCall } from "./steps/agent-call.ts";
export type { Budget } from "./steps/budget.ts";
export { tierOf } from "./steps/downgrade.ts";
export type { Sandbox, Sandboxes, Sandboxing } from "./steps/sandbox.ts";
