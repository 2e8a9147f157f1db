import { ATTEMPTS, type Block, FROM_JOURNAL, type Node } from "../drawing/program.ts";
import { held, live, shown } from "../drawing/values.ts";
import { Attempts, attemptsOf, hasFallback } from "./attempts.ts";
import { type End, IGNORED, type Next, NOT_JSON, type Pending, said, type Thrown, thrown } from "./pending.ts";
import { Takes, typeOf } from "./takes.ts";
import type { Arrived, Chain, Outside, Told } from "./told.ts";

/**
 * What a reader of the concepts page expects of a program: a second interpreter, without the engine and without
 * concurrency. It is told in which order a journal took things, and says what the program then has asked for, what came of
 * it, and how its run ends.
 */

/** Calls that a function may make while one message is answered. */
const MOST_CALLS = 10_000;
/** Generations, one after the other, in which a run may wait for nothing. */
const MOST_RESTLESS = 100;
/** What a run is found by. */
const SEARCH = shown({ drawn: "yes" });
/** As long as the call beside a `continueAsNew` lasts, ms. */
const BESIDE_MS = 70_001;

/** What a function does that no function may. */
const MISTAKES: ReadonlySet<unknown> = new Set(["WORKFLOW_SPINS", "WORKFLOW_AWAITS_OUTSIDE"]);
/** Asks and events that a chain may pass. */
const LONGEST_CHAIN = 32;
/** What is journaled of a step while its outcome is out: the program says nothing to it. */
const PASSIVE: ReadonlySet<string> = new Set([
  "step.attempt_failed",
  "step.worker_lost",
  "step.tool",
  "step.parked",
  "step.retried",
  "step.drawn",
  "step.submitted",
  "step.held",
  "step.released",
]);

export class Reader {
  /** What the journal says that the program does not. */
  readonly wrong: string[] = [];
  readonly pending: Pending[] = [];
  /** Calls by how they ended; made at, and ended at the journal's message of that ordinal. */
  readonly outcomes: {
    readonly n: number;
    readonly op: string;
    readonly outcome: string;
    readonly made: number;
    readonly ended: number;
  }[] = [];
  readonly emitted: { readonly n: number; readonly id: string; readonly value: unknown }[] = [];
  /** What came of each node, by its visit. */
  readonly seen = new Map<string, string>();
  end: End | undefined;
  /** There is no program of it: its start was refused. */
  refused = false;
  readonly #body: Block;
  readonly #chain: Chain;
  readonly #outside: Outside;
  readonly #patches = new Set<unknown>();
  readonly #visits = new Map<string, number>();
  #generation = 0;
  #ordinal = 0;
  #time = 0;
  /** Of the last message. */
  #last = 0;
  #degraded = false;
  #stopped = false;
  #aside = false;
  /** Whether the program has waited for anything, and for how many generations it has not where it goes on as a new one. */
  #rested = false;
  #restless = 0;
  /** What it waits for beside its context comes soon: it is stopped once it has, or another replica's call is none of its own. */
  #soon = false;
  #spins = false;
  /** What chance said to a function that was stopped in that breath. */
  #unknown = false;
  /** Calls since the last outcome. */
  #made = 0;
  readonly #attempts: Attempts;
  readonly #takes: Takes;
  readonly #unheard: { readonly event: Told; readonly time: number }[] = [];

  constructor(body: Block, chain: Chain, outside: Outside) {
    this.#body = body;
    this.#chain = chain;
    this.#outside = outside;
    this.#attempts = new Attempts(this.wrong, this.pending, outside);
    this.#takes = new Takes(chain, outside, this.pending);
  }

  /** One message of the journal, written at `time`. `answered`: what the program asks for then stands in it too. */
  read(events: readonly Told[], time: number, answered: boolean): void {
    this.#ordinal++;
    this.#last = time;
    this.#attempts.reads(events, time);
    const refused = events.some(({ type, data }) => type === "run.ended" && (data.failure as { code?: unknown })?.code === "BUSY");
    for (const event of events) this.#event(event, time, refused);
    if (answered && !this.#stopped && this.end === undefined && this.#mistake() !== undefined)
      this.wrong.push(`the run goes on, and its function has made a mistake: ${this.#mistake()}`);
    if (!answered || this.#stopped || events.every(({ type }) => PASSIVE.has(type))) return;
    const unsaid = this.pending.find((call) => call.n === undefined && call.asked !== "step");
    if (unsaid !== undefined && this.end === undefined) this.wrong.push(`${unsaid.asked} ${unsaid.what} is not asked for`);
    const last = events.at(-1)?.type;
    if (this.end !== undefined && last !== "run.ended") this.wrong.push(`the program has ended: ${shown(this.end)}, its run has not`);
  }

  /** `refused`: where the room begins just then it is the journal that says whether it came in time. */
  #begin(data: Told["data"], time: number, refused: boolean): void {
    const known = data.workflow === "play";
    // Whoever moves a run to a version that it lacks does not know its source, and the run's next generation does not either.
    const source = this.#chain.moved && data.source === "" ? "" : `source of version ${String(data.version)}`;
    if (known ? data.source !== source : data.source !== "" || data.version !== 0)
      this.wrong.push(`the run is of ${String(data.workflow)} ${String(data.version)}, from ${String(data.source)}`);
    if ((data.by as { kind: unknown }).kind === "event" && time < this.#outside.full && !this.#just(time))
      this.wrong.push("an event starts a run where no room is");
    if (!known && data.workflow !== "none") this.wrong.push(`nobody asked for a run of ${String(data.workflow)}`);
    const code =
      data.carried === undefined && this.#chain.fresh
        ? this.#refusal(data, this.#just(time) ? refused : time < this.#outside.full)
        : undefined;
    if (code === "INPUT_INVALID" && (data.by as { kind: unknown }).kind === "event")
      this.wrong.push("a start that was declined starts a run");
    const { forgot, passed = {}, events = {} } = (data.carried ?? {}) as { forgot?: unknown; passed?: object; events?: object };
    const kept = Object.keys(passed).length + Object.keys(events).length;
    if (kept > this.#chain.remembers) this.wrong.push(`the run is told of ${kept} ids and events, and remembers ${this.#chain.remembers}`);
    const lost = this.#chain.forgot;
    if (shown(forgot) !== shown(lost === undefined ? undefined : { seq: lost.seq, at: new Date(lost.time).toISOString() }))
      this.wrong.push(`the run is told that it forgot ${shown(forgot)}, and forgot ${shown(lost?.seq)}`);
    if (Number(data.restless ?? 0) !== this.#chain.restless)
      this.wrong.push(`the run is told of ${String(data.restless)} generations that waited for nothing, not ${this.#chain.restless}`);
    this.#chain.fresh = false;
    this.refused = code !== undefined;
    if (code === undefined && shown(data.search) !== SEARCH) this.wrong.push(`the run is found by ${shown(data.search)}`);
    if (code === undefined) this.#start(data.input);
    else this.#finish({ status: "failed", code, text: "" });
  }

  #event({ type, data }: Told, time: number, refused = false): void {
    const n = Number(data.n);
    switch (type) {
      case "run.started":
        this.#time = time;
        this.#made = 0;
        return this.#begin(data, time, refused);
      case "step.requested":
        return this.#asked(n, type, `${String(data.agent)} ${visitOf(data.input)}`);
      case "ask.sent":
        return this.#asked(n, type, visitOf(data.input), data.until);
      case "sleep.set":
        return this.#asked(n, type, "", data.until);
      case "wait.set":
        return this.#asked(n, type, texts(data, "type", "id", "since", "fact"), data.until);
      case "approval.asked":
        return this.#asked(n, type, texts(data, "question", "otherwise"), data.until);
      case "fact.emitted":
        return this.#emitted(n, data);
      case "step.attempt_failed":
      case "step.worker_lost":
        return this.#attempts.failed(n, type === "step.worker_lost" || data.counts === true, data);
      case "step.parked":
      case "step.retried":
        return this.#attempts.set(n, type === "step.parked", data);
      case "run.ended":
        return this.#ended(data);
      case "cancel.requested":
        this.end = { status: "cancelled" };
        return;
      case "step.completed":
      case "step.refused":
      case "inline.completed":
      case "inline.failed":
      case "ask.answered":
      case "wait.met":
      case "approval.given":
      case "timer.fired":
        if (this.#stopped) {
          this.#unheard.push({ event: { type, data }, time }); // the program hears of it when its run is resumed
          return;
        }
        this.#time = time;
        this.#made = 0;
        this.#rested = true;
        return this.#outcome(n, type, data);
      case "step.drawn":
        if (!this.#outside.budget) this.wrong.push(`call ${n} draws on a budget that nobody set`);
        return this.#attempts.drawn(n);
      case "step.held":
      case "step.released":
        // Another attempt at the step may have ended it while this one had it held.
        if (type === "step.released" && this.outcomes.some((one) => one.n === n)) return;
        if (type === "step.released") this.#attempts.dispatched(n);
        return data.why === undefined && this.pending.find((one) => one.n === n)?.busy === undefined
          ? this.#attempts.hours(n, type === "step.held", data.until, time)
          : this.#attempts.busy(n, type === "step.held", data, time);
      case "run.stopped":
      case "run.resumed":
      case "run.moved":
        this.#stopped = type === "run.stopped";
        this.#chain.moved ||= type === "run.moved";
        if (this.#stopped) return this.#stop(data);
        for (const late of this.#unheard.splice(0)) this.#event(late.event, late.time);
        return;
      case "run.patched":
        if (this.#patches.has(data.id)) this.wrong.push(`${String(data.id)} is patched twice`);
        this.#patches.add(data.id);
        return;
      case "step.submitted":
        return this.#attempts.submitted(n, data.call);
      case "step.tool":
        return;
      default:
        this.wrong.push(`nothing of the program makes a ${type}`);
    }
  }

  /** Why a run cannot go on: a step that costs too much, or its function's own mistake. */
  #stop({ code, message, hint }: Told["data"]): void {
    if (code === "BUDGET_EXHAUSTED" && this.#outside.budget && shown({ code, message, hint }) === shown(this.#attempts.parked)) return;
    // Facts are stated with what the function asks for, and are none where it is stopped for that; it has heard of them all the same.
    for (let fact = this.#unstated(); fact !== undefined; fact = this.#unstated()) {
      this.pending.splice(this.pending.indexOf(fact), 1);
      fact.next.ok(undefined);
    }
    if (code === "WORKFLOW_CHANGED" && this.#outside.changed) return;
    const soon = this.#soon && (code === "WORKFLOW_AWAITS_OUTSIDE" || code === "WORKFLOW_CHANGED");
    if (code !== this.#mistake() && !soon && !(this.#unknown && MISTAKES.has(code)))
      this.wrong.push(`the run is stopped: ${String(message)}`);
  }

  #just(time: number): boolean {
    return Math.abs(time - this.#outside.full) < 100;
  }

  #unstated(): Pending | undefined {
    return this.pending.find(({ asked, n }) => asked === "fact.emitted" && n === undefined);
  }

  /** What the function does that no function may, once it does it: it waits for nothing that it called for, or calls for ever. */
  #mistake(): string | undefined {
    if (this.#spins) return "WORKFLOW_SPINS";
    return this.#aside && this.pending.length === 0 && this.end === undefined ? "WORKFLOW_AWAITS_OUTSIDE" : undefined;
  }

  /** Why there is a run, and no program of it; undefined where there is one. */
  #refusal({ workflow, input, by }: Told["data"], full: boolean): string | undefined {
    if (this.#chain.hops > LONGEST_CHAIN) return "CHAIN_TOO_LONG";
    if ((by as { kind: unknown }).kind === "ask" && full) return "BUSY";
    if (workflow !== "play") return "WORKFLOW_UNKNOWN";
    return typeof (input as { generation?: unknown } | null)?.generation === "number" ? undefined : "INPUT_INVALID";
  }

  #start(input: unknown): void {
    const { generation, carry } = input as { generation: number; carry: unknown };
    this.#generation = generation;
    this.#block(this.#body, {
      ok: (results) => {
        const output = held({ carry, results });
        if (output === undefined) this.#finish({ status: "failed", code: "VALUE_NOT_JSON", text: "" });
        else this.#finish({ status: this.#degraded ? "degraded" : "completed", output: output.value });
      },
      no: ({ code, text }) => this.#finish({ status: "failed", code: code ?? "WORKFLOW_FAILED", text }),
    });
  }

  #finish(end: End): void {
    this.end ??= end;
  }

  /** The event that a wait takes next. */
  next(call: Pending): Arrived | undefined {
    return this.#takes.next(call);
  }

  /** Somebody has to look into it before it goes on. */
  get stopped(): boolean {
    return this.#stopped;
  }

  // The program

  #block(nodes: Block, next: Next): void {
    const results: unknown[] = [];
    const go = (index: number): void => {
      const node = nodes[index];
      if (node === undefined) return next.ok(results);
      this.#node(node, {
        ok: (value) => {
          results.push(FROM_JOURNAL.has(node.op) ? shown(value) : value);
          go(index + 1);
        },
        no: next.no,
      });
    };
    go(0);
  }

  #node(node: Node, then: Next): void {
    const visit = this.#visit(node.at);
    const next: Next = {
      ok: (value) => {
        this.seen.set(visit, shown(value));
        then.ok(value);
      },
      no: (error) => {
        this.seen.set(visit, `threw ${said(error)}`);
        then.no(error);
      },
    };
    switch (node.op) {
      case "agent":
        return this.#call(node, "step.requested", `${node.agent} ${visit}`, next);
      case "call":
        return this.#call(node, "ask.sent", visit, next, node.within);
      case "step":
        return this.#call(node, "step", visit, next);
      case "emit": {
        if (this.#tooMany()) return;
        const told = held({ k: live(node.says) });
        if (told === undefined) return next.no(NOT_JSON);
        if (!Object.hasOwn(told.value as object, "k")) return next.no({ code: "EVENT_INVALID", text: "" });
        return this.#open(node, "fact.emitted", `${node.id} ${shown(told.value)}`, next);
      }
      case "sleep":
        return this.#call(node, "sleep.set", "", next, node.ms);
      case "deadline": {
        if (this.#tooMany()) return;
        const first = once(next);
        let early: (() => void) | undefined;
        let timer: Pending | undefined;
        const held = (then: () => void): void => {
          if (timer === undefined)
            early ??= then; // its timer is asked for all the same
          else {
            timer.met = true;
            then();
          }
        };
        this.#block(node.body, { ok: (value) => held(() => first.ok(value)), no: (error) => held(() => first.no(error)) });
        const late = { ok: () => first.no({ code: "DEADLINE_EXCEEDED", text: "" }), no: first.no };
        this.#open(node, "sleep.set", "", late, node.ms);
        timer = this.pending.at(-1);
        return early === undefined ? undefined : held(early);
      }
      case "wait": {
        const since = node.since === undefined ? "" : new Date(node.since).toISOString();
        const what = `${typeOf(node.kind)} ${node.id} ${since} ${node.fact}`;
        if (node.since !== undefined && node.since <= (this.#chain.forgot?.time ?? 0))
          return this.#tooMany() ? undefined : next.no({ code: "LOOK_BACK_LOST", text: "" });
        return this.#call(node, "wait.set", what, next, node.within, node.since);
      }
      case "approval":
        return held(live(node.show)) === undefined
          ? this.#tooMany()
            ? undefined
            : next.no(NOT_JSON)
          : this.#call(node, "approval.asked", `${visit} ${node.otherwise}`, next, node.within);
      case "join":
        return this.#join(node, next);
      case "try":
        return this.#block(node.body, {
          ok: next.ok,
          no: (error) => this.#block(node.handler, { ok: (results) => next.ok([said(error), ...(results as unknown[])]), no: next.no }),
        });
      case "repeat": {
        const results: unknown[] = [];
        const again = (): void =>
          results.length === node.times
            ? next.ok(results)
            : this.#block(node.body, {
                ok: (value) => {
                  results.push(value);
                  again();
                },
                no: next.no,
              });
        return again();
      }
      case "when":
        if (node.on === "patched" && this.#outside.drawn(visit) === false)
          this.wrong.push(`${visit} is not patched, and its run has always been`);
        this.#unknown ||= this.#outside.drawn(visit) === undefined;
        return this.#block(this.#outside.drawn(visit) === true ? node.body : node.otherwise, next);
      case "misuse":
        return this.#tooMany() ? undefined : next.no({ code: "BAD_DURATION", text: "" });
      case "busy":
        for (let left = node.calls; left > 0; left--) this.#tooMany();
        return next.ok("busy");
      case "block":
        return next.ok("blocked");
      case "now":
        return next.ok(this.#time);
      case "random":
        return next.ok(this.#outside.drawn(visit));
      case "value":
        return next.ok(live(node.says));
      case "throw":
        return next.no(thrown(node));
      case "aside":
        this.#aside = true;
        this.#soon = node.comes !== undefined;
        return;
      case "spin":
        this.#spins = true;
        return;
      case "leave":
        this.#block(node.body, { ok: () => undefined, no: () => undefined });
        return next.ok("left");
      case "again":
        return this.#again(node, next);
      default:
        return node satisfies never;
    }
  }

  #again(node: Extract<Node, { op: "again" }>, next: Next): void {
    if (this.#generation >= node.times) return next.ok("ended");
    if (this.#tooMany()) return;
    const input = held({ generation: this.#generation + 1, carry: live(node.carry) });
    const error = this.pending.some(({ met }) => !met)
      ? { code: "CONTINUE_WITH_OUTSTANDING", text: "" }
      : input === undefined
        ? NOT_JSON
        : undefined;
    // Where it does go on as new nobody hears of the call beside.
    if (error !== undefined && node.beside === true) this.#call(node, "sleep.set", "", IGNORED, BESIDE_MS);
    if (error !== undefined || input === undefined) return next.no(error ?? NOT_JSON);
    this.#restless = this.#rested ? 0 : this.#chain.restless + 1;
    if (this.#restless >= MOST_RESTLESS) this.#spins = true;
    else this.#finish({ status: "continued", input: input.value });
  }

  #join({ how, branches }: Extract<Node, { op: "join" }>, next: Next): void {
    const first = once(next);
    const values: unknown[] = [];
    const errors: Thrown[] = [];
    let ended = 0;
    const one = (index: number, put: () => void, whole: () => void): void => {
      put();
      if (++ended === branches.length && index >= 0) whole();
    };
    for (const [index, branch] of branches.entries())
      this.#block(branch, {
        ok: (value) => {
          if (how === "race" || how === "any") return first.ok(value);
          one(
            index,
            () => (values[index] = value),
            () => first.ok(values),
          );
        },
        no: (error) => {
          if (how === "all" || how === "race") return first.no(error);
          if (how === "settled")
            return one(
              index,
              () => (values[index] = said(error)),
              () => first.ok(values),
            );
          one(
            index,
            () => (errors[index] = error),
            () => first.no({ code: undefined, text: `none: ${errors.map(said).join(", ")}` }),
          );
        },
      });
  }

  #call(node: Node, asked: string, what: string, next: Next, length?: number, since?: number): void {
    if (!this.#tooMany()) this.#open(node, asked, what, next, length, since);
  }

  /** Counts a call; whether the function makes so many in one breath that this one never ends. */
  #tooMany(): boolean {
    if (++this.#made <= MOST_CALLS) return false;
    this.#spins = true;
    return true;
  }

  #open(node: Node, asked: string, what: string, next: Next, length?: number, since?: number): void {
    this.pending.push({
      n: undefined,
      asked,
      what,
      node,
      length,
      until: undefined,
      since,
      made: this.#ordinal,
      set: undefined,
      parked: false,
      met: false,
      last: undefined,
      batched: false,
      delivery: 0,
      failures: 0,
      poor: false,
      poorUntil: undefined,
      retried: false,
      busy: undefined,
      busySince: undefined,
      next,
    });
  }

  // The journal

  #asked(n: number, asked: string, what: string, until?: unknown): void {
    const time = typeof until === "string" ? Date.parse(until) : undefined;
    const length = time === undefined ? undefined : time - this.#last;
    const call = this.pending.find((one) => one.n === undefined && one.asked === asked && one.what === what && one.length === length);
    if (call === undefined) {
      this.wrong.push(`the program does not ask for ${asked} ${what}${length === undefined ? "" : ` for ${length} ms`} (call ${n})`);
      return;
    }
    call.n = n;
    call.set = { at: this.#last, ordinal: this.#ordinal };
    call.until = time;
  }

  #emitted(n: number, data: Told["data"]): void {
    const value = (data.data as { k?: unknown }).k;
    const what = `${String(data.id)} ${shown(value === undefined ? {} : { k: value })}`;
    this.#asked(n, "fact.emitted", what);
    this.emitted.push({ n, id: String(data.id), value: data.data });
    this.#take(n, "emitted")?.next.ok(undefined);
  }

  #outcome(n: number, type: string, data: Told["data"]): void {
    const call = type.startsWith("inline.") ? this.#inline(n, String(data.name)) : this.#of(n);
    if (call === undefined) return;
    const { node } = call;
    switch (node.op) {
      case "agent":
        return this.#step(call, type, data);
      case "step":
        return this.#worked(call, type, data);
      case "call":
        if (type === "timer.fired") {
          if (this.#outside.heard(n)) this.wrong.push(`the ask ${n} is over, and its answer had come`);
          return this.#late(call);
        }
        if (type !== "ask.answered" || node.answer === "silence") return this.#unlike(call, type);
        if (node.answer === "refusal") return this.#refused(call, data.failure);
        return this.#answered(call, data.output, live(node.says), "answered");
      case "sleep":
      case "again":
      case "deadline":
        if (type !== "timer.fired") return this.#unlike(call, type);
        this.#notEarly(call);
        return this.#take(n, "fired")?.next.ok(undefined);
      case "wait":
        return type === "timer.fired" ? this.#over(call) : this.#met(call, type, data);
      case "approval":
        return this.#approved(call, type, data);
      default:
        return this.#unlike(call, type);
    }
  }

  #step(call: Pending, type: string, data: Told["data"]): void {
    const { node } = call;
    if (node.op !== "agent") return;
    if (call.parked) this.wrong.push(`call ${call.n} has an outcome while it is parked`);
    if (type === "step.refused") {
      if (node.how !== "refuse" || node.fails === 0) return this.#unlike(call, type);
      return this.#refused(call, data);
    }
    if (type !== "step.completed") return this.#unlike(call, type);
    if (data.degraded !== undefined) {
      const open = (data.degraded as { readonly code?: unknown }).code === "BREAKER_OPEN";
      if (!hasFallback(node) || !(open || this.#attempts.exhausted(call) || this.#attempts.tooBusy(call)))
        this.wrong.push(`call ${call.n} is degraded after ${call.failures} failures`);
      if (data.tokens !== 0 || data.costMicros !== 0) this.wrong.push(`call ${call.n} is degraded, and was paid for`);
      if (!open && shown(data.degraded) !== shown(call.last))
        this.wrong.push(`call ${call.n} is degraded for ${shown(data.degraded)}, and failed with ${shown(call.last)}`);
      if (node.worse === true) this.wrong.push(`call ${call.n} is answered by a fallback that fails`);
      this.#degraded = true;
      return this.#answered(call, data.output, { fallback: node.at }, "degraded");
    }
    if (this.#attempts.gaveWay(call))
      this.wrong.push(`call ${call.n} is answered, and its model took no request for so long that its fallback was due`);
    if (this.#outside.single && call.failures >= attemptsOf(node))
      this.wrong.push(`call ${call.n} is answered after ${call.failures} failures`);
    const says = node.agent === "writer" ? [{ wrote: node.at }, live(node.says)] : live(node.says);
    this.#answered(call, data.output, says, call.failures > 0 ? "completed after failures" : "completed");
  }

  #worked(call: Pending, type: string, data: Told["data"]): void {
    const { node } = call;
    if (node.op !== "step") return;
    const times = this.#outside.times(call.n ?? 0);
    if (type === "inline.completed") {
      if (times <= node.fails) this.wrong.push(`call ${call.n} completed, and ${times} of ${node.fails} failing attempts were made`);
      return this.#answered(call, data.output, live(node.says), node.fails > 0 ? "completed after failures" : "completed");
    }
    if (type !== "inline.failed") return this.#unlike(call, type);
    if (node.how === "refuse" && node.fails > 0) return this.#refused(call, data);
    // Done again by another replica, it may come to its value also where that many attempts fail.
    const valued = node.fails < ATTEMPTS || (times > node.fails && data.code === NOT_JSON.code);
    if (valued && held(live(node.says)) === undefined) return this.#lost(call, data);
    if (node.fails < ATTEMPTS || times < ATTEMPTS)
      this.wrong.push(`call ${call.n} failed after ${times} attempts, of which ${node.fails} fail`);
    this.#take(call.n ?? 0, "failed")?.next.no({ code: "WORKFLOW_FAILED", text: `«${node.at}»` });
  }

  /** A value that no journal holds has ended its call: the error names the call. */
  #lost(call: Pending, data: Told["data"]): void {
    if (data.code !== "VALUE_NOT_JSON") this.wrong.push(`call ${call.n} ended with ${String(data.code)}, its value is not JSON`);
    this.#take(call.n ?? 0, "not JSON")?.next.no(NOT_JSON);
  }

  #refused(call: Pending, data: unknown): void {
    const code = (data as { code?: unknown }).code;
    if (code !== "DRAWN_REFUSAL") this.wrong.push(`call ${call.n} is refused with ${String(code)}`);
    this.#take(call.n ?? 0, "refused")?.next.no({ code: "DRAWN_REFUSAL", text: `«${call.node.at}»` });
  }

  #answered(call: Pending, output: unknown, says: unknown, outcome: string): void {
    const value = held(says)?.value ?? null;
    if (shown(output ?? null) !== shown(value)) this.wrong.push(`call ${call.n} holds ${shown(output)}, its answer is ${shown(value)}`);
    this.#take(call.n ?? 0, outcome)?.next.ok(value);
  }

  /** An event that is in the stream before the wait's timer fires is in time. */
  #over(call: Pending): void {
    const first = this.#takes.next(call);
    if (first !== undefined && first.seq < this.#outside.tick(call.n ?? 0) && this.#takes.takerOf(first) === call)
      this.wrong.push(`the wait ${call.n} is over, and ${first.event} had come`);
    this.#late(call);
  }

  #late(call: Pending): void {
    this.#notEarly(call);
    this.#take(call.n ?? 0, "timed out")?.next.no({ code: "TIMED_OUT", text: "" });
  }

  #notEarly({ n, until }: Pending): void {
    if (until === undefined) this.wrong.push(`call ${n} has no timer and was ended by one`);
    else if (this.#time < until) this.wrong.push(`call ${n} was ended ${until - this.#time} ms early`);
  }

  #met(call: Pending, type: string, data: Told["data"]): void {
    const { node } = call;
    if (node.op !== "wait") return;
    if (type !== "wait.met") return this.#unlike(call, type);
    const first = this.#takes.next(call);
    if (first?.event !== data.event)
      this.wrong.push(`the wait ${call.n} took ${String(data.event)}, the next is ${first?.event ?? "none"}`);
    else if (first !== undefined && this.#takes.takerOf(first) !== call)
      this.wrong.push(`the wait ${call.n} took ${first.event}, which ${this.#takes.takerOf(first)?.n} was there for first`);
    if (first !== undefined) this.wrong.push(...this.#takes.outOfOrder(call, first));
    if (first !== undefined && (data.seq !== first.seq || data.at !== new Date(first.time).toISOString()))
      this.wrong.push(`the wait ${call.n} took what came at ${String(data.at)} as ${String(data.seq)}`);
    if (first !== undefined) this.#chain.taken.set(String(data.event), { ...first, fromStart: call.since === undefined });
    if (first !== undefined && first.value === undefined) return this.#lost(call, (data.failure ?? {}) as Told["data"]);
    if (first !== undefined && shown(data.data) !== shown(first.value))
      this.wrong.push(`the wait ${call.n} holds ${shown(data.data)}, the event is ${shown(first.value)}`);
    const attributes = node.fact === true ? first?.fact : undefined;
    if (shown(data.fact) !== shown(attributes))
      this.wrong.push(`the wait ${call.n} holds the attributes ${shown(data.fact)}, the event has ${shown(attributes)}`);
    this.#take(call.n ?? 0, "met")?.next.ok(attributes === undefined ? data.data : { ...attributes, data: data.data });
  }

  #approved(call: Pending, type: string, data: Told["data"]): void {
    const { node } = call;
    if (node.op !== "approval") return;
    const expired = type === "timer.fired";
    if (!expired && type !== "approval.given") return this.#unlike(call, type);
    if (expired) this.#notEarly(call);
    const approved = !expired && data.approved === true;
    const taken = this.#take(call.n ?? 0, approved ? "approved" : `${expired ? "expired" : "not approved"}, ${node.otherwise}`);
    if (approved || node.otherwise === "continue") taken?.next.ok({ approved, by: expired ? "" : data.by, expired });
    else if (node.otherwise === "fail") taken?.next.no({ code: "NOT_APPROVED", text: "" });
    else this.#finish({ status: "cancelled" });
  }

  #ended(data: Told["data"]): void {
    const { end } = this;
    if (this.#outside.changed) this.wrong.push("the run ended, and its function is not the one that it began with");
    if (end === undefined) {
      this.wrong.push(`the run ended ${String(data.status)}, the program waits for ${this.pending.map((one) => one.what).join(", ")}`);
      this.end = { status: "cancelled" };
      return;
    }
    if (end.status === "continued") {
      this.#takes.forget();
      this.#chain.restless = this.#restless;
    }
    if (end.status !== data.status) this.wrong.push(`the run is ${String(data.status)}, the program ${end.status}: ${shown(end)}`);
    if ((end.status === "completed" || end.status === "degraded") && shown(data.output) !== shown(end.output))
      this.wrong.push(`the run answers ${shown(data.output)}, the program ${shown(end.output)}`);
    if (end.status === "continued" && shown(data.input) !== shown(end.input))
      this.wrong.push(`the run goes on with ${shown(data.input)}, the program with ${shown(end.input)}`);
    if (end.status === "failed") {
      const failure = data.failure as { code?: unknown; message?: unknown } | undefined;
      const text = String(failure?.message);
      if (failure?.code !== end.code || (!end.text.startsWith("none: ") && !text.includes(/«.*»/.exec(end.text)?.[0] ?? "")))
        this.wrong.push(`the run fails with ${String(failure?.code)} ${text.slice(0, 100)}, the program with ${end.code} ${end.text}`);
    }
  }

  #unlike(call: Pending, type: string): void {
    this.wrong.push(`call ${call.n} (${call.asked} ${call.what}) is ended by ${type}`);
  }

  #inline(n: number, name: string): Pending | undefined {
    const call = this.pending.find((one) => one.n === undefined && one.asked === "step" && one.what === name);
    if (call === undefined) this.wrong.push(`the program has no step ${name} to end (call ${n})`);
    else call.n = n;
    return call;
  }

  #of(n: number): Pending | undefined {
    const call = this.pending.find((one) => one.n === n);
    if (call === undefined) this.wrong.push(`call ${n} is not open`);
    return call;
  }

  #take(n: number, outcome: string): Pending | undefined {
    const index = this.pending.findIndex((one) => one.n === n);
    const [call] = index < 0 ? [] : this.pending.splice(index, 1);
    if (call !== undefined) this.outcomes.push({ n, op: call.node.op, outcome, made: call.made, ended: this.#ordinal });
    // The function has ended, and hears of nothing but its own facts.
    return call === undefined || this.end === undefined || call.asked === "fact.emitted" ? call : { ...call, next: IGNORED };
  }

  #visit(name: string): string {
    const times = (this.#visits.get(name) ?? 0) + 1;
    this.#visits.set(name, times);
    return `${name}#${times}`;
  }
}

/** Whoever comes first; the others change nothing. */
function once(next: Next): Next {
  let over = false;
  const first = <T>(then: (what: T) => void): ((what: T) => void) => {
    return (what) => {
      if (over) return;
      over = true;
      then(what);
    };
  };
  return { ok: first(next.ok), no: first(next.no) };
}

function texts(data: Told["data"], ...names: readonly string[]): string {
  return names.map((name) => String(data[name])).join(" ");
}

function visitOf(input: unknown): string {
  return String((input as { visit?: unknown } | undefined)?.visit);
}
