import type { RunView, StepView } from "@armada/agents";
import { dollars, lengthOf } from "../output.ts";

const MARK: Readonly<Record<StepView["status"], string>> = { requested: "…", completed: "✓", refused: "✗", parked: "‖" };

/** A run as a tree of its steps, for people. `now` (ms since 1970) gives an open run the time it has taken so far. */
export function runTree(run: RunView, now?: number): string {
  const tokens = run.steps.reduce((sum, step) => sum + step.tokens, 0);
  const micros = run.steps.reduce((sum, step) => sum + step.costMicros, 0);
  const until = run.endedAt === undefined ? now : Date.parse(run.endedAt);
  const ms = until === undefined ? undefined : Math.max(0, until - Date.parse(run.startedAt));
  const head = [
    run.run,
    `${run.team}.${run.workflow} v${run.version}`,
    run.status,
    ...(ms === undefined ? [] : [lengthOf(ms)]),
    `${tokens} tokens`,
    dollars(micros),
    ...(run.interruptions === 0 ? [] : [`${run.interruptions} interrupted attempt${run.interruptions === 1 ? "" : "s"}`]),
  ];
  const waits = (run.waitingFor ?? []).map(
    ({ kind, n, what, until }) => `⧗ ${n} waits for ${kind} ${what}${until === undefined ? "" : ` until ${until}`}`,
  );
  const rows = [...run.steps.map(stepLine), ...waits];
  const lines = rows.map((row, index) => `${index === rows.length - 1 ? "└─" : "├─"} ${row}`);
  const reason =
    run.reason === undefined
      ? []
      : [`   ${run.reason.message} (${run.reason.code})`, ...(run.reason.hint === undefined ? [] : [`   ${run.reason.hint}`])];
  return [head.join("  "), ...lines, ...reason].join("\n");
}

export function stepLine(step: StepView): string {
  const parts = [`${MARK[step.status]} ${step.n} ${step.agent.padEnd(16)}`, step.status.padEnd(9)];
  if (step.status === "completed") parts.push(lengthOf(step.ms).padStart(8), `${step.tokens} tokens`, dollars(step.costMicros));
  if (step.attempts > 1) parts.push(`${step.attempts} attempts`);
  if (step.degraded !== undefined) parts.push(`degraded: ${step.degraded.message} (${step.degraded.code})`);
  else if (step.status !== "completed" && step.lastFailure !== undefined)
    parts.push(`${step.lastFailure.message} (${step.lastFailure.code})`);
  return parts.join("  ").trimEnd();
}
