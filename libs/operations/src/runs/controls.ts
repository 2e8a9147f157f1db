import { randomBytes } from "node:crypto";
import type { Team } from "@armada/agents";
import { ArmadaError, runFilter } from "@armada/contracts";
import {
  type ApprovalView,
  approvalsOf,
  type JournalMessage,
  newestGeneration,
  type RunState,
  type RunStatus,
  readJournalMessage,
  viewOf,
} from "@armada/engine/reading";
import { loadWhole } from "@armada/event-sourcing";
import type { Session } from "../mesh/session.ts";
import { findRun } from "./find.ts";

const CONTROL_MS = 10_000;
const LOOK_MS = 50;

/** The run that goes on with the work of a continued one, and so on to the newest that has begun; the run itself where it did not continue. */
export async function newest(
  session: Pick<Session, "state">,
  team: string,
  run: string,
  state: RunState,
): Promise<{ run: string; state: RunState }> {
  if (state.ended?.next === undefined) return { run, state };
  const last = await newestGeneration(run, async (id) => (await session.state(team, id)).exists);
  return last === run ? { run, state } : { run: last, state: await session.state(team, last) };
}

/** A change that a run's own team is asked for, and how its journal shows that it is done. `says`: what became of the run, in the words before its id. */
export type Control = {
  readonly capability: "run_approve" | "run_cancel" | "run_retry" | "run_move";
  /** Asked for after `check`. */
  data(): Readonly<Record<string, unknown>>;
  /** What there is to do before; a text where there is nothing. */
  check(state: RunState): string | undefined;
  /** Whether the journal shows it done. */
  done(state: RunState): boolean;
  /** Whether the team did it, to no avail: the run is as it was before. `since`: what the journal has had since. */
  undone?(state: RunState, since: readonly JournalMessage[]): boolean;
  readonly says: string;
};

/** `run`: which run it came to, the one asked for or one that goes on with its work. */
export type Controlled =
  | { readonly kind: "already"; readonly run: string; readonly message: string }
  | { readonly kind: "done"; readonly run: string; readonly status: RunStatus };

/**
 * Asks the run's own team for a change of the newest run that goes on with its work, and waits until its journal shows it.
 * @throws ArmadaError `CONTROL_UNANSWERED`, `RETRIED_IN_VAIN`, and what `findRun` throws
 */
export async function controlRun(
  session: Pick<Session, "state" | "ask" | "log">,
  teams: readonly string[],
  run: string,
  control: Control,
): Promise<Controlled> {
  const { team, state } = await findRun((name) => session.log(name), teams, run);
  const deadline = Date.now() + CONTROL_MS;
  let last = await newest(session, team, run, state);
  while (last.state.ended?.next !== undefined && Date.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS)); // the next one is about to begin
    last = await newest(session, team, last.run, last.state);
  }
  const nothing = control.check(last.state);
  if (nothing !== undefined) return { kind: "already", run: last.run, message: nothing };
  await session.ask(team, control.capability, `${last.run.slice(0, 90)}-${randomBytes(6).toString("hex")}`, {
    run: last.run,
    by: "operator",
    ...control.data(),
  });
  const asked = last;
  while (Date.now() < deadline) {
    // Looked at before the state, which must have seen what was done: else it is how the run was before that.
    const since = await journalAfter(session, team, asked.run, asked.state.length);
    last = { run: last.run, state: await session.state(team, last.run) };
    if (control.undone?.(last.state, since) === true) throw inVain(team, last.run, last.state);
    if (control.done(last.state)) return { kind: "done", run: last.run, status: viewOf(team, last.run, last.state).status };
    last = await newest(session, team, last.run, last.state);
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
  throw new ArmadaError("CONTROL_UNANSWERED", `team ${team} did not act on ${run} within ${CONTROL_MS / 1_000} s`, {
    hint: "is it up? see `armada health`",
  });
}

async function journalAfter(session: Pick<Session, "log">, team: string, run: string, n: number): Promise<readonly JournalMessage[]> {
  const { messages } = await loadWhole(session.log(team), [runFilter(team, run)]);
  const journal = messages.map(readJournalMessage);
  return journal.filter((message) => message !== undefined).filter((message) => message.n > n);
}

function inVain(team: string, run: string, state: RunState): ArmadaError {
  const { status, reason } = viewOf(team, run, state);
  const why = reason === undefined ? "" : `: ${reason.message} (${reason.code})`;
  const hint = reason?.hint === undefined ? {} : { hint: reason.hint };
  return new ArmadaError("RETRIED_IN_VAIN", `${run} was tried and is ${status} again${why}`, hint);
}

/** Answers an approval that a run waits for: call `n`, else the first that is open; `by`: who answers. */
export function approval(flags: { reject?: boolean; n?: string; by?: string }): Control {
  const about = (state: RunState) =>
    [...state.waits.values()].filter((wait) => wait.kind === "approval" && (flags.n === undefined || wait.n === Number(flags.n)));
  const openOf = (state: RunState) => about(state).find(({ open }) => open)?.n;
  let asked: number | undefined;
  return {
    capability: "run_approve",
    // Names the question that was looked at: when the answer comes, another one may be open.
    data: () => ({ approved: flags.reject !== true, ...(flags.by === undefined ? {} : { by: flags.by }), n: asked }),
    check: (state) => {
      asked = openOf(state);
      if (asked !== undefined) return undefined;
      return answeredAs(
        approvalsOf(state).filter(({ n }) => flags.n === undefined || n === Number(flags.n)),
        flags.reject === true ? "refused" : "approved",
      );
    },
    done: (state) => state.ended !== undefined || (asked !== undefined && state.waits.get(asked)?.open !== true),
    says: flags.reject === true ? "rejected" : "approved",
  };
}

/** What became of what was asked, in words. @throws ArmadaError `ALREADY_ANSWERED` where it was answered the other way, or is open no more */
function answeredAs(approvals: readonly ApprovalView[], wanted: "approved" | "refused"): string {
  const last = approvals.at(-1);
  if (last === undefined) return "nothing waits for an approval";
  const { status, by, at, question } = last;
  const who = by === undefined ? "" : ` by ${by}`;
  const said = `already ${status}${who}${at === undefined ? "" : ` at ${at}`}: ${question}`;
  if (status === wanted) return said;
  throw new ArmadaError("ALREADY_ANSWERED", said, { hint: "an answer stands; `armada runs show ID` says what came of it" });
}

/** Ends a run as cancelled; `reason` is journaled with it. */
export function cancellation(flags: { reason?: string }): Control {
  return {
    capability: "run_cancel",
    data: () => (flags.reason === undefined ? {} : { reason: flags.reason }),
    check: (state) => (state.ended === undefined ? undefined : `already ended: ${state.ended.status}`),
    done: (state) => state.ended !== undefined && state.ended.next === undefined,
    says: "cancelled",
  };
}

/** Lets a parked or stopped run go on. */
export function retrial(): Control {
  const stuck = (state: RunState): boolean =>
    state.stopped !== undefined || [...state.steps.values()].some((step) => step.status === "parked");
  return {
    capability: "run_retry",
    data: () => ({}),
    check: (state) => {
      if (state.ended === undefined && stuck(state)) return undefined;
      const waits = state.ended === undefined && [...state.steps.values()].some(({ budgetUntil }) => budgetUntil !== undefined);
      return `nothing of it is parked or stopped${waits ? "; it waits for a budget, and looks each minute whether there is one" : ""}`;
    },
    done: (state) => state.ended !== undefined || !stuck(state),
    undone: (state, since) =>
      state.ended === undefined &&
      stuck(state) &&
      since.some(({ events }) => events.some(({ type }) => type === "run.resumed" || type === "step.retried")),
    says: "goes on:",
  };
}

/**
 * Tries the other version against the journal before anything is asked. `definition`: the code of the run's team, by its name.
 * @throws ArmadaError `VERSION_UNKNOWN`, `WORKFLOW_CHANGED`, and what `findRun` throws
 */
export async function checkMove(
  session: Pick<Session, "teams" | "log" | "state" | "objects">,
  run: string,
  version: number,
  definition: (team: string) => Promise<Team>,
): Promise<void> {
  const [{ fits }, { systemScheduler }] = await Promise.all([import("@armada/engine"), import("@armada/runtime/ports")]);
  const found = await findRun((name) => session.log(name), await session.teams(), run);
  const team = await definition(found.team);
  const last = await newest(session, found.team, run, found.state);
  const served = team.workflows.filter((one) => one.name === last.state.workflow).map((one) => one.version);
  if (!served.includes(version))
    throw new ArmadaError("VERSION_UNKNOWN", `team ${found.team} has no ${last.state.workflow} v${version}`, {
      hint: `it serves ${served.map((one) => `v${one}`).join(", ") || "none"}`,
    });
  const { messages } = await loadWhole(session.log(found.team), [runFilter(found.team, last.run)]);
  const fault = await fits(team, { id: last.run, journal: messages, version }, { objects: session.objects, idle: systemScheduler.idle });
  if (fault !== undefined) throw fault;
}

/** Moves a run to version `to` of its workflow. */
export function move(flags: { to: string }): Control {
  const version = Number(flags.to);
  return {
    capability: "run_move",
    data: () => ({ version }),
    check: (state) =>
      state.ended !== undefined ? `already ended: ${state.ended.status}` : state.version === version ? `already at v${version}` : undefined,
    done: (state) => state.version === version,
    says: `moved to v${version}:`,
  };
}
