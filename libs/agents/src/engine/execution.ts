import { ArmadaError, type Duration, hash32, milliseconds, Refusal } from "@armada/contracts";
import type { Scheduler } from "@armada/event-sourcing";
import type { Workflow, WorkflowContext } from "../define.ts";
import { DeterminismError } from "./determinism.ts";
import type { Failure, JournalEvent, JournalEventType } from "./journal-events.ts";

/** Work of `ctx.step` that waits to be run by the delivery whose message made it. */
export type Inline = {
  readonly n: number;
  readonly name: string;
  /** Ordinal of the journal message under whose delivery it runs. */
  readonly root: number;
  readonly work: (about: { idempotencyKey: string; signal: AbortSignal }) => unknown;
};

type Call = {
  readonly n: number;
  readonly kind: string;
  readonly target: string;
  /** What the journal says of this call, by the time at which it was made. */
  readonly record: JournalEvent | undefined;
  readonly inline: Inline | undefined;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
};

/**
 * What the function itself said, and what it does not answer: it goes on at the time and under the root of what it
 * answers, also where the answer stands in a message of its own, with others between.
 */
const SILENT: ReadonlySet<JournalEventType> = new Set<JournalEventType>([
  "step.requested",
  "ask.sent",
  "sleep.set",
  "wait.set",
  "approval.asked",
  "fact.emitted",
  "run.patched",
  "step.attempt_failed",
  "step.worker_lost",
  "step.tool",
  "step.parked",
  "step.retried",
]);

type Result = { readonly output: unknown } | { readonly error: unknown };

/**
 * One workflow function, suspended between the messages of its journal. Promises settle in journal order, one at a
 * time, with the microtask queue run dry between two (ENGINE rule 7).
 */
export class Execution {
  readonly #workflow: Workflow;
  readonly #run: { readonly id: string; readonly correlation: string };
  readonly #scheduler: Scheduler;
  readonly #calls = new Map<number, Call>();
  /** Calls and patch marks that the journal does not hold yet, in the order made. */
  #fresh: (Call | { readonly patch: string })[] = [];
  #next = 1;
  #random: () => number;
  /** Milliseconds since 1970 of the message being answered. */
  #time = 0;
  #root = 0;
  #inTurn = false;
  #replaying = false;
  #patches: ReadonlySet<string> = new Set();
  #knownPatches = new Map<string, boolean>();
  #result: Result | undefined;
  #fault: DeterminismError | undefined;

  constructor(workflow: Workflow, run: { id: string; correlation: string }, scheduler: Scheduler) {
    this.#workflow = workflow;
    this.#run = run;
    this.#scheduler = scheduler;
    this.#random = mulberry32(hash32(run.id));
  }

  get result(): Result | undefined {
    return this.#result;
  }

  /** Inline work that nobody journaled yet. */
  get inlines(): readonly Inline[] {
    return [...this.#calls.values()].flatMap((call) => (call.inline !== undefined ? [call.inline] : []));
  }

  /** Calls that hold the function up. */
  get outstanding(): readonly { n: number; kind: string; target: string }[] {
    return [...this.#calls.values()];
  }

  get fresh(): readonly { n: number; kind: string; target: string }[] {
    return this.#fresh.flatMap((made) => ("patch" in made || made.inline !== undefined ? [] : [made]));
  }

  /**
   * Applies one event. `replaying`: the event comes from the journal and what the function does next is there too.
   * @throws DeterminismError where the function does not fit the journal
   */
  async apply(event: JournalEvent, at: { time: number; root: number; replaying: boolean; patches: ReadonlySet<string> }): Promise<void> {
    if (!SILENT.has(event.type)) {
      this.#time = at.time;
      this.#root = at.root;
    }
    this.#replaying = at.replaying;
    this.#patches = at.patches;
    switch (event.type) {
      case "run.started":
        return this.#start(event.data.input);
      case "step.requested":
        return this.#match(event.data.n, "ask agent", event.data.agent);
      case "ask.sent":
        return this.#match(event.data.n, "ask team", `${event.data.to}.${event.data.capability}`);
      case "sleep.set":
        return this.#match(event.data.n, "sleep", "");
      case "wait.set":
        return this.#match(event.data.n, "wait for", event.data.type);
      case "approval.asked":
        return this.#match(event.data.n, "approval", event.data.question);
      case "fact.emitted":
        this.#match(event.data.n, "emit", event.data.type);
        return this.#settle(event.data.n, (call) => call.resolve(undefined));
      case "step.completed":
      case "wait.met":
        return this.#settle(event.data.n, (call) => call.resolve(outcomeOf(event)));
      case "step.refused":
        return this.#settle(event.data.n, (call) => call.reject(refusal(event.data)));
      case "inline.completed":
        this.#match(event.data.n, "step", event.data.name);
        this.#root = this.#calls.get(event.data.n)?.inline?.root ?? at.root;
        return this.#settle(event.data.n, (call) => call.resolve(event.data.output));
      case "inline.failed":
        this.#match(event.data.n, "step", event.data.name);
        this.#root = this.#calls.get(event.data.n)?.inline?.root ?? at.root;
        return this.#settle(event.data.n, (call) => call.reject(refusal(event.data)));
      case "ask.answered":
        return this.#settle(event.data.n, (call) =>
          event.data.failure === undefined ? call.resolve(event.data.output) : call.reject(refusal(event.data.failure)),
        );
      case "approval.given":
        return this.#settle(event.data.n, (call) => call.resolve({ approved: event.data.approved, by: event.data.by, expired: false }));
      case "timer.fired":
        return this.#settle(event.data.n, (call) => expire(call));
      case "run.patched":
        this.#fresh = this.#fresh.filter((made) => !("patch" in made) || made.patch !== event.data.id);
        return;
      case "run.ended":
      case "run.stopped":
      case "run.resumed":
      case "run.moved":
      case "cancel.requested":
      case "step.attempt_failed":
      case "step.worker_lost":
      case "step.tool":
      case "step.parked":
      case "step.retried":
        return;
      default:
        return event satisfies never;
    }
  }

  /**
   * What the function did since: the events to journal after the cause, in order. Facts are settled at once.
   * @throws DeterminismError `WORKFLOW_AWAITS_OUTSIDE`
   */
  async react(): Promise<JournalEvent[]> {
    const events: JournalEvent[] = [];
    this.#replaying = false;
    for (let made = this.#fresh.shift(); made !== undefined; made = this.#fresh.shift()) {
      if ("patch" in made) {
        events.push({ type: "run.patched", data: { id: made.patch } });
        continue;
      }
      if (made.record === undefined) continue;
      const event = made.record;
      events.push(event);
      if (event.type === "fact.emitted") await this.#settle(made.n, (call) => call.resolve(undefined));
      if (event.type === "run.ended") return events;
    }
    if (this.#fault !== undefined) throw this.#fault;
    if (this.#result === undefined && this.outstanding.length === 0)
      throw new DeterminismError("WORKFLOW_AWAITS_OUTSIDE", this.#workflow, {
        step: this.#next,
        journal: "nothing is outstanding",
        code: "the function waits for something that did not come from ctx",
      });
    return events;
  }

  #start(input: unknown): Promise<void> {
    return this.#turn(() => {
      this.#workflow.run(input, this.#context()).then(
        (output) => this.#end({ output }),
        (error: unknown) => this.#end({ error }),
      );
    });
  }

  #end(result: Result): void {
    if (!this.#inTurn) this.#outside("the function ended");
    this.#result = result;
  }

  #outside(what: string): void {
    this.#fault ??= new DeterminismError("WORKFLOW_AWAITS_OUTSIDE", this.#workflow, {
      step: this.#next,
      journal: "no message was being answered",
      code: `${what} after something that did not come from ctx`,
    });
  }

  async #turn(work: () => void): Promise<void> {
    this.#inTurn = true;
    work();
    await this.#scheduler.idle();
    this.#inTurn = false;
  }

  async #settle(n: number, how: (call: Call) => void): Promise<void> {
    const call = this.#calls.get(n);
    if (call === undefined && n < this.#next) return; // settled before: a late tick, a repeated approval
    if (call === undefined)
      throw new DeterminismError("WORKFLOW_CHANGED", this.#workflow, {
        step: n,
        journal: "an outcome",
        code: "the function has not made this call",
      });
    this.#calls.delete(n);
    await this.#turn(() => how(call));
  }

  #match(n: number, kind: string, target: string): void {
    const call = this.#calls.get(n);
    const journal = `${kind} ${target}`.trim();
    if (call === undefined || call.kind !== kind || (target !== "" && call.target !== target))
      throw new DeterminismError("WORKFLOW_CHANGED", this.#workflow, {
        step: n,
        journal,
        code: call === undefined ? "nothing" : `${call.kind} ${call.target}`.trim(),
      });
    this.#fresh = this.#fresh.filter((made) => made !== call);
  }

  #call<T>(
    kind: string,
    target: string,
    record: ((n: number, now: number) => JournalEvent) | undefined,
    work?: Inline["work"],
  ): Promise<T> {
    if (!this.#inTurn) this.#outside(`it called ${kind} ${target}`);
    const n = this.#next++;
    return new Promise<T>((resolve, reject) => {
      const call: Call = {
        n,
        kind,
        target,
        record: record?.(n, this.#time),
        inline: work === undefined ? undefined : { n, name: target, root: this.#root, work },
        resolve: resolve as (value: unknown) => void,
        reject,
      };
      this.#calls.set(n, call);
      this.#fresh.push(call);
    });
  }

  #context(): WorkflowContext {
    const until = (now: number, length: Duration): string => new Date(now + milliseconds(length)).toISOString();
    const context: WorkflowContext = {
      run: this.#run,
      now: () => this.#time,
      random: () => this.#random(),
      ask: async (target, input, options) => {
        const parsed = target.input.safeParse(input);
        if (!parsed.success)
          throw new ArmadaError("INPUT_INVALID", `the input of ${target.name} does not fit: ${parsed.error.issues.map(issue).join("; ")}`);
        const name = target.name;
        if (target.kind === "agent")
          return await this.#call("ask agent", name, (n) => ({
            type: "step.requested",
            data: { n, agent: name, variant: "a", input: parsed.data },
          }));
        const { team, capability } = target;
        return await this.#call("ask team", name, (n, now) => ({
          type: "ask.sent",
          data: { n, to: team, capability, input: parsed.data, until: until(now, options?.within ?? "10m") },
        }));
      },
      step: (name, work) => this.#call("step", name, undefined, work),
      emit: async (kind, data) => {
        const parsed = kind.data.safeParse(data);
        if (!parsed.success)
          throw new ArmadaError("EVENT_INVALID", `the data of ${kind.type} does not fit: ${parsed.error.issues.map(issue).join("; ")}`);
        await this.#call("emit", kind.type, (n) => ({
          type: "fact.emitted",
          data: { n, type: kind.type, version: kind.version, id: kind.id(parsed.data), data: parsed.data },
        }));
      },
      sleep: (length) => this.#call("sleep", "", (n, now) => ({ type: "sleep.set", data: { n, until: until(now, length) } })),
      deadline: (within, work) =>
        Promise.race([
          work(),
          context.sleep(within).then(() => {
            throw new ArmadaError("DEADLINE_EXCEEDED", `the deadline of ${within} passed`);
          }),
        ]),
      waitFor: (kind, { id, since, within }) =>
        this.#call("wait for", kind.type, (n, now) => ({
          type: "wait.set",
          data: { n, type: kind.type, id, since: since ?? "", ...(within === undefined ? {} : { until: until(now, within) }) },
        })),
      approval: async (question, { show, within, otherwise }) => {
        const given = await this.#call<{ approved: boolean; by: string; expired: boolean }>("approval", question, (n, now) => ({
          type: "approval.asked",
          data: { n, question, show, until: until(now, within), otherwise },
        }));
        if (given.approved || otherwise === "continue") return given;
        const what = given.expired ? "was not given in time" : `was refused by ${given.by}`;
        if (otherwise === "fail") throw new Refusal("NOT_APPROVED", `the approval "${question}" ${what}`);
        return await this.#call("cancel", "", () => ({
          type: "run.ended",
          data: { status: "cancelled", failure: { code: "NOT_APPROVED", message: `the approval "${question}" ${what}` } },
        }));
      },
      continueAsNew: async (input) => {
        const open = this.outstanding;
        if (open.length > 0)
          throw new ArmadaError(
            "CONTINUE_WITH_OUTSTANDING",
            `continueAsNew with ${open.map((call) => `${call.kind} ${call.target} (call ${call.n})`).join(", ")} outstanding`,
            { hint: "await every call before continuing as new" },
          );
        return await this.#call("continue", "", () => ({
          type: "run.ended",
          data: { status: "continued", next: nextRun(this.#run.id), input },
        }));
      },
      patched: (id) => {
        const known = this.#knownPatches.get(id);
        if (known !== undefined) return known;
        const patched = this.#patches.has(id) || !this.#replaying;
        if (patched && !this.#patches.has(id)) this.#fresh.push({ patch: id });
        this.#knownPatches.set(id, patched);
        return patched;
      },
    };
    return context;
  }
}

function outcomeOf(event: Extract<JournalEvent, { type: "step.completed" | "wait.met" }>): unknown {
  return event.type === "wait.met" ? event.data.data : event.data.output;
}

function refusal(failure: Failure): Refusal {
  return new Refusal(failure.code, failure.message, {
    ...(failure.hint === undefined ? {} : { hint: failure.hint }),
    details: failure.details,
  });
}

function expire(call: Call): void {
  if (call.kind === "sleep") call.resolve(undefined);
  else if (call.kind === "approval") call.resolve({ approved: false, by: "", expired: true });
  else call.reject(new ArmadaError("TIMED_OUT", `${call.kind} ${call.target} was not answered in time`));
}

function issue(of: { readonly path: readonly PropertyKey[]; readonly message: string }): string {
  return `${of.path.join(".") || "value"}: ${of.message}`;
}

/** `<run>~2` after `<run>`, `<run>~3` after `<run>~2`. */
export function nextRun(run: string): string {
  const match = /^(.*)~(\d+)$/.exec(run);
  return match === null ? `${run}~2` : `${match[1]}~${Number(match[2]) + 1}`;
}

/** A small seeded generator (public domain, by Tommy Ettinger). */
function mulberry32(seed: number): () => number {
  let a = seed;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
