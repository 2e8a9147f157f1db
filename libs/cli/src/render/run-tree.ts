import type { RunView, StepView, WaitingFor } from "@armada/engine/reading";
import { dollars } from "@armada/operations/money/dollars";
import { lengthOf } from "../output.ts";
import { oneLine, theWhole } from "./one-line.ts";

/** Of what an approval shows. */
const SHOWN_ROWS = 12;
const MARK: Readonly<Record<StepView["status"], string>> = { requested: "…", completed: "✓", refused: "✗", parked: "‖", withdrawn: "–" };

/**
 * A run as a tree of its steps, for people. `now` (ms since 1970) gives an open run the time it has taken so far; `under` the
 * rows that stand below a step.
 */
export function runTree(
  run: RunView & { readonly input?: unknown; readonly output?: unknown },
  now?: number,
  under: (n: number) => readonly string[] = () => [],
): string {
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
  const steps = run.steps.map((step): Row => ({ n: step.n, row: stepLine(step), below: under(step.n) }));
  const rows = [...steps, ...waitRows(run), ...approvalRows(run), ...callRows(run)].sort((a, b) => a.n - b.n);
  const all: readonly Pick<Row, "row" | "below">[] = [...rows, ...ledgerRow(run).map((row) => ({ row, below: [] }))];
  const lines = all.flatMap(({ row, below }, index) => {
    const last = index === all.length - 1;
    return [`${last ? "└─" : "├─"} ${row}`, ...below.map((text) => `${last ? " " : "│"}      ${text}`)];
  });
  const { reason, next } = run;
  const why =
    reason === undefined
      ? []
      : [`   ${oneLine(reason.message)} (${reason.code})`, ...(reason.hint === undefined ? [] : [`   ${reason.hint}`])];
  const on = next === undefined ? [] : [`   goes on as ${next}: armada runs show ${next}`];
  const keys =
    run.search === undefined
      ? []
      : [
          `   ${Object.entries(run.search)
            .map(([name, value]) => oneLine(`${name}=${value}`))
            .join(", ")}`,
        ];
  const input = run.input === undefined ? [] : [`   input: ${oneLine(JSON.stringify(run.input))}`];
  const output = run.output === undefined ? [] : [outputRow(run.output)];
  const text = [head.join("  "), ...lines, ...keys, ...input, ...output, ...why, ...on].join("\n");
  return [text, ...theWhole(text, `armada runs show ${run.run} --json`).map((line) => `   ${line}`)].join("\n");
}

/** What a run answered, for people. */
export function outputRow(output: unknown): string {
  return `   output: ${oneLine(JSON.stringify(output))}`;
}

/** A row of the tree, in the order of the workflow's calls, and what stands below it. */
type Row = { readonly n: number; readonly row: string; readonly below: readonly string[] };

function waitRows({ waitingFor = [], approvals = [] }: RunView): Row[] {
  const asked = new Set(approvals.map(({ n }) => n));
  return waitingFor
    .filter(({ kind, n }) => kind !== "approval" || !asked.has(n))
    .map((wait) => ({
      n: wait.n,
      row: `⧗ ${wait.n} ${waitLine(wait)}`,
      below: [],
    }));
}

function approvalRows({ approvals = [] }: RunView): Row[] {
  return approvals.map(({ n, question, show, status, until, by, at }) => {
    const asked = oneLine(question);
    const shown = show === undefined ? [] : rowsOf(show);
    if (status === "open") return { n, row: `⧗ ${n} waits for approval ${asked} until ${until}`, below: shown };
    const mark = status === "approved" ? "✓" : "✗";
    const who = by === undefined ? "" : ` by ${oneLine(by)}`;
    return { n, row: `${mark} ${n} ${status}${who}${at === undefined ? "" : ` at ${at}`}: ${asked}`, below: shown };
  });
}

/** What became of asks and awaited events; those that are still open stand among the waits. */
function callRows({ calls = [] }: RunView): Row[] {
  return calls.flatMap(({ n, kind, what, status, at, event, failure }) => {
    if (status === "open" || status === "withdrawn") return [];
    const mark = status === "answered" || status === "taken" ? "✓" : "✗";
    const when = at === undefined ? "" : ` at ${at}`;
    const why = failure === undefined ? "" : `: ${oneLine(failure.message)} (${failure.code})`;
    const which = event === undefined ? "" : `: armada trace ${event}`;
    return [{ n, row: `${mark} ${n} ${kind} ${oneLine(what)} ${status.replace("_", " ")}${when}${why}${which}`, below: [] }];
  });
}

/** A value that a person is to judge: text as it is, else JSON, a few rows of it. */
function rowsOf(value: unknown): string[] {
  const text = typeof value === "string" ? value : JSON.stringify(value, undefined, 2);
  const rows = text.split("\n").filter((row) => row.trim() !== "");
  const first = rows.slice(0, SHOWN_ROWS).map((row) => oneLine(row, row.length - row.trimStart().length));
  return rows.length > SHOWN_ROWS ? [...first, `… (${rows.length} rows)`] : first;
}

/** What a run waits for, for people: `approval publish this?`, `a budget for writer`. */
export function waitOf({ kind, what }: WaitingFor): string {
  return oneLine(SAY_ALL.has(kind) ? what : `${kind} ${what}`);
}

/** Waits, and until when: `waits for event shop.order.paid 17 until 2026-11-22T18:03:00.000Z`. */
export function waitLine(wait: WaitingFor): string {
  return `waits for ${waitOf(wait)}${wait.until === undefined ? "" : ` until ${wait.until}`}`;
}

/** Kinds whose `what` says the kind too. */
const SAY_ALL: ReadonlySet<string> = new Set(["budget", "sleep", "window"]);

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

/** Degraded as a cheaper tier answered it: the agent did. */
const CHEAPER = "BUDGET_DOWNGRADE";

/** What people call attempts: what came to a wait was none, nor is the fallback's answer, which is counted as one. */
function attemptsOf({ attempts, waited = 0, degraded }: StepView): number {
  const fellBack = degraded !== undefined && degraded.code !== CHEAPER;
  return attempts - waited - (fellBack ? 1 : 0);
}

export function stepLine(step: StepView): string {
  const parts = [`${MARK[step.status]} ${step.n} ${step.agent.padEnd(16)}`, step.status.padEnd(9)];
  if (step.status === "completed") parts.push(lengthOf(step.ms).padStart(8), `${step.tokens} tokens`, dollars(step.costMicros));
  if (step.savedMicros !== undefined) parts.push(`saved ${dollars(step.savedMicros)}`);
  const made = attemptsOf(step);
  if (made > 1) parts.push(`${made} attempts`);
  if (step.degraded !== undefined) parts.push(`degraded: ${oneLine(step.degraded.message)} (${step.degraded.code})`);
  else if (step.status !== "completed" && step.lastFailure !== undefined)
    parts.push(`${oneLine(step.lastFailure.message)} (${step.lastFailure.code})`);
  return parts.join("  ").trimEnd();
}
