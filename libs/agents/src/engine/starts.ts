import { ArmadaError, isToken, shortHash } from "@armada/contracts";
import type { Handled } from "@armada/event-sourcing";
import type { Workflow } from "../define.ts";
import type { Decision } from "./answer.ts";
import type { Inlines } from "./inlines.ts";
import type { JournalData } from "./journal-events.ts";
import type { Provenance } from "./journal-message.ts";
import type { RunHost } from "./run-host.ts";

/** Asks and events that one chain may pass (ENGINE rule 12). */
const MAX_HOPS = 32;
/** Room for `-<n>` and `~<k>` behind it in a token of 128 bytes. */
const MAX_RUN_ID = 96;

export type Start = {
  readonly run: string;
  /** Undefined where the team serves no workflow of the name. */
  readonly workflow: Workflow | undefined;
  readonly asked: string;
  readonly input: unknown;
  readonly by: JournalData["run.started"]["by"];
  readonly provenance: Provenance;
  /** Sequence and delivery of the message that starts it. */
  readonly seq: number;
  readonly delivery: number;
};

/** A run's id from an id given outside: itself where it is legal and short, else its hash. */
export function runIdOf(id: string): string {
  return isToken(id) && id.length <= MAX_RUN_ID ? id : shortHash(id);
}

/** The id of the run that a subscription starts from an event (ENGINE rule 13). */
export function startedBy(subscription: string, event: string): string {
  return shortHash(subscription, event);
}

/** The newest version that a team serves. */
export function newest(workflows: readonly Workflow[], name: string): Workflow | undefined {
  return workflows.filter((served) => served.name === name).sort((a, b) => b.version - a.version)[0];
}

/**
 * Starts a run once: a second start of the same id changes nothing. Input that does not fit makes a run that has failed,
 * so that every start has an outcome. @throws ArmadaError `SUBJECT_TAKEN` where another asker used the id
 */
export async function start(
  host: RunHost,
  inlines: Inlines,
  sourceOf: (workflow: Workflow) => string,
  about: Start,
  signal: AbortSignal,
): Promise<Handled> {
  const decision = decide(host, sourceOf, about, await host.functions.payloads.resolve(about.input));
  const { run, ordinal } = await host.commit(about.run, about.seq, ({ state }) => {
    if (!state.exists) return decision;
    if (state.by?.from !== about.by.from || state.by.id !== about.by.id)
      throw new ArmadaError("SUBJECT_TAKEN", `run ${about.run} was started by ${state.by?.from}, not by ${about.by.from}`);
    return undefined;
  });
  if (ordinal === undefined) await host.derive(about.run, 1, about.seq);
  return run.state.ended === undefined ? inlines.run(about.run, 1, about.delivery, signal) : { kind: "done" };
}

function decide(host: RunHost, sourceOf: (workflow: Workflow) => string, about: Start, input: unknown): Decision {
  const { workflow, asked, by, provenance } = about;
  const parsed = workflow?.input.safeParse(input);
  const started = {
    type: "run.started",
    data: {
      workflow: asked,
      version: workflow?.version ?? 0,
      source: workflow === undefined ? "" : sourceOf(workflow),
      input: parsed?.success === true ? parsed.data : about.input,
      by,
      after: about.seq,
    },
  } as const;
  const fail = (code: string, message: string, hint: string): Decision => ({
    events: [started, { type: "run.ended", data: { status: "failed", failure: { code, message, hint } } }],
    provenance,
  });
  if (provenance.hops > MAX_HOPS)
    return fail("CHAIN_TOO_LONG", `this chain has passed ${provenance.hops} asks and events`, `see it with \`armada trace ${about.run}\``);
  if (workflow === undefined || parsed === undefined) {
    const known = [...new Set(host.team.workflows.map((served) => served.name))].join(", ");
    return fail("WORKFLOW_UNKNOWN", `team ${host.team.name} has no workflow ${asked}`, `it has ${known || "none"}`);
  }
  if (!parsed.success) {
    const issues = parsed.error.issues.map((issue) => `${issue.path.join(".") || "input"}: ${issue.message}`).join("; ");
    return fail("INPUT_INVALID", `the input of ${asked} does not fit: ${issues}`, "correct the input and start again");
  }
  return { events: [started], provenance };
}
