import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { ArmadaError, runFilter } from "@armada/contracts";
import { type JournalMessage, type RunState, type RunStatus, readJournalMessage, readRun, viewOf } from "@armada/engine/reading";
import { loadWhole } from "@armada/event-sourcing";
import type { Session } from "../mesh/session.ts";

/** So long after it was asked a replica may still take what it is asked for, ms: behind that the ask means nothing. */
const TAKE_MS = 10_000;
/** So much longer its answer is looked for, ms: replicas go by their server's clock, to a second, and may be about to write. */
const GRACE_MS = 3_000;
const FIRST_LOOK_MS = 50;
const MOST_LOOK_MS = 1_000;

/** Parked steps of one run; `dispatch` as of `ParkedStep`. */
export type ParkedOfRun = {
  readonly team: string;
  readonly run: string;
  readonly steps: readonly { readonly n: number; readonly dispatch: number }[];
};

/** What becomes of parked steps, who wants it so, and why: the journal keeps both. `waitMs`: for so long it is looked how they end. */
export type Settling = { readonly to: "redrive" | "discard"; readonly by: string; readonly why?: string; readonly waitMs: number };

/**
 * `nothing`: none of the steps is parked any more, or somebody was first. `unanswered`: no replica took it in time, and none will.
 * `taken`: by `replica`, where that says its name; `steps`: what became of each, `open` where that is not known yet. `status`: of the run.
 */
export type Settled = { readonly team: string; readonly run: string } & (
  | { readonly kind: "nothing"; readonly status: RunStatus }
  | { readonly kind: "unanswered" }
  | { readonly kind: "taken"; readonly replica?: string; readonly status: RunStatus; readonly steps: readonly SettledStep[] }
);
/** `withdrawn`: its run ended first. `code`, `message`: why it failed again, was refused, or was answered by a fallback. */
export type SettledStep = {
  readonly n: number;
  readonly agent: string;
  readonly became: "completed" | "refused" | "parked" | "withdrawn" | "open";
  readonly code?: string;
  readonly message?: string;
};

/**
 * Asks a run's team to try its parked steps anew, or to end the run for them, and looks what becomes of that. Steps that were tried
 * anew since they were looked at are left alone, however often it is asked. @throws ArmadaError `LOG_UNAVAILABLE`, `LOG_FULL`
 */
export async function settleParked(
  session: Pick<Session, "ask" | "log">,
  { team, run, steps }: ParkedOfRun,
  { to, by, why, waitMs }: Settling,
  signal: AbortSignal,
): Promise<Settled> {
  const read = async (): Promise<{ readonly state: RunState; readonly journal: readonly JournalMessage[] }> => {
    const { messages } = await loadWhole(session.log(team), [runFilter(team, run)]);
    return { state: readRun(messages), journal: messages.flatMap((message) => readJournalMessage(message) ?? []) };
  };
  const nothing = (state: RunState): Settled => ({ team, run, kind: "nothing", status: viewOf(team, run, state).status });
  const before = await read();
  if (!areParked(before.state, steps)) return nothing(before.state);
  const id = `${run.slice(0, 90)}-${randomBytes(6).toString("hex")}`;
  const capability = to === "redrive" ? "run_retry" : "run_cancel";
  const parked = steps.map(({ n, dispatch }) => ({ n, at: dispatch }));
  const said = to === "redrive" ? { why } : { reason: why };
  await session.ask(team, capability, id, { run, by, ...said, parked, within: TAKE_MS });
  const look = looking(signal);
  const lost = Date.now() + TAKE_MS + GRACE_MS;
  let now = await read();
  let taken = answerTo(id, capability, now.journal);
  while (taken === undefined) {
    if (!areParked(now.state, steps)) return nothing(now.state);
    if (Date.now() >= lost) return { team, run, kind: "unanswered" };
    await look.next();
    now = await read();
    taken = answerTo(id, capability, now.journal);
  }
  const replica = replicaOf(taken);
  const mine = new Set(taken.events.flatMap((event) => (event.type === "step.retried" ? [event.data.n] : [])));
  const wanted = to === "redrive" ? steps.filter(({ n }) => mine.has(n)) : steps;
  look.again();
  for (const end = Date.now() + waitMs; Date.now() < end && steps.length > 0; ) {
    if (becameOf(now.state, wanted).every(({ became }) => became !== "open")) break;
    await look.next();
    now = await read();
  }
  const { status } = viewOf(team, run, now.state);
  return { team, run, kind: "taken", ...(replica === undefined ? {} : { replica }), status, steps: becameOf(now.state, wanted) };
}

/** @throws ArmadaError `NOT_CONNECTED` where no replica of the team is there, so that nothing was asked for */
export async function checkServed(session: Pick<Session, "queues">, team: string): Promise<void> {
  if (await isServed(session, team)) return;
  throw new ArmadaError("NOT_CONNECTED", `no replica of team ${team} is there, and nothing was changed`, {
    hint: "start it first; see `armada health`",
    retryable: true,
  });
}

/** Whether a replica of the team waits for work: all of them are never full at once. */
export async function isServed(session: Pick<Session, "queues">, team: string): Promise<boolean> {
  return (await session.queues(team)).some(({ workers }) => workers > 0);
}

function areParked(state: RunState, steps: ParkedOfRun["steps"]): boolean {
  if (state.ended !== undefined) return false;
  return steps.some(({ n, dispatch }) => {
    const step = state.steps.get(n);
    return step?.status === "parked" && step.dispatchedAt === dispatch;
  });
}

function becameOf(state: RunState, steps: ParkedOfRun["steps"]): readonly SettledStep[] {
  return steps.flatMap(({ n, dispatch }) => {
    const step = state.steps.get(n);
    if (step === undefined) return [];
    const { agent, status, dispatchedAt, lastFailure, degraded } = step;
    const isOpen = status === "requested" || (status === "parked" && dispatchedAt === dispatch);
    const became = isOpen ? (state.ended === undefined ? "open" : "withdrawn") : status;
    const why = became === "parked" || became === "refused" ? lastFailure : degraded;
    return [{ n, agent, became, ...(why === undefined ? {} : { code: why.code, message: why.message }) }];
  });
}

/** The message that an ask caused. */
function answerTo(id: string, capability: string, journal: readonly JournalMessage[]): JournalMessage | undefined {
  return journal.findLast(({ envelopes }) => envelopes[0]?.causationid === `${id}.${capability}`);
}

function replicaOf({ events }: JournalMessage): string | undefined {
  for (const event of events)
    if ((event.type === "step.retried" || event.type === "cancel.requested") && event.data.replica !== undefined) return event.data.replica;
  return undefined;
}

/** Looks that become rarer. */
function looking(signal: AbortSignal): { next(): Promise<unknown>; again(): void } {
  let ms = FIRST_LOOK_MS;
  return {
    next: () => {
      const now = ms;
      ms = Math.min(MOST_LOOK_MS, ms * 1.5);
      return sleep(now, undefined, { signal });
    },
    again: () => {
      ms = FIRST_LOOK_MS;
    },
  };
}
