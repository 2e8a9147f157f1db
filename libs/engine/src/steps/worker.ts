import type { Agent } from "@armada/agents";
import { isRetryable, milliseconds, parseSubject, Refusal } from "@armada/contracts";
import type { Delivery, Handled } from "@armada/event-sourcing";
import type { Models } from "@armada/models";
import type { Breakers, IsolationGate } from "@armada/resilience";
import type { JournalData, JournalEvent } from "../journal/events.ts";
import { cut, failureOf, messageOf } from "../journal/failure.ts";
import { fitted } from "../journal/fitting.ts";
import { journalForm } from "../journal/form.ts";
import { type Provenance, readJournalMessage } from "../journal/message.ts";
import type { RunState, StepState } from "../journal/state.ts";
import type { Traced } from "../runs/guard.ts";
import type { HeldByStep } from "../runs/held-loops.ts";
import type { RunStore } from "../runs/run-store.ts";
import { stackOf } from "../runs/stack.ts";
import { callHere, type MakeCall } from "./agent-call.ts";
import { CallsApart } from "./apart.ts";
import { type Attempted, attemptStep, giversOf, timeoutOf } from "./attempt.ts";
import { Abandoned, codeOf } from "./attempt-failure.ts";
import type { Budget } from "./budget.ts";
import { hold, isPassed } from "./holds.ts";
import type { InlineSteps } from "./inline-steps.ts";
import { isSpent, LONGEST_NAK_MS } from "./policies/attempts.ts";
import { BREAKER_OPEN } from "./policies/breaker.ts";
import { stepPolicies } from "./policies/index.ts";
import { ISOLATED } from "./policies/isolation.ts";
import {
  type DeliveredStep,
  decide,
  type FailedAttempt,
  type StepBreaker,
  type StepFailure,
  type StepIsolation,
  type Verdict,
} from "./policies/policy.ts";
import type { Sandboxing } from "./sandbox.ts";

const DONE: Handled = { kind: "done" };
/** Another decided: what follows from it may be owed. */
const AGAIN = { kind: "retry", after: 0 } as const;
/** So many replicas may go away with a step that waits for a batch, or runs apart, before the step itself is blamed. */
const FORGIVEN = 20;
const NO_ATTEMPT_LEFT: { readonly code: string; readonly message: string; readonly hint?: string } = {
  code: "ATTEMPTS_EXHAUSTED",
  message: "no attempt is left",
};

type Dispatched = { readonly run: string; readonly n: number };

/** A step as this replica sees it. */
type Seen = {
  readonly ended: unknown;
  readonly step: StepState | undefined;
  readonly provenance: Provenance | undefined;
  readonly givers: readonly string[];
  readonly workflow: string;
};

/** A step at work in this replica. `since`: ms since 1970. */
export type RunningStep = { readonly run: string; readonly step: number; readonly agent: string; readonly since: number };

type Running = RunningStep & {
  readonly lane: "batch" | undefined;
  readonly abort: AbortController;
  readonly done: Promise<Handled>;
  readonly deliveries: Deliveries;
};

/** How often the message of a step at work came until now. */
type Deliveries = { newest: number };

/** Runs the steps that are dispatched to this replica's agents (engine rules 2, 4 and 8). */
export class Worker {
  readonly #runs: RunStore;
  readonly #inlines: InlineSteps;
  readonly #models: Models;
  readonly #budget: Budget | undefined;
  readonly #breakers: Breakers | undefined;
  readonly #isolations: IsolationGate | undefined;
  readonly #apart: CallsApart | undefined;
  readonly #running = new Map<string, Running>();

  constructor(
    runs: RunStore,
    inlines: InlineSteps,
    models: Models,
    {
      budget,
      breakers,
      isolations,
      sandboxing,
    }: {
      budget?: Budget | undefined;
      breakers?: Breakers;
      isolations?: IsolationGate;
      sandboxing?: Sandboxing | undefined;
    },
  ) {
    this.#isolations = isolations;
    this.#budget = budget;
    this.#breakers = breakers;
    this.#apart = sandboxing === undefined ? undefined : new CallsApart(runs.team.name, runs.ports, sandboxing);
    this.#runs = runs;
    this.#inlines = inlines;
    this.#models = models;
  }

  /** Aborts the running steps of a run that ended elsewhere. */
  abandon(run: string): void {
    for (const running of this.#running.values())
      if (running.run === run) running.abort.abort(new Abandoned("RUN_ENDED", `run ${run} has ended`));
  }

  /** A step held the event loop of a process until that was ended. */
  blame(held: HeldByStep): void {
    this.#apart?.held(held);
  }

  /** To be awaited before any step is handled. `queues`: those of the agents. */
  async recall(queues: Parameters<CallsApart["recall"]>[0], signal: AbortSignal): Promise<void> {
    await this.#apart?.recall(queues, signal);
  }

  running(): readonly RunningStep[] {
    return [...this.#running.values()];
  }

  /** Gives back what is running, or only what waits for a provider's batch: the attempts do not count. */
  drain(only?: "batch"): void {
    for (const { abort, lane } of this.#running.values())
      if (only === undefined || lane === only) abort.abort(new Abandoned("DRAINED", "the replica is stopping"));
  }

  async handle(agent: Agent, delivery: Traced): Promise<Handled> {
    const subject = parseSubject(delivery.subject);
    const call = callOf(delivery);
    if (subject?.kind !== "journal" || call === undefined) return DONE;
    // By dispatch, too: one whose acknowledgement was forgotten must not answer for the one that counts now.
    const key = `${subject.run}-${call}-${subject.n}`;
    const running = this.#running.get(key);
    if (running !== undefined) {
      running.deliveries.newest = Math.max(running.deliveries.newest, delivery.delivery);
      return running.done; // redelivered while it runs here: one execution answers both
    }
    const abort = new AbortController();
    const deliveries = { newest: delivery.delivery };
    const done = this.#step(agent, subject, call, delivery, deliveries, abort.signal).finally(() => this.#running.delete(key));
    const about = { run: subject.run, step: call, agent: agent.name, since: this.#runs.ports.clock.now() };
    this.#running.set(key, { ...about, lane: agent.calls.lane, abort, done, deliveries });
    return done;
  }

  async #step(
    agent: Agent,
    { run: id, n: ordinal }: Dispatched,
    n: number,
    delivery: Traced,
    deliveries: Deliveries,
    signal: AbortSignal,
  ): Promise<Handled> {
    if (delivery.delivery > 1) {
      await this.#breakers?.known(signal); // what waits for one is not lost
      await this.#isolations?.known(signal);
      await this.#lost(agent, id, n, ordinal, delivery);
    }
    const read = await this.#newest(id, n, delivery);
    const { step } = read;
    // A parked step's dispatch whose acknowledgement was forgotten: the retry has a dispatch of its own.
    if (isOpen(step, read) && step?.dispatchedAt !== ordinal) return DONE;
    if (step === undefined || step.status === "parked") return DONE;
    if (step.outcomeAt !== undefined) {
      await this.#runs.derive(id, step.outcomeAt, delivery.seq);
      return this.#inlines.run(id, step.outcomeAt, delivery.delivery, signal);
    }
    if (step.held !== undefined) {
      await this.#runs.derive(id, step.held.at, delivery.seq);
      return DONE;
    }
    if (read.ended !== undefined) return DONE;
    let attempted: Attempted | undefined;
    const attempt = async (): Promise<Verdict> => {
      const make = (call: MakeCall): Promise<Attempted> =>
        attemptStep({
          agent,
          id,
          step,
          runs: this.#runs,
          models: this.#models,
          budget: this.#budget,
          workflow: read.workflow,
          call,
          signal,
          traceparent: delivery.traceparent,
          givers: read.givers,
        });
      attempted = await (this.#apart?.attempt({ agent, run: id, step: step.n }, make, signal) ?? make(callHere(agent)));
      return verdictOf(step, attempted);
    };
    const { clock, random } = this.#runs.ports;
    const about: DeliveredStep = {
      agent,
      step,
      delivery: () => deliveries.newest,
      atLimit: this.#budget?.atLimit,
      breaker: this.#breakerOf(agent, `${id}-${n}`, signal),
      isolation: this.#isolationOf(agent, signal),
      now: () => clock.now(),
      random: () => random.next(),
      warn: (error) => this.#say(`attempt ${step.attempts + 1}`, id, step, error),
    };
    try {
      const verdict = await decide(stepPolicies, about, attempt);
      return await this.#follow(agent, id, step, verdict, delivery, signal);
    } finally {
      attempted?.conclude();
    }
  }

  #breakerOf(agent: Agent, call: string, signal: AbortSignal): StepBreaker | undefined {
    const breakers = this.#breakers;
    const openMs = breakers?.openMs(agent.name);
    if (breakers === undefined || openMs === undefined) return undefined;
    return {
      openMs,
      admit: () => breakers.admit(agent.name, call, milliseconds(timeoutOf(agent)), signal),
      report: (outcome) => breakers.report(agent.name, outcome),
    };
  }

  #isolationOf({ name }: Agent, signal: AbortSignal): StepIsolation | undefined {
    const isolations = this.#isolations;
    return isolations && { admit: () => isolations.admit(name, signal), now: () => isolations.isolationOf(name) };
  }

  /** Writes down what its policies say of a step. */
  async #follow(agent: Agent, id: string, step: StepState, verdict: Verdict, delivery: Delivery, signal: AbortSignal): Promise<Handled> {
    switch (verdict.kind) {
      case "outcome":
        return this.#outcome(id, step.n, [verdict.event], delivery, signal);
      case "hold":
        return hold(this.#runs, id, step, verdict.until, verdict.why, told(verdict));
      case "retry":
        if (verdict.attempt !== undefined) await this.#failed(id, step, verdict.attempt);
        return { kind: "retry", after: verdict.after };
      case "fallback":
        return this.#fallenBack(agent, id, after(step, verdict), told(verdict), verdict.otherwise, delivery, signal);
      case "park":
        return this.#park(id, after(step, verdict), told(verdict), verdict.stop);
      case "failed":
        throw verdict.error; // the policy of attempts answers every failure
      default:
        return verdict satisfies never;
    }
  }

  /** One line of the log for an error that the journal keeps without its stack. */
  #say(what: string, run: string, { n, agent }: StepState, error: unknown): void {
    const { team, ports } = this.#runs;
    const about = { team: team.name, run, step: n, agent, code: codeOf(error), ...stackOf(error) };
    ports.logger.warn(`${what} of step ${n} (${agent}) failed: ${cut(messageOf(error))}`, about);
  }

  async #failed(id: string, step: StepState, failed: JournalEvent): Promise<void> {
    await this.#runs.commit(id, 0, ({ state }) => (counts(step, state, [failed]) ? { events: [failed] } : undefined));
  }

  /** The fallback answers, labelled as degraded; where there is none, or it fails, the step is parked, or comes again. */
  async #fallenBack(
    agent: Agent,
    id: string,
    step: StepState,
    before: readonly JournalEvent[],
    otherwise: number | undefined,
    delivery: Delivery,
    signal: AbortSignal,
  ): Promise<Handled> {
    const { n, attempts } = step;
    const { code, message } = step.lastFailure ?? NO_ATTEMPT_LEFT;
    const attempt = attempts + 1;
    if (agent.fallback !== undefined) {
      const started = this.#runs.ports.clock.now();
      const output = await this.#fallback(agent, id, step, before);
      if (output !== undefined) {
        const ms = Math.max(0, this.#runs.ports.clock.now() - started);
        const degraded = { code, message };
        const data = { n, attempt, output: output.value, ms, tokens: 0, costMicros: 0, degraded };
        return this.#outcome(id, n, [...before, { type: "step.completed", data }], delivery, signal);
      }
    }
    if (otherwise === undefined) return this.#park(id, step, before, undefined);
    for (const failed of before) await this.#failed(id, step, failed);
    return { kind: "retry", after: otherwise };
  }

  /** What the fallback answers; where it fails as well the step is parked, with its first failure as the reason. */
  async #fallback(
    agent: Agent,
    id: string,
    step: StepState,
    before: readonly JournalEvent[],
  ): Promise<{ readonly value: unknown } | undefined> {
    try {
      const given = await this.#runs.functions.payloads.resolve(step.input);
      const input = fitted(agent.input, given, "INPUT_INVALID", `the input of agent ${agent.name}`);
      const what = `what the fallback of agent ${agent.name} answers`;
      return { value: journalForm(fitted(agent.output, await agent.fallback?.(input), "OUTPUT_INVALID", what), what) };
    } catch (error) {
      if (isRetryable(error)) {
        for (const failed of before) await this.#failed(id, step, failed); // else the next delivery takes it for one that was lost
        throw error;
      }
      this.#say("the fallback", id, step, error);
      return undefined;
    }
  }

  /** Sets the step aside, with its chain; `stop` stops the run with it. */
  async #park(
    id: string,
    step: StepState,
    before: readonly JournalEvent[],
    stop: JournalData["run.stopped"] | undefined,
  ): Promise<Handled> {
    const { n, attempts } = step;
    const { code, message, hint } = step.lastFailure ?? NO_ATTEMPT_LEFT;
    const about = { n, code, message, ...(hint === undefined ? {} : { hint }) };
    const stopped: JournalEvent[] = stop === undefined ? [] : [{ type: "run.stopped", data: stop }];
    const { ordinal } = await this.#runs.commit(id, 0, (run) => {
      if (!counts(step, run.state, before)) return undefined;
      const chain = [run.provenance?.correlation ?? id, run.provenance?.causation ?? id, id];
      return { events: [...before, { type: "step.parked", data: { ...about, attempts, chain } }, ...stopped] };
    });
    return ordinal === undefined ? AGAIN : DONE;
  }

  async #outcome(id: string, n: number, events: readonly JournalEvent[], { delivery }: Delivery, signal: AbortSignal): Promise<Handled> {
    const { run, ordinal } = await this.#runs.commit(id, 0, ({ state }) => {
      const now = state.steps.get(n);
      return isOpen(now, state) && !isPassed(events, now) ? { events } : undefined;
    });
    const root = run.state.steps.get(n)?.outcomeAt;
    if (root === undefined) return isOpen(run.state.steps.get(n), run.state) ? AGAIN : DONE;
    if (ordinal === undefined) {
      await this.#runs.derive(id, root, 0); // another replica's outcome: its derivations may be ours to finish
      return this.#inlines.run(id, root, delivery, signal);
    }
    // Also after failed attempts: work under the roots behind an outcome of our own is with whoever wrote those.
    const mine = run.execution?.inlines.some((inline) => inline.root === ordinal) === true;
    return mine ? this.#inlines.run(id, root, 1, signal) : DONE;
  }

  /** A step that came before and waits says so once: whether it still does, and is on record with it, no older view may tell. */
  async #newest(id: string, n: number, delivery: Delivery): Promise<Seen> {
    const seen = await this.#look(id, n, delivery.seq, delivery);
    const { waits, budgetUntil } = seen.step ?? {};
    if (delivery.delivery === 1 || (waits === undefined && budgetUntil === undefined)) return seen;
    return this.#look(id, n, await this.#runs.ports.log.head()); // not by what was delivered: a dispatch tells nothing of later attempts
  }

  #look(id: string, n: number, atLeast: number, delivered?: Delivery): Promise<Seen> {
    return this.#runs.read(
      id,
      atLeast,
      ({ state, provenance }) => ({
        ended: state.ended,
        step: copyOf(state.steps.get(n)),
        provenance,
        givers: giversOf(state),
        workflow: state.workflow,
      }),
      delivered,
    );
  }

  /** Whoever had the deliveries before this one, and journaled nothing of them, went away; decided on the run's newest state. */
  async #lost(agent: Agent, id: string, n: number, dispatchedAt: number, { seq, delivery: times, outage }: Delivery): Promise<void> {
    const delivery = times - 1;
    await this.#runs.journal(id, seq); // where nothing is appended no conflict would tell of what another replica wrote
    if (outage) return; // the server went away, and nobody else
    await this.#runs.commit(id, seq, ({ state }) => {
      const now = state.steps.get(n);
      if (now?.dispatchedAt !== dispatchedAt || !isOpen(now, state) || now.delivery >= delivery) return undefined;
      if (isSpent(agent, now)) return undefined; // what follows from its last one is owed
      // For money, its window, or its model's provider: nobody died.
      if (now.budgetUntil !== undefined || now.held !== undefined || this.#waits(agent, `${id}-${n}`, now)) return undefined;
      // Its calls go on at the provider, and this delivery waits for them; one that kills its replica each time must end all the same.
      if (now.batched.size > 0 && delivery - now.delivery < FORGIVEN) return undefined;
      const lost = { n, attempt: now.attempts + 1, delivery };
      if (this.#apart === undefined || now.lost >= FORGIVEN) return { events: [{ type: "step.worker_lost", data: lost }] };
      // Who it was is found out where none of its neighbours is charged: it runs apart, and what loses its sandbox has failed.
      this.#apart.suspect(agent);
      return { events: [{ type: "step.worker_lost", data: { ...lost, counts: false } }] };
    });
  }

  /** Whether a step was given back to wait for its model's provider, its agent's breaker, or its isolation's end: then nothing died with it. */
  #waits({ name }: Agent, call: string, { waits }: StepState): boolean {
    if (waits?.code === ISOLATED && this.#isolations !== undefined) return this.#isolations.freeFor(name) < 2 * LONGEST_NAK_MS;
    if (waits?.code !== BREAKER_OPEN || this.#breakers === undefined) return waits !== undefined;
    // What was given back comes again in less; what comes later was at work, and so was the call that tries it.
    return this.#breakers.closedFor(name) < 2 * LONGEST_NAK_MS && !this.#breakers.isTrying(name, call);
  }
}

/** The state is folded in place while the attempt runs. */
function copyOf(step: StepState | undefined): StepState | undefined {
  return step === undefined ? undefined : { ...step };
}

function isOpen(step: StepState | undefined, state: { readonly ended: unknown }): step is StepState {
  return step?.status === "requested" && state.ended === undefined;
}

/** Whether what an attempt at a step left counts: the step is open, nobody dispatched it anew meanwhile, or took it for lost. */
function counts(step: StepState, state: RunState, events: readonly JournalEvent[]): boolean {
  const now = state.steps.get(step.n);
  return isOpen(now, state) && now?.dispatchedAt === step.dispatchedAt && !isPassed(events, now);
}

/** The call that a delivered message dispatches. */
function callOf(delivery: Delivery): number | undefined {
  const journal = readJournalMessage(delivery);
  if (journal !== undefined) {
    const first = journal.events.find(({ type }) => type === "step.requested" || type === "step.retried" || type === "step.released");
    return first !== undefined && "n" in first.data ? first.data.n : undefined;
  }
  const data = delivery.envelopes[0]?.data;
  return typeof data === "object" && data !== null && "n" in data && typeof data.n === "number" ? data.n : undefined;
}

/** What an attempt came to, before its policies say what follows. */
function verdictOf(step: StepState, attempted: Attempted): Verdict {
  const { n } = step;
  const attempt = step.attempts + 1;
  const calls = attempted.calls ?? [];
  const journaled = calls.length === 0 ? {} : { calls: [...calls] };
  if (attempted.kind === "completed") {
    const { output, spent } = attempted;
    return { kind: "outcome", event: { type: "step.completed", data: { n, attempt, output, ...spent, ...journaled } } };
  }
  const { error } = attempted;
  if (error instanceof Refusal)
    return { kind: "outcome", event: { type: "step.refused", data: { n, attempt, ...failureOf(error), ...journaled } } };
  // Where its run has ended another replica may have done that with this very step, and be gone: what follows may be owed. An attempt
  // that was lost is written down by the next delivery.
  if (error instanceof Abandoned && error.code !== "DRAINED") return AGAIN;
  const { message, hint } = failureOf(error);
  const failure = { code: codeOf(error), message, ...(hint === undefined ? {} : { hint }) };
  return { kind: "failed", error, failure, calls, paid: calls.some(({ bill }) => bill !== "free") };
}

/** What is journaled of the attempt together with what follows from it. */
function told({ attempt }: { readonly attempt?: FailedAttempt }): readonly JournalEvent[] {
  return attempt === undefined ? [] : [attempt];
}

/** The step once a failed attempt is counted. */
function after(
  step: StepState,
  { attempt, failure }: { readonly attempt?: FailedAttempt; readonly failure: StepFailure | undefined },
): StepState {
  if (attempt !== undefined) return { ...step, attempts: attempt.data.attempt, lastFailure: failure };
  return failure === undefined ? step : { ...step, lastFailure: failure };
}
