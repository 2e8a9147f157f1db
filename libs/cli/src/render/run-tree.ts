import type { RunView, StepView, WaitingFor } from "@armada/agents";
import { dollars, lengthOf } from "../output.ts";

const MARK: Readonly<Record<StepView["status"], string>> = { requested: "…", completed: "✓", refused: "✗", parked: "‖" };

/**
 * A run as a tree of its steps, for people. `now` (ms since 1970) gives an open run the time it has taken so far; `under` the
 * rows that stand below a step.
 */
export function runTree(run: RunView, now?: number, under: (n: number) => readonly string[] = () => []): string {
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
    (wait) => `⧗ ${wait.n} waits for ${waitOf(wait)}${wait.until === undefined ? "" : ` until ${wait.until}`}`,
  );
  const rows = [...run.steps.map((step) => [stepLine(step), ...under(step.n)]), ...[...waits, ...ledgerRow(run)].map((row) => [row])];
  const lines = rows.flatMap(([row, ...below], index) => {
    const last = index === rows.length - 1;
    return [`${last ? "└─" : "├─"} ${row}`, ...below.map((text) => `${last ? " " : "│"}      ${text}`)];
  });
  const reason =
    run.reason === undefined
      ? []
      : [`   ${run.reason.message} (${run.reason.code})`, ...(run.reason.hint === undefined ? [] : [`   ${run.reason.hint}`])];
  return [head.join("  "), ...lines, ...reason].join("\n");
}

/** What a run waits for, for people: `approval publish this?`, `a budget for writer`. */
export function waitOf({ kind, what }: WaitingFor): string {
  return kind === "budget" ? what : `${kind} ${what}`;
}

/** What limits did to a run, and caches for it; no row where neither did anything. */
function ledgerRow(run: RunView): string[] {
  const cheaper = run.steps.filter(({ degraded }) => degraded?.code === BUDGET_DOWNGRADE).length;
  const poor = (run.waitingFor ?? []).filter(({ kind }) => kind === "budget").length;
  const saved = run.steps.reduce((sum, { savedMicros = 0 }) => sum + savedMicros, 0);
  const parts = [
    ...(cheaper === 0 ? [] : [`${cheaper} ${cheaper === 1 ? "step" : "steps"} got a cheaper model`]),
    ...(poor === 0 ? [] : [`${poor} ${poor === 1 ? "waits" : "wait"} for a budget`]),
    ...(saved === 0 ? [] : [`${dollars(saved)} saved by caches`]),
  ];
  const where = cheaper + poor === 0 ? "" : `: armada budgets --team ${run.team}`;
  return parts.length === 0 ? [] : [`¤ ${parts.join(", ")}${where}`];
}

/** The code of an answer that a cheaper tier gave, because a limit was nearly used up. */
const BUDGET_DOWNGRADE = "BUDGET_DOWNGRADE";

export function stepLine(step: StepView): string {
  const parts = [`${MARK[step.status]} ${step.n} ${step.agent.padEnd(16)}`, step.status.padEnd(9)];
  if (step.status === "completed") parts.push(lengthOf(step.ms).padStart(8), `${step.tokens} tokens`, dollars(step.costMicros));
  if (step.savedMicros !== undefined) parts.push(`saved ${dollars(step.savedMicros)}`);
  if (step.attempts > 1) parts.push(`${step.attempts} attempts`);
  if (step.degraded !== undefined) parts.push(`degraded: ${step.degraded.message} (${step.degraded.code})`);
  else if (step.status !== "completed" && step.lastFailure !== undefined)
    parts.push(`${step.lastFailure.message} (${step.lastFailure.code})`);
  return parts.join("  ").trimEnd();
}
