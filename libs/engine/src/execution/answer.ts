import type { Workflow } from "@armada/agents";
import { ArmadaError, isRetryable, type Provenance } from "@armada/contracts";
import type { JournalEvent, JournalEventType } from "../journal/events.ts";
import { cut, failureOf } from "../journal/failure.ts";
import { fitting } from "../journal/fitting.ts";
import { journalForm } from "../journal/form.ts";
import { isOutcome } from "../journal/table.ts";
import { type CachedRun, type Functions, heldLoop } from "./cached-run.ts";
import { DeterminismError } from "./determinism.ts";
import { Execution } from "./execution.ts";

/** The journal messages of one run: a load is limited to 1,024 subjects by the server (engine rule 15). */
const JOURNAL_LIMIT = 1_000;
export const JOURNAL_WARNING = 800;

/**
 * What was decided about a run. A start brings its own provenance; everything later inherits the run's. `handedOver`: a lead goes on
 * from it, because whoever decided has no delivery that would come again if this replica died before all that follows is done.
 */
export type Decision = {
  readonly events: readonly JournalEvent[];
  readonly provenance?: Provenance;
  readonly causation?: string;
  readonly handedOver?: true;
};

/**
 * Lets the run's function answer the decision: the events to write, the decision's own first. `unanswered` where the
 * function must still go on from them, in a replica that has it. The function runs ahead of the append: where that
 * fails the run is to be dropped.
 */
export async function answer(
  run: CachedRun,
  decision: Decision,
  functions: Functions,
  now: number,
): Promise<{ events: readonly JournalEvent[]; unanswered: boolean }> {
  const cause = decision.events;
  const has = (...types: JournalEventType[]): boolean => cause.some((event) => types.includes(event.type));
  const whole = (events: readonly JournalEvent[]): { events: readonly JournalEvent[]; unanswered: boolean } => ({
    events,
    unanswered: false,
  });
  if (run.state.ended !== undefined || run.state.stopped !== undefined) return whole(cause);
  if (has("run.ended", "run.stopped", "run.resumed", "run.moved")) return whole(cause);
  if (cause.length > 0 && !cause.some(isOutcome)) return whole(cause);
  if (run.fault !== undefined) return whole([...cause, stop(run.fault)]);
  const start = cause.find((event) => event.type === "run.started")?.data;
  const about = start ?? run.state;
  const workflow = functions.workflow(about.workflow, about.version);
  if (workflow === undefined || decision.handedOver === true) {
    run.execution = undefined; // it does not go on from what is written here
    return { events: cause, unanswered: cause.length > 0 };
  }
  const held = heldLoop(run, functions, workflow);
  if (held !== undefined) return whole([...cause, stop(held)]);
  if (start !== undefined) {
    const correlation = decision.provenance?.correlation ?? run.id;
    run.execution = new Execution(workflow, { id: run.id, correlation }, functions.scheduler, functions.watch);
  }
  const { execution } = run;
  if (execution === undefined) return whole(cause);
  try {
    const at = { time: now, root: run.state.length + 1, replaying: false, patches: run.state.patches };
    const taken: JournalEvent[] = [];
    for (const event of cause) {
      if (execution.result !== undefined && taken.length > 0) break; // the function has ended: what comes after is late
      taken.push(event);
      await execution.apply(await functions.payloads.resolveEvent(event), at);
    }
    const asked = await execution.react(now);
    const events = [...taken, ...asked];
    if (asked.some((event) => event.type === "run.ended")) return whole(events);
    if (execution.result !== undefined) return whole([...events, end(run, events, execution.result, workflow)]);
    if (run.state.length + 1 >= JOURNAL_LIMIT && (asked.length > 0 || execution.inlines.length > 0))
      throw new DeterminismError("JOURNAL_FULL", workflow, {
        step: execution.outstanding.at(-1)?.n ?? 0,
        journal: `${JOURNAL_LIMIT} messages, which is the limit`,
        code: "more calls",
      });
    return whole(events);
  } catch (error) {
    if (!(error instanceof ArmadaError) || isRetryable(error)) throw error;
    return whole([...cause, stop(error)]);
  }
}

/** Stops a run for what its function, or its journal, does not allow to go on with. */
export function stop({ code, message, hint }: ArmadaError): JournalEvent {
  return { type: "run.stopped", data: { code, message: cut(message), ...(hint === undefined ? {} : { hint: cut(hint) }) } };
}

const MISTAKES: ReadonlySet<string> = new Set(["NOT_LISTED", "FOREIGN_EVENT", "WRONG_KIND"]);

/** Whether a function ended because something is wrong with its team's files: once that is mended, the run goes on. */
function isMistaken(error: unknown): error is ArmadaError {
  return error instanceof ArmadaError && MISTAKES.has(error.code);
}

function end(
  run: CachedRun,
  events: readonly JournalEvent[],
  result: { readonly output: unknown } | { readonly error: unknown },
  workflow: Pick<Workflow, "name" | "output">,
): JournalEvent {
  const failed = (error: unknown): JournalEvent => ({ type: "run.ended", data: { status: "failed", failure: failureOf(error) } });
  if ("error" in result) return isMistaken(result.error) ? stop(result.error) : failed(result.error);
  const fits = fitting(workflow.output, result.output);
  if (!fits.success) return failed(new ArmadaError("OUTPUT_INVALID", `the run's output does not fit its schema: ${fits.message}`));
  let output: unknown;
  try {
    output = journalForm(fits.data, `the output of ${workflow.name}`);
  } catch (error) {
    return failed(error);
  }
  const degraded =
    [...run.state.steps.values()].some((step) => step.degraded !== undefined) ||
    events.some((event) => event.type === "step.completed" && event.data.degraded !== undefined);
  return { type: "run.ended", data: { status: degraded ? "degraded" : "completed", output } };
}
