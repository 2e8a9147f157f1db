import { ArmadaError } from "@armada/contracts";

const NEXT = {
  WORKFLOW_CHANGED: "undo the edit, or keep it as a new version beside the old one; then `armada runs retry ID`",
  WORKFLOW_AWAITS_OUTSIDE: "put the outside work into ctx.step(name, fn) or an agent; then `armada runs retry ID`",
  WORKFLOW_SPINS: "wait for something in each round of a loop, a failed call too: ctx.sleep(length)",
  JOURNAL_FULL: "end long runs with ctx.continueAsNew(input)",
} as const;

/** Stops a run: its function and its journal do not fit. Names the step, what the journal holds and what the code asked. */
export class DeterminismError extends ArmadaError {
  override readonly name = "DeterminismError";
  /** Where a step of `ctx.step` meets it, no further attempt does better. */
  readonly terminal = true;

  constructor(
    code: keyof typeof NEXT,
    workflow: { readonly name: string; readonly version: number },
    what: { readonly step: number; readonly journal: string; readonly code: string },
  ) {
    super(
      code,
      `${workflow.name} v${workflow.version}, call ${what.step}: the journal holds: ${what.journal}; the code asked: ${what.code}`,
      {
        hint: NEXT[code],
      },
    );
  }
}
