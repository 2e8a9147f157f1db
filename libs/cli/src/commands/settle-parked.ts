import { ArmadaError } from "@armada/contracts";
import { viewOf } from "@armada/engine/reading";
import type { Session } from "@armada/operations/mesh/session";
import { settleAll } from "@armada/operations/parked/bulk";
import { type Parked, type ParkedFilter, type ParkedStep, parkedOf, parkedSteps } from "@armada/operations/parked/list";
import { type ParkedMessage, parkedMessages, type SettledMessage } from "@armada/operations/parked/messages";
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
  const { steps, messages } = await meantBy(session, teams, runs, filterOf(flags), out);
  const settling = settlingOf(to, flags);
  const ofRuns = byRun(steps);
  const targets = [...ofRuns, ...messages];
  const { rate } = settling;
  if (targets.length > 0) {
    const many = [
      ...(ofRuns.length === 0 ? [] : [`${plural(steps.length, "step")} of ${plural(ofRuns.length, "run")}`]),
      ...(messages.length === 0 ? [] : [`${plural(messages.length, "message")} of no run`]),
    ].join(" and ");
    out.say(to === "redrive" ? `redriving ${many}, ${rate} a second at most` : `giving up for good ${many}, ${rate} a second at most`);
  }
  const all: (Settled | SettledMessage)[] = [];
  const tell = (settled: Settled | SettledMessage): void => {
    all.push(settled);
    out.emit("run" in settled ? lineOf(settled, settling) : messageLineOf(settled, settling));
    const id = "run" in settled ? `${settled.run}  ${settled.team}` : `${settled.team}:${settled.seq}`;
    out.say(fitted(`${id}  ${"run" in settled ? saidOf(settled) : messageSaid(settled, to)}`));
  };
  await settleAll(session, targets, settling, tell, signal);
  const kinds = (kind: (Settled | SettledMessage)["kind"]): number => all.filter((one) => one.kind === kind).length;
  const parkedAgain = (one: Settled | SettledMessage): boolean => "steps" in one && one.steps.some(({ became }) => became === "parked");
  const again = all.filter(parkedAgain).length + kinds("failed");
  const taken = kinds("taken") + kinds("failed");
  const total = {
    runs: ofRuns.length,
    messages: messages.length,
    taken,
    nothing: kinds("nothing"),
    unanswered: kinds("unanswered"),
    again,
  };
  out.emit({ type: "parked-total", ...total });
  if (targets.length === 0) out.say("nothing that is parked is meant: there is nothing to do");
  else if (targets.length > 1)
    out.say(`${total.taken} taken, ${total.nothing} were not parked any more, ${total.unanswered} taken by nobody, ${again} parked again`);
  return total.unanswered + again === 0 ? EXIT.ok : EXIT.failed;
}

function plural(n: number, what: string): string {
  return `${n} ${what}${n === 1 ? "" : "s"}`;
}

/** A message of no run, as `parked list` names it. */
const MESSAGE_ID = /^([a-z][a-z0-9_]*):([1-9]\d*)$/;

/** Of the runs and messages that are named, else of all, what the filter means. @throws ArmadaError `NO_SUCH_RUN` */
export async function meantBy(
  session: Reads,
  teams: readonly string[],
  ids: readonly string[],
  filter: ParkedFilter,
  out: Output,
): Promise<Pick<Parked, "steps" | "messages">> {
  if (ids.length === 0) return parkedOf(session, teams, filter);
  const steps: ParkedStep[] = [];
  const messages: ParkedMessage[] = [];
  const already = (run: string, team: string, message: string): void => {
    out.emit({ type: "already", run, message });
    out.say(`${run}  ${team}  ${message}`);
  };
  for (const named of new Set(ids)) {
    const [, owner, seq] = MESSAGE_ID.exec(named) ?? [];
    if (owner !== undefined && teams.includes(owner)) {
      const found = (await parkedMessages(session.log(owner), owner)).filter((one) => one.seq === Number(seq));
      messages.push(...found);
      if (found.length === 0) already(named, owner, "that message is not parked");
      continue;
    }
    const { team, state } = await findRun((name) => session.log(name), teams, named);
    const { run, state: now } = await newest(session, team, named, state);
    const view = viewOf(team, run, now);
    const found = await parkedSteps(session.log(team), { view, state: now }, filter);
    steps.push(...found);
    if (found.length === 0) already(run, team, `nothing of it that is meant is parked; the run is ${view.status}`);
  }
  return { steps: steps.slice(0, filter.limit), messages };
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

function messageLineOf({ team, seq, kind, replica, reason }: SettledMessage, { to, by, why }: Settling): Parameters<Output["emit"]>[0] {
  return {
    type: to === "redrive" ? "message-redriven" : "message-discarded",
    team,
    seq,
    outcome: kind,
    by,
    ...(why === undefined ? {} : { why }),
    ...(replica === undefined ? {} : { replica }),
    ...(reason === undefined ? {} : { reason }),
  };
}

function messageSaid({ kind, replica, reason = "" }: SettledMessage, to: Settling["to"]): string {
  const took = replica === undefined ? "taken" : `taken by ${replica}`;
  const words = {
    taken: `${took}: ${to === "redrive" ? "it was worked" : "given up"}`,
    failed: `${took}: it failed again: ${oneLine(reason)}`,
    nothing: "it is not parked any more",
    unanswered: "no replica took it: nothing was changed, and nothing will be",
  };
  return words[kind];
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
