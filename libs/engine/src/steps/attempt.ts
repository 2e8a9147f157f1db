import type { Agent, Question } from "@armada/agents";
import { type Amount, ArmadaError, type Duration, milliseconds, NOTHING, plus } from "@armada/contracts";
import { attributes, LEAST_ACK_WAIT_MS, type Objects, operations, spans } from "@armada/event-sourcing";
import type { CallOptions, Models } from "@armada/models";
import type { JournaledCall } from "../journal/events.ts";
import { type RunState, type StepState, toolCall } from "../journal/state.ts";
import { persistent } from "../runs/persistent-objects.ts";
import type { RunStore } from "../runs/run-store.ts";
import type { CallServices, MakeCall } from "./agent-call.ts";
import { Abandoned, BudgetPending } from "./attempt-failure.ts";
import { AttemptMeter } from "./attempt-meter.ts";
import { type Budget, usedBy } from "./budget.ts";
import { CallText } from "./call-text.ts";
import { tierOf } from "./downgrade.ts";

type Spent = {
  readonly ms: number;
  readonly tokens: number;
  readonly costMicros: number;
  readonly model?: string;
  readonly saved?: Amount;
  readonly degraded?: { readonly code: string; readonly message: string };
};
/** `calls`: the paid model calls that it made. `conclude` tells the ledger of them, after the outcome is journaled. */
export type Attempted = { readonly calls: readonly JournaledCall[] | undefined; conclude(): void } & (
  | { readonly kind: "completed"; readonly output: unknown; readonly spent: Spent }
  | { readonly kind: "failed"; readonly error: unknown }
);

const DEFAULT_TIMEOUT = "30s";
/** A provider ends a batch after 24 hours by itself, and then nothing of it is billed that was not answered. */
const BATCH_TIMEOUT = "25h";
/** Why an answer of a cheaper tier is degraded. */
const BUDGET_DOWNGRADE = "BUDGET_DOWNGRADE";
/** Why an attempt's timer is over; without a reason each one would build an error with its stack. */
const ENDED = "the attempt has ended";

/** What one attempt of an agent may take. */
export function timeoutOf({ limits, calls }: Agent): Duration {
  return limits.timeout ?? (calls.lane === "batch" ? BATCH_TIMEOUT : DEFAULT_TIMEOUT);
}

/** The teams that sent a run something: who asked for it, and whom it asked and was answered by. */
export function giversOf({ by, waits }: Pick<RunState, "by" | "waits">): readonly string[] {
  const answered = [...waits.values()].flatMap((wait) => (wait.kind === "ask" && wait.answered ? [wait.data.to] : []));
  return [...new Set([...(by?.kind === "ask" ? [by.from] : []), ...answered])];
}

/** One attempt at a step: the agent's `run` with its model, tools and objects, within its time. Never throws. */
export async function attemptStep(about: {
  agent: Agent;
  id: string;
  step: StepState;
  runs: RunStore;
  models: Models;
  budget: Budget | undefined;
  workflow: string;
  /** Where its agent's code runs. */
  call: MakeCall;
  signal: AbortSignal;
  traceparent: string | undefined;
  /** Whose objects the input may name, where they sent no copies along. */
  givers: readonly string[];
}): Promise<Attempted> {
  const { agent, id, step, runs, models, budget, workflow, traceparent } = about;
  const { clock, live, tracer } = runs.ports;
  const started = clock.now();
  const idempotencyKey = `${id}-${step.n}`;
  const spent = {
    tokens: 0,
    costMicros: 0,
    saved: NOTHING,
    model: undefined as string | undefined,
    cheaper: undefined as string | undefined,
  };
  const over = new AbortController();
  const { signal } = over;
  const objects = persistent(runs.ports, signal);
  let calls = 0;
  const abandon = (): void => over.abort(about.signal.reason);
  if (about.signal.aborted) abandon();
  else about.signal.addEventListener("abort", abandon);
  const meter = budget === undefined ? undefined : new AttemptMeter({ runs, budget, agent: agent.name, run: id, workflow, step, signal });
  const timeout = timeoutOf(agent);
  /** The attempt's time does not run while what pays for it is waited for: a call that was granted late would be cut, and billed. */
  const deadline = (): number => started + milliseconds(timeout) + (meter?.waited ?? 0);
  const how: CallOptions = { ...(meter === undefined ? {} : { meter, notes: meter }), ...agent.calls };
  const timer = new AbortController();
  const tooLate = (late: number): Error => {
    if (meter?.reserving === true) return new BudgetPending(timeout);
    // The process stood still, or its agent held it: the message may be another's by now, and is counted with what was lost.
    if (late >= LEAST_ACK_WAIT_MS && meter?.calls === undefined)
      return new Abandoned("ATTEMPT_LOST", `its process stood still for ${late} ms and more`);
    return new ArmadaError("ATTEMPT_TIMED_OUT", `the attempt took longer than ${timeout}`);
  };
  /** Resolves with by how much it came too late itself, ms. */
  const untilTooLate = async (): Promise<number> => {
    let late = 0;
    for (let left = milliseconds(timeout); left > 0; left = meter?.reserving === true ? 0 : deadline() - clock.now()) {
      const due = clock.now() + left;
      await clock.sleep(left, timer.signal);
      late = clock.now() - due;
    }
    return late;
  };
  untilTooLate().then(
    (late) => over.abort(tooLate(late)),
    () => undefined, // ended in time
  );
  const described = {
    [attributes.operation]: operations.agent,
    [attributes.agentName]: agent.name,
    [attributes.run]: id,
    [attributes.step]: step.n,
    [attributes.attempt]: step.attempts + 1,
  };
  try {
    const output = await tracer.span(spans.agent(agent.name), described, traceparent, async (inside) => {
      const context = (await runs.functions.payloads.resolve(step.context)) as Readonly<Record<string, unknown>> | undefined;
      const ask = async <T>(question: Question<T>): Promise<T> => {
        const asked = question.tier ?? agent.tier;
        const used = budget?.run === undefined ? NOTHING : await runs.read(id, 0, ({ state }) => usedBy(state));
        const { tier, why } = budget === undefined ? { tier: asked } : await tierOf(budget, { agent: agent.name, asked, used });
        const request = { ...question, tier, idempotencyKey };
        const said = {
          [attributes.operation]: operations.model,
          [attributes.task]: question.task,
          [attributes.tier]: tier,
          ...(why === undefined ? {} : { [attributes.degraded]: why }),
        };
        const about = { run: id, n: step.n, attempt: step.attempts + 1, call: ++calls };
        const text = live === undefined ? undefined : new CallText(about, { live, clock });
        const heard: CallOptions = { ...how, deadline: deadline(), ...(text === undefined ? {} : { onText: (piece) => text.add(piece) }) };
        const answer = await tracer
          .span(spans.model(tier), said, inside, () => models.call(request, signal, heard))
          .finally(() => text?.end());
        spent.cheaper ??= why;
        spent.tokens += answer.usage.inputTokens + answer.usage.outputTokens;
        spent.costMicros += answer.costMicros;
        spent.model = answer.model;
        if (answer.cached !== undefined) spent.saved = plus(spent.saved, answer.cached.saved);
        return answer.value;
      };
      const given = {
        agent: agent.name,
        input: await runs.functions.payloads.resolve(step.input),
        context: runs.contextFor(agent.name, context),
        idempotencyKey,
        attempt: step.attempts + 1,
      };
      const services = {
        ask,
        ...effectsOf(id, step, runs),
        getObject: (digest: string) => findObject(objects, digest, about.givers),
        putObject: (bytes: Uint8Array) => objects.put(bytes),
      };
      return about.call(given, services, signal);
    });
    const { model, saved, cheaper, ...counts } = spent;
    return {
      kind: "completed",
      output,
      spent: {
        ms: Math.max(0, clock.now() - started), // a clock may be put back
        ...counts,
        ...(model === undefined ? {} : { model }),
        ...(saved === NOTHING ? {} : { saved }),
        ...(cheaper === undefined ? {} : { degraded: { code: BUDGET_DOWNGRADE, message: cheaper } }),
      },
      ...paid(meter),
    };
  } catch (error) {
    return { kind: "failed", error, ...paid(meter) };
  } finally {
    about.signal.removeEventListener("abort", abandon);
    timer.abort(ENDED);
  }
}

function paid(meter: AttemptMeter | undefined): Pick<Attempted, "calls" | "conclude"> {
  return { calls: meter?.calls, conclude: () => meter?.conclude() };
}

/** What the team has, else what the first giver has that has it. @throws ArmadaError as `Objects.get` */
async function findObject(objects: Pick<Objects, "get">, digest: string, givers: readonly string[]): Promise<Uint8Array> {
  try {
    return await objects.get(digest);
  } catch (error) {
    if (!(error instanceof ArmadaError) || error.code !== "OBJECT_MISSING") throw error;
    for (const giver of givers)
      try {
        return await objects.get(digest, giver);
      } catch (other) {
        if (!(other instanceof ArmadaError) || other.code !== "OBJECT_MISSING") throw other;
      }
    throw error;
  }
}

/** The journal of a step's effects: what its `write` tools came to. */
function effectsOf(id: string, { n, tools }: StepState, runs: RunStore): Pick<CallServices, "recorded" | "record"> {
  return {
    recorded: async (tool, call) => {
      const key = toolCall(tool, call);
      return tools.has(key) ? { value: await runs.functions.payloads.resolve(tools.get(key)) } : undefined;
    },
    record: async (tool, call, output) => {
      const key = toolCall(tool, call);
      const { run } = await runs.commit(id, 0, ({ state }) => {
        if (state.ended !== undefined || state.steps.get(n)?.tools.has(key) === true) return undefined;
        return { events: [{ type: "step.tool", data: { n, call, tool, output } }] };
      });
      const recorded = run.state.steps.get(n)?.tools;
      return recorded?.has(key) === true ? runs.functions.payloads.resolve(recorded.get(key)) : output; // one outcome, also of two executions
    },
  };
}
