import type { Subscription, Workflow } from "@armada/agents";
import { causedBy, parseSubject } from "@armada/contracts";
import type { Handled, Message } from "@armada/event-sourcing";
import type { Breakers, IsolationGate } from "@armada/resilience";
import { z } from "zod";
import { envelopeType, type Failure, type JournalEvent } from "../journal/events.ts";
import { sentBy } from "../journal/payloads.ts";
import type { RunState } from "../journal/state.ts";
import { decidedBefore, type Traced } from "../runs/guard.ts";
import { loadAll } from "../runs/load-all.ts";
import type { RunStore } from "../runs/run-store.ts";
import { scheduleIn } from "../schedules/events.ts";
import { release } from "../steps/holds.ts";
import type { InlineSteps } from "../steps/inline-steps.ts";
import { newest } from "./admission.ts";
import { setBreaker } from "./breaker-set.ts";
import { answerByCode, type CodeCapability } from "./code-capability.ts";
import { approves, control } from "./controls.ts";
import { factOf } from "./facts.ts";
import { clearSuspects } from "./ledger-clear.ts";
import { subscriptionName } from "./queues.ts";
import type { Schedules } from "./schedules.ts";
import { formerId, runIdOf, start, startedBy } from "./starts.ts";
import type { Waits } from "./waits.ts";

const DONE: Handled = { kind: "done" };
// A key whose value is undefined is not in JSON, and zod wants a key of an unknown value to be there.
const Value = z.unknown().optional();
const Asked = z.object({ input: Value, until: z.string().optional(), workflow: z.string().optional() });
const Answered = z.object({ output: Value, failure: Value });

/** How long an event for whose run there is no room waits for the next look. */
const ROOM_LOOK_MS = 10_000;
/** And what would begin a run of a team that is isolated: like what comes for one that is down, it waits. */
const ISOLATED_LOOK_MS = 2_000;

/** Brings what arrives on a team's stream into the journals of its runs: nothing means anything to a run before that (engine rule 1). */
export class Intake {
  readonly #runs: RunStore;
  readonly #inlines: InlineSteps;
  readonly #sourceOf: (workflow: Workflow) => string;
  readonly #capabilities: readonly CodeCapability[];
  readonly #waits: Waits;
  readonly #schedules: Pick<Schedules, "tick">;
  readonly #breakers: Breakers;
  readonly #isolations: IsolationGate;
  readonly #signal: AbortSignal;
  readonly #busy: () => boolean;
  readonly #replica: string | undefined;

  constructor(
    runs: RunStore,
    inlines: InlineSteps,
    waits: Waits,
    schedules: Pick<Schedules, "tick">,
    breakers: Breakers,
    isolations: IsolationGate,
    sourceOf: (workflow: Workflow) => string,
    capabilities: readonly CodeCapability[],
    signal: AbortSignal,
    /** Whether the team's stream has no room for new runs. */
    busy: () => boolean,
    /** What people know this replica by. */
    replica: string | undefined,
  ) {
    this.#replica = replica;
    this.#busy = busy;
    this.#runs = runs;
    this.#inlines = inlines;
    this.#waits = waits;
    this.#schedules = schedules;
    this.#breakers = breakers;
    this.#isolations = isolations;
    this.#sourceOf = sourceOf;
    this.#capabilities = capabilities;
    this.#signal = signal;
  }

  /** A start, an outcome that this replica's version must go on from, or what a replica without the version hands over. */
  async lead(delivery: Traced): Promise<Handled> {
    const subject = parseSubject(delivery.subject);
    if (subject?.kind !== "journal") return DONE;
    const said = await this.#runs.commit(subject.run, delivery.seq, () => ({ events: [] })); // what the function has still to say
    const before = said.ordinal === undefined ? decidedBefore(delivery) : DONE;
    if (before.kind === "retry") return before;
    const times = subject.branch === undefined ? delivery.delivery : delivery.delivery + 1; // handed over by a redelivery
    if (times > 1) await this.#runs.derive(subject.run, subject.n, delivery.seq);
    const resumed = delivery.envelopes.some(({ type }) => type === envelopeType("run.resumed") || type === envelopeType("run.moved"));
    return this.#inlines.run(subject.run, subject.n, times, this.#signal, resumed ? 1 : subject.n);
  }

  async ask(delivery: Traced): Promise<Handled> {
    const subject = parseSubject(delivery.subject);
    const envelope = delivery.envelopes[0];
    if (subject?.kind !== "ask" || envelope === undefined) return DONE;
    const { from, capability, id } = subject;
    if (capability.startsWith("run_") && capability !== "run_start")
      return control(
        this.#runs,
        this.#inlines,
        this.#sourceOf,
        { ...delivery, capability, from, data: envelope.data, id: envelope.id },
        this.#signal,
        this.#replica,
      );
    if (capability === "health_check") return DONE; // that it could be appended is all that it asks
    if (capability === "breaker_set") return setBreaker(this.#breakers, { from, data: envelope.data });
    if (capability === "ledger_clear") return clearSuspects(this.#runs, { from, data: envelope.data }, this.#signal);
    const data = Asked.safeParse(envelope.data);
    if (!data.success) return DONE; // the adapter counts what does not fit its schema; nothing could be answered
    if (await this.#isIsolated(runIdOf(id), delivery.seq)) return { kind: "retry", after: ISOLATED_LOOK_MS };
    const served = this.#capabilities.find((one) => one.capability === capability);
    if (served !== undefined) return answerByCode(this.#runs, served, { from, id, input: data.data.input, envelope }, this.#signal);
    const { team } = this.#runs;
    const provided = team.provides.find((p) => p.capability.capability === capability)?.workflow;
    const asked = capability === "run_start" ? (data.data.workflow ?? "") : (provided?.name ?? capability);
    const workflow = capability === "run_start" || provided !== undefined ? newest(team.workflows, asked) : undefined;
    const { seq, delivery: times } = delivery;
    return start(
      this.#runs,
      this.#inlines,
      this.#sourceOf,
      {
        run: await this.#begun(runIdOf(id), seq),
        workflow,
        asked,
        input: sentBy(from, data.data.input),
        by: { kind: "ask", from, id },
        provenance: causedBy(envelope, delivery.traceparent),
        busy: this.#busy(),
        seq,
        delivery: times,
      },
      this.#signal,
    );
  }

  async answer(delivery: Traced): Promise<Handled> {
    const subject = parseSubject(delivery.subject);
    const envelope = delivery.envelopes[0];
    if (subject?.kind !== "answer" || envelope === undefined) return DONE;
    const data = Answered.safeParse(envelope.data);
    if (!data.success) return DONE;
    const { run: id, n, from } = subject;
    const failure = data.data.failure as Failure | undefined;
    return this.#outcome(id, n, delivery, (state) => {
      const wait = state.waits.get(n);
      if (wait?.kind !== "ask" || !wait.open || wait.data.to !== from) return undefined;
      return {
        type: "ask.answered",
        data: { n, from, ...(failure === undefined ? { output: sentBy(from, data.data.output ?? null) } : { failure }) },
      };
    });
  }

  async tick(delivery: Traced): Promise<Handled> {
    const subject = parseSubject(delivery.subject);
    if (subject?.kind !== "tick") return DONE;
    const { run: id, n } = subject;
    const schedule = scheduleIn(id);
    if (schedule !== undefined) {
      if (!(await this.#isKnown())) return { kind: "retry", after: 0 }; // whether it may fire
      return this.#schedules.tick(schedule, n, delivery);
    }
    const released = await release(this.#runs, id, n, delivery.seq);
    if (released !== undefined) return released;
    await this.#inTime(id, n, delivery);
    return this.#outcome(id, n, delivery, (state) =>
      state.waits.get(n)?.open === true ? { type: "timer.fired", data: { n } } : undefined,
    );
  }

  /** What came before a timer fired came in time, whichever of the two is delivered first: also for what the run waits for beside it. */
  async #inTime(id: string, n: number, tick: Traced): Promise<void> {
    const { fired, open, after } = await this.#runs.read(id, tick.seq, ({ state }) => ({
      fired: state.waits.get(n),
      open: state.waits.get(n)?.open === true ? [...state.waits.values()].filter((wait) => wait.open) : [],
      after: state.after ?? 0,
    }));
    if (open.some(({ kind }) => kind === "wait")) await this.#waits.lookBack(id, tick.seq);
    if (fired?.kind === "wait") await this.#waits.owed(id, tick);
    const { ports, team } = this.#runs;
    const before = (filter: string, wanted: (message: Message) => boolean): Promise<readonly Message[]> =>
      loadAll("look for what came in time", ports, [filter], tick.seq, {
        from: after,
        wanted: (message) => message.seq < tick.seq && wanted(message),
      });
    if (open.some(({ kind }) => kind === "ask"))
      for (const answer of await before(`ans.${team.name}.*.${id}.*`, () => true)) await this.answer({ ...tick, ...answer, delivery: 1 });
    const approvals = open.filter(({ kind }) => kind === "approval");
    if (approvals.length > 0)
      for (const ask of await before(`ask.${team.name}.*.run_approve.>`, (message) =>
        approvals.some((one) => approves(message, id, one.n)),
      ))
        await this.ask({ ...tick, ...ask, delivery: 1 });
  }

  async trigger(subscription: Subscription, since: number, delivery: Traced): Promise<Handled> {
    const read = await factOf(delivery, subscription.on, this.#runs.functions.payloads);
    if (read === undefined) return DONE;
    const { fact, envelope } = read;
    const from = subscription.from === "now" ? since : subscription.from === "beginning" ? 0 : Date.parse(subscription.from.time);
    if (Date.parse(fact.arrived) < from) return DONE;
    const input = subscription.input(fact);
    if (input === undefined) return DONE;
    const name = subscriptionName(subscription);
    const { workflow } = subscription;
    const run = startedBy(name, fact.key);
    const begun = await this.#begun(run, delivery.seq);
    if (await this.#isIsolated(begun, delivery.seq)) return { kind: "retry", after: ISOLATED_LOOK_MS };
    // An event cannot be refused: its run waits for room.
    if (this.#busy() && !(await this.#exists(begun, delivery.seq))) return { kind: "retry", after: ROOM_LOOK_MS };
    return start(
      this.#runs,
      this.#inlines,
      this.#sourceOf,
      {
        run: begun,
        workflow: newest(this.#runs.team.workflows, workflow.name),
        asked: workflow.name,
        input,
        by: { kind: "event", from: fact.team, id: fact.key },
        provenance: { ...causedBy(envelope, delivery.traceparent), hops: envelope.hops + 1 },
        seq: delivery.seq,
        delivery: delivery.delivery,
      },
      this.#signal,
    );
  }

  /** The id under which a build before began the same run, where one did: what starts it may come again. */
  async #begun(run: string, seq: number): Promise<string> {
    const former = formerId(run);
    return former !== undefined && (await this.#exists(former, seq)) ? former : run;
  }

  /** Whether the team is isolated, so that a run does not begin now; one that has begun goes on. */
  async #isIsolated(run: string, seq: number): Promise<boolean> {
    if (!(await this.#isKnown())) return true;
    return this.#isolations.isolationOf() !== undefined && !(await this.#exists(run, seq));
  }

  /** Whether what is isolated is known; where it is not, the replica stops, and another will do. */
  async #isKnown(): Promise<boolean> {
    try {
      await this.#isolations.known(this.#signal);
      return true;
    } catch (error) {
      if (this.#signal.aborted) return false;
      throw error;
    }
  }

  #exists(run: string, seq: number): Promise<boolean> {
    return this.#runs.read(run, seq, ({ state }) => state.exists);
  }

  async #outcome(id: string, n: number, delivery: Traced, decide: (state: RunState) => JournalEvent | undefined): Promise<Handled> {
    const { run, ordinal } = await this.#runs.commit(id, delivery.seq, ({ state }) => {
      const event = state.ended === undefined ? decide(state) : undefined;
      return event === undefined ? undefined : { events: [event] };
    });
    if (ordinal === undefined && delivery.delivery === 1) return decidedBefore(delivery); // what follows is with the one that decided
    const root = ordinal ?? run.state.waits.get(n)?.closedAt;
    if (root === undefined) return DONE;
    if (ordinal === undefined) await this.#runs.derive(id, root, delivery.seq);
    return this.#inlines.run(id, root, delivery.delivery, this.#signal);
  }
}
