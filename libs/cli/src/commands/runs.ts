import { randomBytes } from "node:crypto";
import { fits, type RunState, type RunView, readRun, type Team, viewOf } from "@armada/agents";
import { ArmadaError, parseSubject, runFilter } from "@armada/contracts";
import type { Message } from "@armada/event-sourcing";
import { systemScheduler } from "@armada/runtime";
import { EXIT } from "../exit.ts";
import type { Output } from "../output.ts";
import { loadServices } from "../project.ts";
import { runTree, waitOf } from "../render/run-tree.ts";
import type { Session } from "../session.ts";

const CONTROL_MS = 10_000;

/** All runs of the teams, newest last. */
export async function listRuns(
  session: Session,
  teams: readonly string[],
  out: Output,
  flags: { status?: string; limit?: string },
): Promise<number> {
  const rows: RunView[] = [];
  const services = await loadServices();
  for (const team of teams) {
    const own = services.find((service) => service.name === team)?.team;
    const byRun = new Map<string, Message[]>();
    await session.log(team).scan([`run.${team}.>`], 0, (message) => {
      const subject = parseSubject(message.subject);
      if (subject?.kind !== "journal" || subject.branch !== undefined) return;
      const list = byRun.get(subject.run) ?? [];
      if (list.length === 0) byRun.set(subject.run, list);
      list.push(message);
    });
    for (const [run, messages] of byRun) rows.push(served(viewOf(team, run, readRun(messages)), own));
  }
  const wanted = rows
    .filter((row) => flags.status === undefined || row.status === flags.status)
    .sort((a, b) => a.startedAt.localeCompare(b.startedAt));
  for (const row of wanted.slice(-Number(flags.limit ?? 1_000))) {
    out.emit(row);
    const waits = row.waitingFor?.map((wait) => `waits for ${waitOf(wait)}`).join(", ");
    out.say(
      [
        row.startedAt,
        row.run.padEnd(28),
        `${row.team}.${row.workflow} v${row.version}`.padEnd(32),
        row.status,
        waits ?? row.reason?.message ?? "",
      ]
        .join("  ")
        .trimEnd(),
    );
  }
  if (wanted.length === 0) out.say("no runs");
  return EXIT.ok;
}

/** An open run of a version that its team does not list any more goes on nowhere: it is stopped, and says what is missing. */
function served(view: RunView, team: Team | undefined): RunView {
  const { workflow, version, endedAt, status } = view;
  const listed = team?.workflows.filter(({ name }) => name === workflow).map((one) => one.version) ?? [];
  if (team === undefined || endedAt !== undefined || status === "stopped" || listed.includes(version)) return view;
  const others = listed.map((one) => `v${one}`).join(", ") || "none of its versions";
  return {
    ...view,
    status: "stopped",
    reason: {
      code: "VERSION_NOT_SERVED",
      message: `${workflow} v${version} is missing: team ${team.name} lists ${others}`,
      hint: `list v${version} in its team.ts again, or \`armada runs move ${view.run} --to VERSION\``,
    },
  };
}

/** The team that holds a run. @throws ArmadaError `NO_SUCH_RUN` */
export async function findRun(session: Session, teams: readonly string[], run: string): Promise<{ team: string; state: RunState }> {
  for (const team of teams) {
    const state = await session.state(team, run);
    if (state.exists) return { team, state };
  }
  throw new ArmadaError("NO_SUCH_RUN", `no team has a run ${run}`, { hint: "see `armada runs list`" });
}

export async function showRun(session: Session, teams: readonly string[], run: string, out: Output): Promise<number> {
  const { team, state } = await findRun(session, teams, run);
  const view = viewOf(team, run, state);
  out.emit(view);
  out.say(runTree(view));
  return EXIT.ok;
}

export type Control = {
  readonly capability: "run_approve" | "run_cancel" | "run_retry" | "run_move";
  readonly data: Readonly<Record<string, unknown>>;
  /** What there is to do before; a text where there is nothing. */
  check(state: RunState): string | undefined;
  /** Whether the journal shows it done. */
  done(state: RunState): boolean;
  readonly says: string;
};

/** Asks the run's own team for a change and waits until its journal shows it. */
export async function controlRun(session: Session, teams: readonly string[], run: string, control: Control, out: Output): Promise<number> {
  const { team, state } = await findRun(session, teams, run);
  const nothing = control.check(state);
  if (nothing !== undefined) {
    out.emit({ type: "already", run, message: nothing });
    out.say(nothing);
    return EXIT.ok;
  }
  await session.ask(team, control.capability, `${run.slice(0, 90)}-${randomBytes(6).toString("hex")}`, {
    run,
    by: "operator",
    ...control.data,
  });
  const deadline = Date.now() + CONTROL_MS;
  while (Date.now() < deadline) {
    const now = await session.state(team, run);
    if (control.done(now)) {
      out.emit({ type: "done", run, status: viewOf(team, run, now).status });
      out.say(`${control.says} ${run}`);
      return EXIT.ok;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new ArmadaError("CONTROL_UNANSWERED", `team ${team} did not act on ${run} within ${CONTROL_MS / 1_000} s`, {
    hint: "is it up? see `armada health`",
  });
}

export function approval(flags: { reject?: boolean; n?: string }): Control {
  const given = (state: RunState): boolean =>
    [...state.waits.values()].some(
      (wait) => wait.kind === "approval" && !wait.open && (flags.n === undefined || wait.n === Number(flags.n)),
    );
  const open = (state: RunState): boolean =>
    [...state.waits.values()].some(
      (wait) => wait.kind === "approval" && wait.open && (flags.n === undefined || wait.n === Number(flags.n)),
    );
  let before = 0;
  const closed = (state: RunState): number => [...state.waits.values()].filter((wait) => wait.kind === "approval" && !wait.open).length;
  return {
    capability: "run_approve",
    data: { approved: flags.reject !== true, ...(flags.n === undefined ? {} : { n: Number(flags.n) }) },
    check: (state) => {
      before = closed(state);
      if (open(state)) return undefined;
      return given(state) ? "already answered" : "nothing waits for an approval";
    },
    done: (state) => closed(state) > before || state.ended !== undefined,
    says: flags.reject === true ? "rejected" : "approved",
  };
}

export function cancellation(flags: { reason?: string }): Control {
  return {
    capability: "run_cancel",
    data: flags.reason === undefined ? {} : { reason: flags.reason },
    check: (state) => (state.ended === undefined ? undefined : `already ended: ${state.ended.status}`),
    done: (state) => state.ended !== undefined,
    says: "cancelled",
  };
}

export function retrial(): Control {
  const stuck = (state: RunState): boolean =>
    state.stopped !== undefined || [...state.steps.values()].some((step) => step.status === "parked");
  return {
    capability: "run_retry",
    data: {},
    check: (state) => (state.ended === undefined && stuck(state) ? undefined : "nothing of it is parked or stopped"),
    done: (state) => state.ended !== undefined || !stuck(state),
    says: "goes on:",
  };
}

/** Tries the other version against the journal before anything is asked. @throws ArmadaError `VERSION_UNKNOWN`, `WORKFLOW_CHANGED`, `NO_SUCH_RUN` */
export async function checkMove(session: Session, teams: readonly Team[], run: string, flags: { to: string }): Promise<void> {
  const version = Number(flags.to);
  const found = await findRun(
    session,
    teams.map((team) => team.name),
    run,
  );
  const team = teams.find((one) => one.name === found.team);
  const served = team?.workflows.filter((one) => one.name === found.state.workflow).map((one) => one.version) ?? [];
  if (team === undefined || !served.includes(version))
    throw new ArmadaError("VERSION_UNKNOWN", `team ${found.team} has no ${found.state.workflow} v${flags.to}`, {
      hint: `it serves ${served.map((one) => `v${one}`).join(", ") || "none"}`,
    });
  const loaded = await session.log(found.team).load(runFilter(found.team, run));
  const journal = loaded.kind === "loaded" ? loaded.messages : [];
  const fault = await fits(team, { id: run, journal, version }, { objects: session.objects, idle: systemScheduler.idle });
  if (fault !== undefined) throw fault;
}

export function move(flags: { to: string }): Control {
  const version = Number(flags.to);
  return {
    capability: "run_move",
    data: { version },
    check: (state) =>
      state.ended !== undefined ? `already ended: ${state.ended.status}` : state.version === version ? `already at v${version}` : undefined,
    done: (state) => state.version === version,
    says: `moved to v${version}:`,
  };
}
