import { hash32 } from "@armada/contracts";
import type { Scheduler } from "@armada/event-sourcing";
import type { JournalEvent } from "../journal/events.ts";
import { ownCopy } from "../journal/own-copy.ts";
import type { RecordedCall, Settlement } from "../journal/rows/row.ts";
import { isOutcome, isProgress, isRequest, recordedCall, settlementIn } from "../journal/table.ts";
import { type Calls, type InlineWork, workflowContext } from "./context.ts";
import { DeterminismError } from "./determinism.ts";
import { seeded } from "./seeded.ts";
import { type Settler, settle } from "./settlement.ts";
import type { Listed } from "./within-lists.ts";

/** Work of `ctx.step` that waits to be run by the delivery whose message made it. */
export type Inline = {
  readonly n: number;
  readonly name: string;
  /** Ordinal of the journal message under whose delivery it runs. */
  readonly root: number;
  readonly work: InlineWork;
};

type Call = Settler & {
  readonly n: number;
  /** What the journal says of this call where it is written at `now`, ms since 1970: its length begins then. */
  readonly record: ((now: number) => JournalEvent) | undefined;
  readonly inline: Inline | undefined;
};

/** What a function may call while one message is answered: more than a message holds, so that a loop which waits for nothing ends. */
const MAX_CALLS = 10_000;
/** Generations, one after the other, in which a run may wait for nothing. */
const MAX_RESTLESS = 100;

/** A turn of a function that holds the event loop for longer is named, ms. */
const HELD_MS = 1_000;

/** Hears of each turn of a workflow function during which the event loop was held for over a second. `now`, `ms`: milliseconds. */
export type LoopWatch = { now(): number; held(run: string, workflow: string, ms: number): void };

type Result = { readonly output: unknown } | { readonly error: unknown };

/**
 * One workflow function, suspended between the messages of its journal. Promises settle in journal order, one at a
 * time, with the microtask queue run dry between two (engine rule 7).
 */
export class Execution {
  readonly #workflow: Listed;
  readonly #run: { readonly id: string; readonly correlation: string };
  readonly #scheduler: Scheduler;
  readonly #watch: LoopWatch | undefined;
  readonly #calls = new Map<number, Call>();
  /** Calls and patch marks that the journal does not hold yet, in the order made. */
  #fresh: (Call | { readonly patch: string })[] = [];
  #next = 1;
  #random: () => number;
  #forgot: string | undefined;
  /** Milliseconds since 1970 of the message being answered. */
  #time = 0;
  #root = 0;
  /** Calls made since the outcome that is being answered. */
  #made = 0;
  /** Generations before this one that waited for nothing, and whether this one did. */
  #restless = 0;
  #rested = false;
  #inTurn = false;
  #replaying = false;
  #patches: ReadonlySet<string> = new Set();
  #knownPatches = new Map<string, boolean>();
  #result: Result | undefined;
  #fault: DeterminismError | undefined;

  constructor(workflow: Listed, run: { id: string; correlation: string }, scheduler: Scheduler, watch?: LoopWatch) {
    this.#workflow = workflow;
    this.#run = run;
    this.#scheduler = scheduler;
    this.#watch = watch;
    this.#random = seeded(hash32(run.id));
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
    // It goes on at the time of what it answers, also where the answer stands in a message of its own, with others between.
    if (!isRequest(event) && !isProgress(event)) {
      this.#time = at.time;
      this.#root = at.root;
    }
    this.#replaying = at.replaying;
    this.#patches = at.patches;
    if (isOutcome(event)) this.#made = 0;
    if (event.type === "run.started") {
      this.#restless = event.data.restless ?? 0;
      this.#forgot = event.data.carried?.forgot?.at;
      return this.#start(event.data.input);
    }
    if (isOutcome(event)) this.#rested = true;
    if (event.type === "run.patched") this.#fresh = this.#fresh.filter((made) => !("patch" in made) || made.patch !== event.data.id);
    const n = "n" in event.data ? event.data.n : 0;
    const call = recordedCall(event);
    if (call !== undefined) this.#match(n, call);
    if (event.type === "inline.completed" || event.type === "inline.failed")
      this.#root = this.#calls.get(event.data.n)?.inline?.root ?? at.root;
    const settlement = settlementIn(event);
    // The function has ended: what came before somebody wrote that down is late. Facts are its own, and settled as they are asked for.
    if (this.#result !== undefined && !isRequest(event)) return;
    if (settlement !== undefined) await this.#settle(n, settlement);
  }

  /**
   * What the function did since: the events to journal at `now`, after the cause, in order. Facts are settled at once. Where what
   * they answer was journaled long before, the lengths of timers, waits and approvals begin now all the same.
   * @throws DeterminismError `WORKFLOW_AWAITS_OUTSIDE`, `WORKFLOW_SPINS`
   */
  async react(now: number): Promise<JournalEvent[]> {
    const events: JournalEvent[] = [];
    for (let made = this.#fresh.shift(); made !== undefined; made = this.#fresh.shift()) {
      if ("patch" in made) {
        events.push({ type: "run.patched", data: { id: made.patch } });
        continue;
      }
      if (made.record === undefined) continue;
      const event = made.record(now);
      events.push(event);
      const settlement = settlementIn(event);
      if (settlement !== undefined) await this.#settle(made.n, settlement);
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
      const run = (): unknown => this.#workflow.run(ownCopy(input), workflowContext(this.#surface()));
      const about = { run: this.#run.id, workflow: this.#workflow.name };
      // A function that is not async throws, and answers, at once.
      new Promise((resolve) => resolve(this.#scheduler.begin === undefined ? run() : this.#scheduler.begin(about, run))).then(
        (output) => this.#end({ output }),
        (error: unknown) => this.#end({ error }),
      );
    });
  }

  #end(result: Result): void {
    if (!this.#inTurn) this.#outside("the function ended");
    this.#result = result;
  }

  #outside(what: string): DeterminismError {
    this.#fault ??= new DeterminismError("WORKFLOW_AWAITS_OUTSIDE", this.#workflow, {
      step: this.#next,
      journal: "no message was being answered",
      code: `${what} after something that did not come from ctx, or in the work of a ctx.step`,
    });
    return this.#fault;
  }

  /** Counts a call; whether it is one too many. */
  #spins(): boolean {
    if (++this.#made <= MAX_CALLS) return false;
    this.#fault ??= new DeterminismError("WORKFLOW_SPINS", this.#workflow, {
      step: this.#next,
      journal: "one message is being answered",
      code: `${MAX_CALLS} calls, and waits for none of them`,
    });
    return true;
  }

  /** How many generations in a row waited for nothing, this one as well; undefined where that is one too many. */
  #generations(): number | undefined {
    if (this.#rested) return 0;
    if (this.#restless + 1 < MAX_RESTLESS) return this.#restless + 1;
    this.#fault ??= new DeterminismError("WORKFLOW_SPINS", this.#workflow, {
      step: this.#next,
      journal: `${MAX_RESTLESS} generations, none of which waited for anything`,
      code: "continueAsNew",
    });
    return undefined;
  }

  async #turn(work: () => void): Promise<void> {
    const from = this.#watch?.now();
    this.#inTurn = true;
    work();
    await this.#scheduler.idle();
    this.#inTurn = false;
    if (this.#watch === undefined || from === undefined) return;
    const ms = this.#watch.now() - from;
    if (ms > HELD_MS) this.#watch.held(this.#run.id, this.#workflow.name, ms);
  }

  async #settle(n: number, how: Settlement): Promise<void> {
    const call = this.#calls.get(n);
    if (call === undefined && n < this.#next) return; // settled before: a late tick, a repeated approval
    if (call === undefined)
      throw new DeterminismError("WORKFLOW_CHANGED", this.#workflow, {
        step: n,
        journal: "an outcome",
        code: "the function has not made this call",
      });
    this.#calls.delete(n);
    await this.#turn(() => settle(call, how));
  }

  #match(n: number, { kind, target }: RecordedCall): void {
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

  #call<T>(kind: string, target: string, record: ((n: number, now: number) => JournalEvent) | undefined, work?: InlineWork): Promise<T> {
    if (!this.#inTurn) return Promise.reject(this.#outside(`it called ${kind} ${target}`.trim()));
    const n = this.#next++;
    return new Promise<T>((resolve, reject) => {
      record?.(n, this.#time); // a length that is none ends the call where it is made
      const call: Call = {
        n,
        kind,
        target,
        record: record === undefined ? undefined : (now) => record(n, now),
        inline: work === undefined ? undefined : { n, name: target, root: this.#root, work },
        resolve: (value) => resolve(ownCopy(value) as T),
        reject,
      };
      this.#calls.set(n, call);
      this.#fresh.push(call);
    });
  }

  #surface(): Calls {
    return {
      run: this.#run,
      now: () => this.#time,
      random: () => this.#random(),
      outstanding: () => this.outstanding,
      spins: () => this.#spins(),
      generations: () => this.#generations(),
      call: (kind, target, record, work) => this.#call(kind, target, record, work),
      patched: (id) => this.#patched(id),
      forgot: () => this.#forgot,
      refuses: this.#workflow.refuses,
      input: this.#workflow.input,
    };
  }

  #patched(id: string): boolean {
    const known = this.#knownPatches.get(id);
    if (known !== undefined) return known;
    const patched = this.#patches.has(id) || !this.#replaying;
    if (patched && !this.#patches.has(id)) this.#fresh.push({ patch: id });
    this.#knownPatches.set(id, patched);
    return patched;
  }
}
