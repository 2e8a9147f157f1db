import type { Told } from "./reader.ts";

/** What the next attempt at a step goes by. Ordinals of messages; `tools`: calls of `write` tools that have a result. */
export type StepBasis = { failures: number; dispatchedAt: number; delivery: number; tools: readonly number[] };

/** What decides over a run's next message, as its journal says it: a second fold of it, without the engine. */
export class Basis {
  readonly steps = new Map<number, StepBasis>();
  /** Inline steps with an outcome, and the patches that the function has passed. */
  readonly inlines = new Set<number>();
  readonly patches = new Set<unknown>();
  #ordinal = 0;

  write(events: readonly Told[]): void {
    this.#ordinal++;
    for (const event of events) this.#event(event);
  }

  #event({ type, data }: Told): void {
    const n = Number(data.n);
    if (type === "inline.completed" || type === "inline.failed") this.inlines.add(n);
    if (type === "run.patched") this.patches.add(data.id);
    if (type === "step.requested") this.steps.set(n, { failures: 0, dispatchedAt: this.#ordinal, delivery: 0, tools: [] });
    const step = this.steps.get(n);
    if (step === undefined) return;
    switch (type) {
      case "step.attempt_failed":
      case "step.worker_lost":
        if (type === "step.worker_lost" || data.counts === true) step.failures++;
        step.delivery = Number(data.delivery);
        return;
      case "step.retried":
      case "step.released":
        if (type === "step.retried") step.failures = 0;
        step.dispatchedAt = this.#ordinal;
        step.delivery = 0; // deliveries of a new dispatch are counted anew
        return;
      case "step.tool":
        step.tools = [...step.tools, Number(data.call)];
        return;
      default:
        return;
    }
  }
}
