import type { Workflow } from "@armada/agents";
import { ArmadaError, isToken, type Provenance, shortHash } from "@armada/contracts";
import type { Handled } from "@armada/event-sourcing";
import type { Decision } from "../execution/answer.ts";
import type { Failure, JournalData } from "../journal/events.ts";
import { journalForm } from "../journal/form.ts";
import { isGeneration } from "../journal/generations.ts";
import { isObjectRef } from "../journal/payloads.ts";
import type { RunStore } from "../runs/run-store.ts";
import type { InlineSteps } from "../steps/inline-steps.ts";
import { type Admission, admit } from "./admission.ts";
import { searchKeys } from "./search-keys.ts";

/** Asks and events that one chain may pass (engine rule 12). */
const MAX_HOPS = 32;
/** Room for `-<n>` and `~<k>` behind it in a token of 128 bytes. */
const MAX_RUN_ID = 96;
/** Of a `shortHash`. */
const HASH_LENGTH = 22;

export type Start = {
  readonly run: string;
  /** Undefined where the team serves no workflow of the name. */
  readonly workflow: Workflow | undefined;
  readonly asked: string;
  readonly input: unknown;
  readonly by: JournalData["run.started"]["by"];
  readonly provenance: Provenance;
  /** Whether there is no room for a run that is not there yet. */
  readonly busy?: boolean;
  /** Sequence and delivery of the message that starts it. */
  readonly seq: number;
  readonly delivery: number;
};

/**
 * The id of the run that an id given outside starts: itself where it is legal and short, else its hash. One that looks as if
 * another run went on under it is hashed as well: that run would find it taken.
 */
export function runIdOf(id: string): string {
  return isToken(id) && id.length <= MAX_RUN_ID && !isGeneration(id) ? id : idOfHash(shortHash(id));
}

/** No id that is made here begins with `-`, as an option of a command does. */
export function idOfHash(hash: string): string {
  return hash.startsWith("-") ? `_${hash.slice(1)}` : hash;
}

/** The id that builds before gave to the run which `idOfHash` gives this one; undefined where it would be the same. */
export function formerId(run: string): string | undefined {
  return run.startsWith("_") && run.length === HASH_LENGTH ? `-${run.slice(1)}` : undefined;
}

/** The id of the run that is meant by an id given outside: of one that is there, a later generation too. */
export function runMeant(id: string): string {
  return isToken(id) && isGeneration(id) ? id : runIdOf(id);
}

/** The id of the run that a subscription starts from an event (engine rule 13). */
export function startedBy(subscription: string, event: string): string {
  return idOfHash(shortHash(subscription, event));
}

/**
 * Starts a run once: a second start of the same id changes nothing. Input that does not fit makes a run that has failed,
 * so that every start has an outcome. @throws ArmadaError `SUBJECT_TAKEN` where another asker used the id
 */
export async function start(
  runs: RunStore,
  inlines: InlineSteps,
  sourceOf: (workflow: Workflow) => string,
  about: Start,
  signal: AbortSignal,
): Promise<Handled> {
  const decision = decide(runs, sourceOf, about, await runs.functions.payloads.resolve(about.input));
  const { run, ordinal } = await runs.commit(about.run, about.seq, ({ state }) => {
    if (!state.exists) return decision;
    if (state.by?.from !== about.by.from || state.by.id !== about.by.id)
      throw new ArmadaError("SUBJECT_TAKEN", `run ${about.run} was started by ${state.by?.from}, not by ${about.by.from}`);
    return undefined;
  });
  // What another message started is with that message; of older builds' runs nobody knows which it was.
  const own = run.state.after === undefined ? about.delivery > 1 : run.state.after === about.seq;
  if (ordinal === undefined && !own) return { kind: "done" };
  if (ordinal === undefined) await runs.derive(about.run, 1, about.seq);
  // Deliveries before the one that starts the run lost nothing of it.
  const delivery = ordinal === undefined ? Math.max(2, about.delivery) : 1;
  return inlines.run(about.run, 1, delivery, signal);
}

/**
 * Starts a run once, by a message of its own: a replica that serves its workflow goes on from that, and whoever started it is done
 * with it. `refused`: why there is no input, so that the run has failed.
 */
export async function startApart(
  runs: RunStore,
  sourceOf: (workflow: Workflow) => string,
  about: Omit<Start, "delivery" | "busy"> & { readonly refused?: Failure },
): Promise<void> {
  const decision: Decision = { ...decide(runs, sourceOf, about, about.input), handedOver: true };
  await runs.commit(about.run, about.seq, ({ state }) => (state.exists ? undefined : decision));
}

/** What is kept of an input that was refused: null where no journal can hold it. */
function refusedForm(input: unknown): unknown {
  try {
    return isObjectRef(input) ? input : journalForm(input, "the input");
  } catch {
    return null;
  }
}

function decide(
  runs: RunStore,
  sourceOf: (workflow: Workflow) => string,
  about: Omit<Start, "delivery"> & { readonly refused?: Failure },
  input: unknown,
): Decision {
  const { workflow, asked, by, provenance, refused } = about;
  const admission: Admission = refused === undefined ? admit(runs.team, asked, input, workflow) : { kind: "refused", failure: refused };
  const { keys, why } = workflow !== undefined && admission.kind === "admitted" ? searchKeys(workflow, admission.input) : {};
  if (why !== undefined)
    runs.ports.logger.warn(`run ${about.run} is not found by all that search of ${asked} says: ${why}`, {
      run: about.run,
      workflow: asked,
    });
  const started = {
    type: "run.started",
    data: {
      workflow: asked,
      version: workflow?.version ?? 0,
      source: workflow === undefined ? "" : sourceOf(workflow),
      input: admission.kind === "admitted" ? admission.input : refusedForm(about.input),
      by,
      after: about.seq,
      ...(keys === undefined ? {} : { search: keys }),
    },
  } as const;
  const fail = (failure: Failure): Decision => ({
    events: [started, { type: "run.ended", data: { status: "failed", failure } }],
    provenance,
  });
  if (provenance.hops > MAX_HOPS)
    return fail({
      code: "CHAIN_TOO_LONG",
      message: `this chain has passed ${provenance.hops} asks and events`,
      hint: `see it with \`armada trace ${about.run}\``,
    });
  if (about.busy === true)
    return fail({
      code: "BUSY",
      message: `the stream of team ${runs.team.name} has hardly any room left: it takes no new runs`,
      hint: "ask again later; `armada health` says what the stream holds",
    });
  return admission.kind === "refused" ? fail(admission.failure) : { events: [started], provenance };
}
