import { ArmadaError, runFilter } from "@armada/contracts";
import { type JournalMessage, type RunState, type RunView, readJournalMessage, readRun, viewOf } from "@armada/engine/reading";
import { type Log, loadWhole } from "@armada/event-sourcing";
import { openRuns } from "../health/open-runs.ts";
import type { OpenRun, Trouble } from "../health/trouble.ts";
import type { Session } from "../mesh/session.ts";
import { type ParkedMessage, parkedMessages } from "./messages.ts";

/** A step that was set aside after its attempts and is so still. */
export type ParkedStep = {
  readonly team: string;
  readonly run: string;
  readonly workflow: string;
  readonly n: number;
  readonly agent: string;
  readonly variant: string;
  /** Attempts that were made of the agent, waits not among them. */
  readonly attempts: number;
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
  /** Since when, ISO-8601. */
  readonly since: string;
  /** Ordinal of the message that dispatched it last: tells one time that it was parked from another. */
  readonly dispatch: number;
  /** What began the work that it belongs to, what the run was started by, the run. */
  readonly chain: readonly string[];
  /** The trace that its run belongs to, 32 hexadecimal digits. */
  readonly trace?: string;
};

/** Which parked steps are meant; all that is said must hold. `olderThan`: parked before that, ms since 1970. `limit`: so many, those that are parked longest. */
export type ParkedFilter = {
  readonly agent?: string;
  readonly code?: string;
  readonly workflow?: string;
  readonly olderThan?: number;
  readonly limit?: number;
};

/** What of teams is set aside. `unread`: the open runs that cannot be read, a trouble each. */
export type Parked = {
  readonly steps: readonly ParkedStep[];
  readonly messages: readonly ParkedMessage[];
  readonly unread: readonly (Trouble & { readonly team: string })[];
};

type Reads = Pick<Session, "log" | "state" | "runs" | "subjects" | "queues">;

/**
 * Steps that were set aside after their attempts and are so still, those that are longest first, and messages that no run's attempts
 * would end; where the filter says anything of steps, no messages. @throws ArmadaError `LOG_UNAVAILABLE`
 */
export async function parkedOf(session: Reads, teams: readonly string[], filter: ParkedFilter = {}): Promise<Parked> {
  const all = await Promise.all(teams.map((team) => parkedIn(session, team, filter)));
  const steps = all.flatMap((one) => one.steps).sort((a, b) => a.since.localeCompare(b.since) || a.run.localeCompare(b.run));
  const { agent, code, workflow, olderThan } = filter;
  const ofSteps = [agent, code, workflow, olderThan].some((one) => one !== undefined);
  return {
    steps: steps.slice(0, filter.limit),
    messages: ofSteps ? [] : all.flatMap((one) => one.messages),
    unread: all.flatMap((one) => one.unread),
  };
}

async function parkedIn(session: Reads, team: string, filter: ParkedFilter): Promise<Parked> {
  const { runs, unread } = await openRuns(session, team, await session.queues(team));
  const messages = await parkedMessages(session.log(team), team);
  const steps = await Promise.all(runs.map((run) => parkedSteps(session.log(team), run, filter)));
  return {
    steps: steps.flat(),
    messages,
    unread: unread.map((trouble) => ({ team, ...trouble })),
  };
}

function isMeant(step: ParkedStep, { agent, code, workflow, olderThan }: ParkedFilter): boolean {
  return (
    (agent === undefined || step.agent === agent) &&
    (code === undefined || step.code === code) &&
    (workflow === undefined || step.workflow === workflow) &&
    (olderThan === undefined || Date.parse(step.since) < olderThan)
  );
}

/** The steps of a run that are parked now, each as it was parked last. @throws ArmadaError `LOG_UNAVAILABLE` */
export async function parkedSteps(
  log: Pick<Log, "load" | "last" | "scan">,
  { view, state }: OpenRun,
  filter: ParkedFilter = {},
): Promise<readonly ParkedStep[]> {
  const { team, run, workflow } = view;
  if (state.ended !== undefined || !view.steps.some(({ status }) => status === "parked")) return [];
  const times = timesIn((await loadWhole(log, [`run.${team}.park.*.${run}.*`])).messages);
  const steps = view.steps.flatMap(({ n, agent, variant, status, attempts, waited = 0 }) => {
    const last = times.findLast(({ data }) => data.n === n);
    if (status !== "parked" || last === undefined) return [];
    const { code, message, hint } = last.data;
    const trace = last.traceparent?.split("-")[1];
    return {
      team,
      run,
      workflow,
      n,
      agent,
      variant,
      attempts: attempts - waited,
      code,
      message,
      ...(hint === undefined ? {} : { hint }),
      since: last.at,
      dispatch: state.steps.get(n)?.dispatchedAt ?? 0,
      chain: chainOf(last.data, run, state),
      ...(trace === undefined ? {} : { trace }),
    };
  });
  return steps.filter((step) => isMeant(step, filter));
}

type StepParked = Extract<JournalMessage["events"][number], { readonly type: "step.parked" }>["data"];

/** What began the work, the event, ask or run that the run was started by, and the run. */
function chainOf({ chain }: StepParked, run: string, { by }: Pick<RunState, "by">): readonly string[] {
  return [chain[0] ?? run, by?.id ?? run, run];
}

/** One time that a step was parked. `at`: when, ISO-8601. */
type Time = { readonly seq: number; readonly at: string; readonly data: StepParked; readonly traceparent: string | undefined };

/** Each time that a step of a run was parked, and the run now. `waits`: a step waits to be redriven. */
export type ParkedRun = {
  readonly team: string;
  readonly status: RunView["status"];
  readonly waits: boolean;
  readonly times: readonly (Time & { readonly agent: string; readonly variant: string })[];
};

/** One run's parked steps with their causation chains, whichever of the teams has it. @throws ArmadaError `NO_SUCH_RUN`, `LOG_UNAVAILABLE` */
export async function parkedRun(session: Pick<Session, "log">, teams: readonly string[], run: string): Promise<ParkedRun> {
  for (const team of teams) {
    const { messages } = await loadWhole(session.log(team), [runFilter(team, run)]);
    const times = timesIn(messages);
    if (times.length === 0) continue;
    const state = readRun(messages);
    return {
      team,
      status: viewOf(team, run, state).status,
      waits: state.ended === undefined && [...state.steps.values()].some((step) => step.status === "parked"),
      times: times.map((time) => {
        const { agent = "", variant = "" } = state.steps.get(time.data.n) ?? {};
        return { ...time, data: { ...time.data, chain: [...chainOf(time.data, run, state)] }, agent, variant };
      }),
    };
  }
  throw new ArmadaError("NO_SUCH_RUN", `nothing of a run ${run} was parked`, { hint: "see `armada parked list`" });
}

function timesIn(messages: Awaited<ReturnType<typeof loadWhole>>["messages"]): readonly Time[] {
  return messages.flatMap((message) => {
    const [{ time = "", traceparent } = {}] = message.envelopes;
    return (readJournalMessage(message)?.events ?? []).flatMap((event) =>
      event.type === "step.parked" ? [{ seq: message.seq, at: time, data: event.data, traceparent }] : [],
    );
  });
}
