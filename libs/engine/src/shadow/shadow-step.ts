import type { Agent, Team } from "@armada/agents";
import { ArmadaError, Refusal } from "@armada/contracts";
import type { Message } from "@armada/event-sourcing";
import type { CachedRun } from "../execution/cached-run.ts";
import type { JournalEvent } from "../journal/events.ts";
import { failureOf } from "../journal/failure.ts";
import { fitted } from "../journal/fitting.ts";
import { journalForm } from "../journal/form.ts";
import type { StepState } from "../journal/state.ts";
import { recordedCall } from "../journal/table.ts";
import { RunStore } from "../runs/run-store.ts";
import { stackOf } from "../runs/stack.ts";
import { callHere } from "../steps/agent-call.ts";
import { attemptStep, giversOf } from "../steps/attempt.ts";
import { codeOf, isTerminal } from "../steps/attempt-failure.ts";
import { Held, type ShadowAnswers, type ShadowCall, ShadowCalls } from "./shadow-calls.ts";
import { type ShadowSources, shadowPorts } from "./shadow-ports.ts";

/** Something that a workflow would do: a call as the journal names it, `end` with the run's status, or `stop` with why it cannot go on. */
export type ShadowNext = { readonly does: string; readonly what: string; readonly data?: unknown };

type Failed = { readonly code: string; readonly message: string; readonly hint?: string; readonly stack?: string };

/**
 * What one attempt at a step would come to. `held`: it would ask or call what is not asked or called here. `failed`: `terminal` where
 * no other attempt would be made; `fallback`: what that answers once attempts are used up, or why it fails too.
 */
export type ShadowOutcome =
  | { readonly kind: "completed"; readonly output: unknown }
  | ({ readonly kind: "refused" } & Failed)
  | ({ readonly kind: "failed"; readonly terminal: boolean } & Failed & {
        readonly fallback?: { readonly output: unknown } | Failed;
      })
  | { readonly kind: "held" };

/** `calls`: in the order made. `onRecord`: effects of earlier attempts, as `TOOL.1`, that are not done again. `next`: what the workflow would do then. */
export type ShadowedStep = {
  readonly n: number;
  readonly agent: string;
  readonly attempt: number;
  readonly outcome: ShadowOutcome;
  readonly calls: readonly ShadowCall[];
  readonly onRecord: readonly string[];
  readonly next: readonly ShadowNext[];
};

/** What a shadow goes by. `answers`: see `ShadowAnswers`. `reads`: tools that only read are run. `context`: what these read models hold now: the agent's, without those whose state its request brought. */
export type Shadow = ShadowSources & {
  readonly answers: ShadowAnswers;
  readonly reads: boolean;
  context(models: readonly string[]): Promise<Readonly<Record<string, unknown>>>;
};

/**
 * Runs the code that `team` is against one step of a run as its journal has it: on a log in memory, without a provider, a tool that
 * writes, or an inline step. Nothing is appended to the real log. What the code of an agent or a workflow does by itself, beside its
 * tools, is done. @throws ArmadaError `RUN_UNKNOWN` where the run has no such step, `AGENT_UNKNOWN` where its agent is not the team's any more
 */
export async function shadowStep(
  team: Team,
  { id, n, journal }: { readonly id: string; readonly n: number; readonly journal: readonly Message[] },
  shadow: Shadow,
): Promise<ShadowedStep> {
  const { ports, mesh } = shadowPorts(team.name, shadow);
  for (const { subject, body, time } of journal) mesh.stream(team.name).append(subject, body, time);
  let agent: Agent | undefined;
  let context: Readonly<Record<string, unknown>> = {};
  const runs = new RunStore(team, ports, {
    contextOf: (name) => (name === agent?.name ? context : undefined),
    checkContext: () => undefined,
    lookBack: async () => undefined,
  });
  const about = await runs.read(id, 0, ({ state }) => ({
    step: state.steps.get(n),
    workflow: state.workflow,
    version: state.version,
    stopped: state.stopped !== undefined,
    givers: giversOf(state),
  }));
  if (about.step === undefined) throw new ArmadaError("RUN_UNKNOWN", `run ${id} of team ${team.name} has no step ${n}`);
  agent = team.agents.find(({ name }) => name === about.step?.agent);
  if (agent === undefined)
    throw new ArmadaError("AGENT_UNKNOWN", `step ${n} of run ${id} is of agent ${about.step.agent}, which team ${team.name} has no more`, {
      hint: "bring the agent back, or give the step up: armada parked discard",
    });
  const resumed: JournalEvent[] = about.stopped ? [{ type: "run.resumed", data: { by: "shadow" } }] : [];
  await runs.commit(id, 0, () => ({ events: [...resumed, { type: "step.retried", data: { n, by: "shadow" } }] }));
  const step = await runs.read(id, 0, ({ state }) => ({ ...(state.steps.get(n) as StepState) }));
  const brought = (await runs.functions.payloads.resolve(step.context)) ?? {};
  const missing = agent.context.map(({ name }) => name).filter((name) => !Object.hasOwn(brought, name));
  if (missing.length > 0) context = await shadow.context(missing);
  const calls = new ShadowCalls(shadow.scheduler);
  const told = calls.agent(agent, shadow.reads);
  const attempted = await attemptStep({
    agent: told,
    id,
    step,
    runs,
    models: calls.models(shadow.answers),
    budget: undefined,
    workflow: about.workflow,
    call: callHere(told),
    signal: calls.signal,
    traceparent: undefined,
    givers: about.givers,
  });
  const attempt = step.attempts + 1;
  const found = { n, agent: agent.name, attempt, calls: calls.made, onRecord: [...step.tools.keys()] };
  if (attempted.kind === "completed") {
    const { output, spent } = attempted;
    const next = await after(runs, id, { type: "step.completed", data: { n, attempt, output, ...spent } });
    return { ...found, outcome: { kind: "completed", output }, next };
  }
  const { error } = attempted;
  if (error instanceof Held) return { ...found, outcome: { kind: "held" }, next: [] };
  if (error instanceof Refusal) {
    const next = await after(runs, id, { type: "step.refused", data: { n, attempt, ...failureOf(error) } });
    return { ...found, outcome: { kind: "refused", ...failed(error) }, next };
  }
  const fallback = await fallenBack(runs, agent, step);
  const outcome = {
    kind: "failed",
    terminal: isTerminal(error),
    ...failed(error),
    ...(fallback === undefined ? {} : { fallback }),
  } as const;
  if (fallback === undefined || !("output" in fallback)) return { ...found, outcome, next: [] };
  const { code, message } = failed(error);
  const data = { n, attempt, output: fallback.output, ms: 0, tokens: 0, costMicros: 0, degraded: { code, message } };
  return { ...found, outcome, next: await after(runs, id, { type: "step.completed", data }) };
}

/** What the workflow does once it has this outcome. */
async function after(runs: RunStore, id: string, outcome: JournalEvent): Promise<readonly ShadowNext[]> {
  const { run, ordinal } = await runs.commit(id, 0, ({ state }) => (state.ended === undefined ? { events: [outcome] } : undefined));
  const said = (await runs.journal(id, 0)).find((message) => message.n === ordinal)?.events.slice(1) ?? [];
  const all = await Promise.all(said.map(async (event) => nextOf(await runs.functions.payloads.resolveEvent(event))));
  return [...all.flat(), ...inlinesOf(run), ...unserved(run, runs)];
}

function nextOf(event: JournalEvent): ShadowNext[] {
  if (event.type === "run.ended") {
    const { status, output, failure } = event.data;
    return [{ does: "end", what: status, data: failure ?? output }];
  }
  if (event.type === "run.stopped") return [{ does: "stop", what: `${event.data.message} (${event.data.code})` }];
  const call = recordedCall(event);
  if (call === undefined) return [];
  const data = "input" in event.data ? event.data.input : "data" in event.data ? event.data.data : undefined;
  return [{ does: call.kind, what: call.target, ...(data === undefined ? {} : { data }) }];
}

function inlinesOf({ execution }: CachedRun): ShadowNext[] {
  return (execution?.inlines ?? []).map(({ name }) => ({ does: "step", what: name }));
}

/** Of a version that the team serves no more nobody knows what it would do. */
function unserved({ state }: CachedRun, { functions, team }: RunStore): ShadowNext[] {
  if (functions.workflow(state.workflow, state.version) !== undefined) return [];
  return [{ does: "stop", what: `team ${team.name} serves no ${state.workflow} v${state.version}` }];
}

async function fallenBack(runs: RunStore, agent: Agent, step: StepState): Promise<{ readonly output: unknown } | Failed | undefined> {
  if (agent.fallback === undefined) return undefined;
  try {
    const input = fitted(
      agent.input,
      await runs.functions.payloads.resolve(step.input),
      "INPUT_INVALID",
      `the input of agent ${agent.name}`,
    );
    const what = `what the fallback of agent ${agent.name} answers`;
    return { output: journalForm(fitted(agent.output, await agent.fallback(input), "OUTPUT_INVALID", what), what) };
  } catch (error) {
    return failed(error);
  }
}

function failed(error: unknown): Failed {
  const { message, hint } = failureOf(error);
  return { code: codeOf(error), message, ...(hint === undefined ? {} : { hint }), ...stackOf(error) };
}
