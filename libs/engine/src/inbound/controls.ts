import type { Workflow } from "@armada/agents";
import type { Handled, Message } from "@armada/event-sourcing";
import { z } from "zod";
import type { Decision } from "../execution/answer.ts";
import type { CachedRun } from "../execution/cached-run.ts";
import { READERS } from "../journal/derive.ts";
import type { JournalEvent } from "../journal/events.ts";
import { cut } from "../journal/failure.ts";
import { firstGeneration, newestGeneration } from "../journal/generations.ts";
import { decidedBefore, type Traced } from "../runs/guard.ts";
import type { RunStore } from "../runs/run-store.ts";
import type { InlineSteps } from "../steps/inline-steps.ts";
import { runMeant } from "./starts.ts";

const Data = z.object({
  run: z.string(),
  reason: z.string().optional(),
  n: z.number().int().optional(),
  approved: z.boolean().optional(),
  by: z.string().optional(),
  version: z.number().int().optional(),
  why: z.string().optional(),
  /** Only these steps, and only where each is parked since the dispatch `at` (its message's ordinal): what was tried since is another matter. */
  parked: z.array(z.object({ n: z.number().int(), at: z.number().int() })).optional(),
  /** So long after it was stored the ask may be taken, ms: whoever asked has gone away then. */
  within: z.number().min(0).optional(),
});
export type ControlData = z.infer<typeof Data>;

/** `time`: when it was stored, ms since 1970. */
type ControlAsk = { capability: string; from: string; data: unknown; seq: number; id: string } & Pick<Traced, "delivery" | "held" | "time">;

const OVERTAKEN_TRIES = 5;
const OVERTAKEN_MS = 1_000;

/**
 * What people do to runs: `run_cancel`, `run_approve`, `run_retry`, `run_move`. Only the operator and the gateway may,
 * and the asker of a run may cancel it. What does not apply (any more) changes nothing: the journal tells.
 */
export async function control(
  runs: RunStore,
  inlines: InlineSteps,
  sourceOf: (workflow: Workflow) => string,
  ask: ControlAsk,
  signal: AbortSignal,
  replica?: string,
): Promise<Handled> {
  const parsed = Data.safeParse(ask.data);
  if (!parsed.success) return { kind: "done" };
  const { data } = parsed;
  const isLate = (): boolean => data.within !== undefined && runs.ports.clock.now() - ask.time > data.within;
  const found = await current(runs, runMeant(data.run), ask);
  // A cancel may overtake the ask that it cancels: both are asks of one stream, handled side by side.
  if (found === undefined) return ask.delivery < OVERTAKEN_TRIES ? { kind: "retry", after: OVERTAKEN_MS } : { kind: "done" };
  const { id, decided } = found;
  const { run, ordinal } = await runs.commit(id, ask.seq, (now) => {
    const mayAll = READERS.has(ask.from);
    const own = now.state.by?.kind === "ask" && now.state.by.from === ask.from;
    if (!now.state.exists || now.state.ended !== undefined || !(mayAll || (own && ask.capability === "run_cancel"))) return undefined;
    if (decided !== undefined || isLate()) return undefined;
    const who = { by: cut(data.by ?? ask.from), replica };
    const events = decide(ask.capability, data, now, who, (version) => {
      const workflow = runs.functions.workflow(now.state.workflow, version);
      return workflow === undefined ? {} : { source: sourceOf(workflow) };
    });
    return events.length === 0 ? undefined : ({ events, causation: ask.id } satisfies Decision);
  });
  // The look before may have been an old one: by the commit's, what an earlier delivery wrote is there.
  const root = ordinal ?? decided ?? (await decidedIn(runs, id, ask));
  const next = run.state.ended?.next;
  if (root === undefined && next !== undefined)
    return control(runs, inlines, sourceOf, { ...ask, data: { ...data, run: next } }, signal, replica); // it went on meanwhile
  if (root === undefined) return decidedBefore(ask);
  if (ordinal === undefined) await runs.derive(id, root, ask.seq); // decided before the replica died: the rest is owed
  return run.state.ended === undefined ? inlines.run(id, root, ask.delivery, signal) : { kind: "done" };
}

/** Whether an ask to approve is about a run's call `n`, or about whatever the run, or one that it goes on with, waits for. */
export function approves({ envelopes }: Message, id: string, n: number): boolean {
  const { data, success } = Data.safeParse(envelopes[0]?.data);
  return success && firstGeneration(runMeant(data.run)) === firstGeneration(id) && (data.n ?? n) === n;
}

/**
 * The run itself, or the one that goes on with its work; undefined where there is none (yet). `decided`: the message that an
 * earlier delivery of the same ask wrote, into whichever of them: one ask is acted on once.
 */
async function current(
  runs: RunStore,
  first: string,
  ask: { readonly seq: number; readonly delivery: number; readonly id: string },
): Promise<{ id: string; decided: number | undefined } | undefined> {
  const hasBegun = (id: string): Promise<boolean> => runs.read(id, ask.seq, (run) => run.state.exists);
  if (ask.delivery === 1) return (await hasBegun(first)) ? { id: await newestGeneration(first, hasBegun), decided: undefined } : undefined;
  let found: string | undefined;
  for (let id: string | undefined = first; id !== undefined; ) {
    const state: { exists: boolean; next: string | undefined } = await runs.read(id, ask.seq, (run) => ({
      exists: run.state.exists,
      next: run.state.ended?.next,
    }));
    if (!state.exists) break;
    found = id;
    const decided = await decidedIn(runs, id, ask);
    if (decided !== undefined) return { id, decided };
    id = state.next;
  }
  return found === undefined ? undefined : { id: found, decided: undefined };
}

/** The message of the run that an earlier delivery of the ask wrote. */
async function decidedIn(
  runs: RunStore,
  run: string,
  ask: { readonly seq: number; readonly delivery: number; readonly id: string },
): Promise<number | undefined> {
  if (ask.delivery === 1) return undefined;
  return (await runs.journal(run, ask.seq)).find(({ envelopes }) => envelopes[0]?.causationid === ask.id)?.n;
}

function decide(
  capability: string,
  data: ControlData,
  { state }: CachedRun,
  { by, replica }: { readonly by: string; readonly replica: string | undefined },
  served: (version: number) => { readonly source?: string },
): readonly JournalEvent[] {
  const parked = [...state.steps.values()].filter(
    ({ n, status, dispatchedAt }) =>
      status === "parked" && (data.parked === undefined || data.parked.some((one) => one.n === n && one.at === dispatchedAt)),
  );
  const took = replica === undefined ? {} : { replica };
  switch (capability) {
    case "run_cancel": {
      if (data.parked !== undefined && parked.length === 0) return [];
      const reason = data.reason === undefined ? undefined : cut(data.reason);
      const requested = { by, ...(reason === undefined ? {} : { reason }), ...took };
      const why = reason === undefined ? "" : `: ${reason}`;
      return [
        { type: "cancel.requested", data: requested },
        { type: "run.ended", data: { status: "cancelled", failure: { code: "RUN_CANCELLED", message: cut(`cancelled by ${by}${why}`) } } },
      ];
    }
    case "run_approve": {
      const open = [...state.waits.values()].find((wait) => wait.kind === "approval" && wait.open && (data.n ?? wait.n) === wait.n);
      return open === undefined ? [] : [{ type: "approval.given", data: { n: open.n, approved: data.approved ?? true, by } }];
    }
    case "run_retry": {
      const about = { by, ...(data.why === undefined ? {} : { why: cut(data.why) }), ...took };
      const retried = parked.map(({ n }): JournalEvent => ({ type: "step.retried", data: { n, ...about } }));
      const resumes = state.stopped !== undefined && (data.parked === undefined || retried.length > 0);
      return resumes ? [{ type: "run.resumed", data: { by } }, ...retried] : retried;
    }
    case "run_move":
      return data.version === undefined || data.version === state.version
        ? []
        : [{ type: "run.moved", data: { version: data.version, by, ...served(data.version) } }];
    default:
      return [];
  }
}
