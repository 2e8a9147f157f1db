import { ArmadaError, Refusal } from "@armada/contracts";
import { DeterminismError } from "./determinism.ts";
import { Execution } from "./execution.ts";
import type { Functions, HotRun } from "./hot-run.ts";
import type { Failure, JournalEvent, JournalEventType } from "./journal-events.ts";
import type { Provenance } from "./journal-message.ts";

/** The journal messages of one run: a load is limited to 1,024 subjects by the server (ENGINE rule 15). */
const JOURNAL_LIMIT = 1_000;
export const JOURNAL_WARNING = 800;

/** What was decided about a run. A start brings its own provenance; everything later inherits the run's. */
export type Decision = { readonly events: readonly JournalEvent[]; readonly provenance?: Provenance; readonly causation?: string };

const OUTCOMES: ReadonlySet<JournalEventType> = new Set<JournalEventType>([
  "run.started",
  "step.completed",
  "step.refused",
  "inline.completed",
  "inline.failed",
  "ask.answered",
  "wait.met",
  "approval.given",
  "timer.fired",
]);

/**
 * Lets the run's function answer the decision: the events to write, the decision's own first. `unanswered` where the
 * function must still go on from them, in a replica that has it. The function runs ahead of the append: where that
 * fails the run is to be dropped.
 */
export async function answer(
  run: HotRun,
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
  if (cause.length > 0 && !cause.some((event) => OUTCOMES.has(event.type))) return whole(cause);
  if (run.fault !== undefined) return whole([...cause, stop(run.fault)]);
  const start = cause.find((event) => event.type === "run.started")?.data;
  const about = start ?? run.state;
  const workflow = functions.workflow(about.workflow, about.version);
  if (workflow === undefined) return { events: cause, unanswered: cause.length > 0 };
  if (start !== undefined) {
    const correlation = decision.provenance?.correlation ?? run.id;
    run.execution = new Execution(workflow, { id: run.id, correlation }, functions.scheduler);
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
    const asked = await execution.react();
    const events = [...taken, ...asked];
    if (asked.some((event) => event.type === "run.ended")) return whole(events);
    if (execution.result !== undefined) return whole([...events, end(run, events, execution.result, workflow.output)]);
    if (run.state.length + 1 >= JOURNAL_LIMIT && (asked.length > 0 || execution.inlines.length > 0))
      throw new DeterminismError("JOURNAL_FULL", workflow, {
        step: execution.outstanding.at(-1)?.n ?? 0,
        journal: `${JOURNAL_LIMIT} messages, which is the limit`,
        code: "more calls",
      });
    return whole(events);
  } catch (error) {
    if (!(error instanceof DeterminismError)) throw error;
    return whole([...cause, stop(error)]);
  }
}

function stop(error: DeterminismError): JournalEvent {
  const { code, message, hint } = error;
  return { type: "run.stopped", data: { code, message, ...(hint === undefined ? {} : { hint }) } };
}

function end(
  run: HotRun,
  events: readonly JournalEvent[],
  result: { readonly output: unknown } | { readonly error: unknown },
  schema: { safeParse(value: unknown): { success: boolean; data?: unknown; error?: { message: string } | undefined } },
): JournalEvent {
  if ("error" in result) return { type: "run.ended", data: { status: "failed", failure: failureOf(result.error) } };
  const output = schema.safeParse(result.output);
  if (!output.success)
    return {
      type: "run.ended",
      data: {
        status: "failed",
        failure: { code: "OUTPUT_INVALID", message: `the run's output does not fit its schema: ${output.error?.message ?? ""}` },
      },
    };
  const degraded =
    [...run.state.steps.values()].some((step) => step.degraded !== undefined) ||
    events.some((event) => event.type === "step.completed" && event.data.degraded !== undefined);
  return { type: "run.ended", data: { status: degraded ? "degraded" : "completed", output: output.data ?? null } };
}

/** An error as the journal keeps it: code, message and what to do; never a stack. */
export function failureOf(error: unknown): Failure {
  const message = error instanceof Error ? error.message : String(error);
  if (!(error instanceof ArmadaError)) return { code: "WORKFLOW_FAILED", message };
  return {
    code: error.code,
    message,
    ...(error.hint === undefined ? {} : { hint: error.hint }),
    ...(error instanceof Refusal && error.details !== undefined ? { details: error.details } : {}),
  };
}
