import type { RunState } from "../journal/state.ts";

/** All that a run can be, as it is shown and asked for. */
export const RUN_STATUSES = [
  "running",
  "waiting",
  "parked",
  "stopped",
  "completed",
  "degraded",
  "failed",
  "cancelled",
  "continued",
] as const;
/** Those of runs that have ended. */
export const ENDED_STATUSES = ["completed", "degraded", "failed", "cancelled", "continued"] as const satisfies readonly RunStatus[];
/** What a run is now; `statusOf` tells it. */
export type RunStatus = (typeof RUN_STATUSES)[number];

/** The status of DESIGN.md; `continued` is an end whose work another run goes on with. */
export function statusOf(state: Pick<RunState, "ended" | "stopped" | "steps" | "waits">): RunStatus {
  if (state.ended !== undefined) return state.ended.status;
  if (state.stopped !== undefined) return "stopped";
  const steps = [...state.steps.values()];
  const requested = steps.filter((step) => step.status === "requested");
  if (requested.length > 0) {
    const waits = requested.every(({ budgetUntil, held, waits }) => budgetUntil !== undefined || held !== undefined || waits !== undefined);
    return waits ? "waiting" : "running";
  }
  if (steps.some((step) => step.status === "parked")) return "parked";
  return [...state.waits.values()].some((wait) => wait.open) ? "waiting" : "running";
}
