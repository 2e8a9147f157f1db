import { ArmadaError, errorCodes } from "@armada/contracts";

type Fault = "WORKFLOW_CHANGED" | "WORKFLOW_AWAITS_OUTSIDE" | "WORKFLOW_SPINS" | "JOURNAL_FULL";

/** Stops a run: its function and its journal do not fit. Names the step, what the journal holds and what the code asked. */
export class DeterminismError extends ArmadaError {
  override readonly name = "DeterminismError";
  /** Where a step of `ctx.step` meets it, no further attempt does better. */
  readonly terminal = true;

  constructor(
    code: Fault,
    workflow: { readonly name: string; readonly version: number },
    what: { readonly step: number; readonly journal: string; readonly code: string },
  ) {
    super(
      code,
      `${workflow.name} v${workflow.version}, call ${what.step}: the journal holds: ${what.journal}; the code asked: ${what.code}`,
      {
        hint: errorCodes.runs[code].next,
      },
    );
  }
}
