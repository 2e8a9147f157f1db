import { ArmadaError } from "@armada/contracts";
import { viewOf } from "@armada/engine/reading";
import type { Session } from "@armada/operations/mesh/session";
import { settleAll } from "@armada/operations/parked/bulk";
import { type ParkedFilter, type ParkedStep, parkedOf, parkedSteps } from "@armada/operations/parked/list";
import type { ParkedOfRun, Settled, SettledStep, Settling } from "@armada/operations/parked/settle";
import { newest } from "@armada/operations/runs/controls";
import { findRun } from "@armada/operations/runs/find";
import { lengthOf } from "../arguments/length.ts";
import { EXIT } from "../exit.ts";
import type { Output } from "../output.ts";
import { fitted } from "../render/fitted.ts";
import { oneLine } from "../render/one-line.ts";
import { checkMeant, filterOf, type ParkedFlags } from "./parked-flags.ts";

export type SettleFlags = ParkedFlags & {
  readonly all?: boolean;
  readonly rate?: string;
  readonly wait?: string;
  readonly why?: string;
  readonly by?: string;
};

/** Runs that are begun a second, unless said and at most. */
const RATE = 50;
const MOST_RATE = 1_000;
const WAIT = "30s";
const BY = "operator";

type Reads = Pick<Session, "log" | "state" | "runs" | "subjects" | "queues">;

/** What is wrong with the flags, before a mesh is looked for. @throws ArmadaError `USAGE` */
export function checkSettling(runs: readonly string[], flags: SettleFlags): void {
  checkMeant(runs, flags);
  filterOf(flags);
  settlingOf("redrive", flags);
}

/** Tries parked steps anew, or ends their runs, and says what became of each. */
export async function settleCommand(
  session: Reads & Pick<Session, "ask">,
  teams: readonly string[],
  to: Settling["to"],
  runs: readonly string[],
  flags: SettleFlags,
  out: Output,
  signal: AbortSignal,
): Promise<number> {
  const steps = await stepsMeant(session, teams, runs, filterOf(flags), out);
  const settling = settlingOf(to, flags);
  const targets = byRun(steps);
  const { rate } = settling;
  const many = `${steps.length} step${steps.length === 1 ? "" : "s"} of ${targets.length} run${targets.length === 1 ? "" : "s"}`;
  if (targets.length > 0)
    out.say(
      to === "redrive" ? `redriving ${many}, ${rate} a second at most` : `ending for good the runs of ${many}, ${rate} a second at most`,
    );
  const all: Settled[] = [];
  const tell = (settled: Settled): void => {
    all.push(settled);
    out.emit(lineOf(settled, settling));
    out.say(fitted(`${settled.run}  ${settled.team}  ${saidOf(settled)}`));
  };
  await settleAll(session, targets, settling, tell, signal);
  const kinds = (kind: Settled["kind"]): number => all.filter((one) => one.kind === kind).length;
  const again = all.filter((one) => one.kind === "taken" && one.steps.some(({ became }) => became === "parked")).length;
  const total = { runs: targets.length, taken: kinds("taken"), nothing: kinds("nothing"), unanswered: kinds("unanswered"), again };
  out.emit({ type: "parked-total", ...total });
  if (targets.length === 0) out.say("nothing that is parked is meant: there is nothing to do");
  else if (targets.length > 1)
    out.say(`${total.taken} taken, ${total.nothing} were not parked any more, ${total.unanswered} taken by nobody, ${again} parked again`);
  return total.unanswered + again === 0 ? EXIT.ok : EXIT.failed;
}

/** Of the runs that are named, else of all, what the filter means. @throws ArmadaError `NO_SUCH_RUN` */
export async function stepsMeant(
  session: Reads,
  teams: readonly string[],
  runs: readonly string[],
  filter: ParkedFilter,
  out: Output,
): Promise<readonly ParkedStep[]> {
  if (runs.length === 0) return (await parkedOf(session, teams, filter)).steps;
  const found: ParkedStep[] = [];
  for (const named of new Set(runs)) {
    const { team, state } = await findRun((name) => session.log(name), teams, named);
    const { run, state: now } = await newest(session, team, named, state);
    const view = viewOf(team, run, now);
    const steps = await parkedSteps(session.log(team), { view, state: now }, filter);
    found.push(...steps);
    if (steps.length > 0) continue;
    const message = `nothing of it that is meant is parked; the run is ${view.status}`;
    out.emit({ type: "already", run, message });
    out.say(`${run}  ${team}  ${message}`);
  }
  return found.slice(0, filter.limit);
}

function byRun(steps: readonly ParkedStep[]): readonly ParkedOfRun[] {
  const runs = new Map<string, ParkedStep[]>();
  for (const step of steps) runs.set(`${step.team} ${step.run}`, [...(runs.get(`${step.team} ${step.run}`) ?? []), step]);
  return [...runs.values()].flatMap((of) => (of[0] === undefined ? [] : [{ team: of[0].team, run: of[0].run, steps: of }]));
}

/** @throws ArmadaError `USAGE` */
function settlingOf(to: Settling["to"], { rate, wait = WAIT, why, by = BY }: SettleFlags): Settling & { readonly rate: number } {
  const most = rate === undefined ? RATE : Number(rate);
  if (most > MOST_RATE)
    throw new ArmadaError("USAGE", `--rate ${rate} is more than ${MOST_RATE} a second`, { hint: `${RATE} unless said` });
  const said = why?.replace(/[\s\p{Cc}]+/gu, " ").trim() ?? "";
  return { to, by, waitMs: lengthOf("--wait", wait), rate: most, ...(said === "" ? {} : { why: said }) };
}

function lineOf(settled: Settled, { to, by, why }: Settling): Parameters<Output["emit"]>[0] {
  const { team, run, kind } = settled;
  return {
    type: to === "redrive" ? "redriven" : "discarded",
    team,
    run,
    outcome: kind,
    by,
    ...(why === undefined ? {} : { why }),
    ...("replica" in settled && settled.replica !== undefined ? { replica: settled.replica } : {}),
    ...("status" in settled ? { status: settled.status } : {}),
    steps: "steps" in settled ? settled.steps : [],
  };
}

function saidOf(settled: Settled): string {
  switch (settled.kind) {
    case "nothing":
      return `nothing of it is parked any more; the run is ${settled.status}`;
    case "unanswered":
      return "no replica took it: nothing was changed, and nothing will be";
    case "taken": {
      const { replica, steps, status } = settled;
      const took = replica === undefined ? "taken" : `taken by ${replica}`;
      return [`${took}:`, `${steps.map(stepSaid).join(", ")};`, `the run is ${status}`].join(" ");
    }
    default:
      return settled satisfies never;
  }
}

function stepSaid({ n, agent, became, code, message = "" }: SettledStep): string {
  const why = code === undefined ? "" : `: ${oneLine(message)} (${code})`;
  const words = { completed: "completed", refused: "refused", parked: "parked again", withdrawn: "given up", open: "still at work" };
  return `step ${n} ${agent} ${words[became]}${why}`;
}
