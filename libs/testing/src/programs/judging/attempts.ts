import { ATTEMPTS, ATTEMPTS_OF_WRITER, type Node } from "../drawing/program.ts";
import { held, live, shown } from "../drawing/values.ts";
import { NOT_JSON, type Pending } from "./pending.ts";
import type { Outside, Told } from "./told.ts";

/** Codes of attempts that do not count, and those whose message says which node failed. */
const GIVEN_BACK: ReadonlySet<string> = new Set(["DRAWN_BUSY", "BUDGET_EXHAUSTED", "BUDGET_PENDING", "DRAINED"]);
/** Codes of attempts whose model call was not sent. */
const UNSENT: ReadonlySet<string> = new Set(["DRAWN_BUSY", "BUDGET_PENDING"]);
/** Codes whose hint is of the engine's own. */
const HINTED: ReadonlySet<string> = new Set(["BUDGET_EXHAUSTED", "VALUE_NOT_JSON"]);
const MARKED: ReadonlySet<string> = new Set(["DRAWN_BUSY", "DRAWN_LATER", "DRAWN_TERMINAL", "AGENT_FAILED"]);
/** So long a step with a fallback waits for its model, ms. */
const LONGEST_BUSY_MS = 900_000;
/** What is decided is written so much later at most, where the log does not answer at once, ms. */
const LONGEST_WRITE_MS = 5_000;
/** So many replicas may go away while a step waits for a batch. */
const BATCHED_DELIVERIES = 20;

/** What a journal tells of a step while its outcome is out: attempts that failed, what it waits for, that it is set aside. */
export class Attempts {
  /** Why the last step was parked. */
  parked: unknown;
  readonly #wrong: string[];
  readonly #pending: readonly Pending[];
  readonly #outside: Outside;
  /** What is being read, and when it was written. */
  #message: readonly Told[] = [];
  #now = 0;

  constructor(wrong: string[], pending: readonly Pending[], outside: Outside) {
    this.#wrong = wrong;
    this.#pending = pending;
    this.#outside = outside;
  }

  reads(message: readonly Told[], time: number): void {
    this.#message = message;
    this.#now = time;
  }

  /** A step of the agent that works in its hours only. */
  hours(n: number, held: boolean, until: unknown, time: number): void {
    const call = this.#of(n);
    if (call?.node.op !== "agent" || call.node.agent !== "later") this.#wrong.push(`call ${n} waits for hours that it has not`);
    if (held && Date.parse(String(until)) !== this.#outside.opens) this.#wrong.push(`call ${n} is held until ${String(until)}`);
    if (held ? time >= this.#outside.opens + LONGEST_WRITE_MS : time < this.#outside.opens)
      this.#wrong.push(`call ${n} is ${held ? "held" : "released"} at ${new Date(time).toISOString()}`);
  }

  /** A step whose model takes no request for now is held where that is long, and counts no failure. */
  busy(n: number, held: boolean, { until, why }: Told["data"], time: number): void {
    const call = this.#of(n);
    const codes = { unsent: "DRAWN_BUSY", later: "DRAWN_LATER" };
    if (call?.node.op !== "agent" || (call.node.how !== "unsent" && call.node.how !== "later") || call.node.fails === 0) {
      this.#wrong.push(`call ${n} waits for a model that would take it`);
      return;
    }
    const wait = Math.min(60_000, call.node.ms * 200);
    if (held && hasFallback(call.node) && this.tooBusy(call)) this.#wrong.push(`call ${n} is held, and its fallback is due`);
    if (call.node.how === "unsent") call.busySince ??= time;
    if (held && ((why as { code?: unknown }).code !== codes[call.node.how] || Date.parse(String(until)) > time + wait || wait <= 30_000))
      this.#wrong.push(`call ${n} is held until ${String(until)} for a model that takes it after ${wait} ms`);
    if (!held && time < (call.busy ?? 0)) this.#wrong.push(`call ${n} is released ${(call.busy ?? 0) - time} ms early`);
    call.busy = held ? Date.parse(String(until)) : undefined;
  }

  /** A call in the batch lane: its step waits for it whatever becomes of its replica. */
  submitted(n: number, made: unknown): void {
    const call = this.#of(n);
    if (call?.node.op !== "agent" || call.node.agent !== "batched") this.#wrong.push(`call ${n} has ${String(made)} in a batch`);
    if (call !== undefined) call.batched = true;
  }

  failed(n: number, counts: boolean, data: Told["data"]): void {
    const { code = "WORKER_LOST", message = "the replica that ran this attempt went away", retryAt, waits } = data;
    const call = this.#of(n);
    if (call === undefined) return;
    call.last = { code, message };
    if (code === "BREAKER_OPEN") {
      // Given back unused, or the call that tried it for all: what its breaker may do is told by its own story.
      if (counts || waits !== true) this.#wrong.push(`call ${n} waits for its agent's breaker, and that counts`);
      call.delivery = Number(data.delivery);
      return;
    }
    const codes = counts ? codesOf(call.node) : GIVEN_BACK;
    if (!codes.has(String(code))) this.#wrong.push(`call ${n} failed with ${String(code)}, which ${counts ? "counts" : "does not"}`);
    if (MARKED.has(String(code)) && !String(message).includes(`«${call.node.at}»`))
      this.#wrong.push(`call ${n} failed with ${String(code)}: ${String(message).slice(0, 100)}`);
    if (UNSENT.has(String(code)) !== (waits === true) || (waits === true && counts))
      this.#wrong.push(`call ${n} failed with ${String(code)}, which ${counts ? "counts" : "does not count"}`);
    const toGo = hasFallback(call.node) ? (call.busySince ?? this.#now) + LONGEST_BUSY_MS - this.#now : Number.POSITIVE_INFINITY;
    const long = code === "DRAWN_BUSY" && call.node.op === "agent" && Math.min(call.node.ms * 200, toGo) > 30_000;
    if (long && !this.#has(n, "step.held"))
      this.#wrong.push(`call ${n} is tried again, and its model takes no request for so long that it is held`);
    if (waits === true) call.busySince ??= this.#now;
    if (waits === true && hasFallback(call.node) && this.#outside.calm && this.tooBusy(call) && Date.parse(String(retryAt)) > this.#now)
      this.#wrong.push(`call ${n} waits until ${String(retryAt)}, and its fallback is due`);
    const told = call.node.op === "agent" && code === "DRAWN_LATER" ? Math.min(60_000, call.node.ms * 200) : undefined;
    const longest = told ?? Math.min(30_000, 1_000 * 2 ** call.failures);
    if (told !== undefined && Date.parse(String(retryAt)) < this.#now + told - LONGEST_WRITE_MS)
      this.#wrong.push(`call ${n} is tried again at ${String(retryAt)}, and its model says after ${told} ms`);
    if (counts && typeof retryAt === "string" && Date.parse(retryAt) > this.#now + longest)
      this.#wrong.push(`call ${n} waits until ${retryAt} after ${call.failures} failures`);
    if (code === "BUDGET_EXHAUSTED" && (counts || !this.#outside.budget)) this.#wrong.push(`call ${n} failed for want of a budget`);
    const poor = code === "BUDGET_EXHAUSTED" && this.#now < this.#outside.dayEnds;
    if (poor && this.#outside.single && call.poorUntil === retryAt)
      this.#wrong.push(`call ${n} says again that it waits until ${String(retryAt)}`);
    call.poorUntil = code === "BUDGET_EXHAUSTED" ? retryAt : undefined;
    if (poor && Date.parse(String(retryAt)) !== this.#outside.dayEnds)
      this.#wrong.push(`call ${n} waits until ${String(retryAt)}, and its team's day ends at ${this.#outside.dayEnds}`);
    if (!poor && (code === "BUDGET_EXHAUSTED" || code === "DRAINED") && Date.parse(String(retryAt)) > this.#now)
      this.#wrong.push(`call ${n} failed with ${String(code)}, and waits until ${String(retryAt)}`);
    call.poor = code === "BUDGET_EXHAUSTED";
    const lost = Number(data.delivery) - call.delivery;
    if (code === "WORKER_LOST" && call.batched && lost !== BATCHED_DELIVERIES)
      this.#wrong.push(`call ${n} waits for a batch, and is blamed for the end of ${lost} replicas`);
    if (code !== "DRAINED" && code !== "WORKER_LOST") call.batched = false;
    call.delivery = Number(data.delivery);
    if (counts) call.failures++;
    if (counts) this.#follows(call, code, told);
    if (!this.#outside.doubled && call.failures > attemptsOf(call.node)) this.#wrong.push(`call ${n} failed ${call.failures} times`);
  }

  /** What follows from a failed attempt stands beside it: its last ends its step, and one that is told to come much later is held. */
  #follows(call: Pending, code: unknown, told: number | undefined): void {
    const has = (...types: readonly string[]): boolean => this.#has(call.n, ...types);
    if (code === "WORKER_LOST" || !this.#outside.calm) return;
    const last = call.failures >= attemptsOf(call.node) || code === "DRAWN_TERMINAL" || code === NOT_JSON.code;
    if (last !== has("step.completed", "step.parked"))
      this.#wrong.push(`call ${call.n} has failed ${call.failures} times with ${String(code)}, and ${last ? "goes on" : "ends"}`);
    if (told !== undefined && told > 30_000 && !last && !has("step.held"))
      this.#wrong.push(`call ${call.n} is to wait ${told} ms, and is not held`);
  }

  set(n: number, parked: boolean, { code, message, hint }: Told["data"]): void {
    const call = this.#of(n);
    if (call === undefined) return;
    if (parked) {
      this.parked = { code, message, hint };
      const hinted = code === "DRAWN_TERMINAL" ? `mend «${call.node.at}»` : HINTED.has(String(code)) ? hint : undefined;
      if (shown({ code, message }) !== shown(call.last) || hint !== hinted)
        this.#wrong.push(`call ${n} is parked for ${shown({ code, message, hint })}, and failed with ${shown(call.last)}`);
    }
    if (
      parked &&
      call.node.op === "agent" &&
      (call.node.worse !== true || call.poor) &&
      hasFallback(call.node) &&
      !(call.node.agent === "paid" && call.poor)
    )
      this.#wrong.push(`call ${n} is parked, and has a fallback`);
    const stopped = this.#message.some(({ type }) => type === "run.stopped");
    if (parked && code === "BUDGET_EXHAUSTED" && stopped !== this.#outside.stops)
      this.#wrong.push(`call ${n} is parked for want of a budget, and its run ${stopped ? "stops" : "goes on"}`);
    const gaveUp = call.node.op === "agent" && call.node.worse === true && this.tooBusy(call);
    if (parked && !this.exhausted(call) && !gaveUp) this.#wrong.push(`call ${n} is parked after ${call.failures} failures`);
    if (parked === call.parked) this.#wrong.push(`call ${n} is ${parked ? "parked" : "retried"} and was so`);
    call.parked = parked;
    if (parked) return;
    call.failures = 0;
    call.retried = true;
    call.poorUntil = undefined;
    call.busySince = undefined;
    this.dispatched(n);
  }

  /** Its deliveries are counted anew. */
  dispatched(n: number): void {
    const call = this.#pending.find((one) => one.n === n);
    if (call !== undefined) call.delivery = 0;
  }

  /** Whether a step has waited for its model for so long that a fallback answers. */
  tooBusy({ busySince }: Pending): boolean {
    return busySince !== undefined && this.#now - busySince >= LONGEST_BUSY_MS;
  }

  /** What was to pay for it has. */
  drawn(n: number): void {
    const call = this.#pending.find((one) => one.n === n);
    if (call !== undefined) call.poorUntil = undefined;
  }

  /** Whether a step's model takes no request, time after time, for longer than its fallback waits. */
  gaveWay({ node, retried }: Pending): boolean {
    if (node.op !== "agent" || node.how !== "unsent" || !hasFallback(node)) return false;
    if (retried || this.#outside.budget || !this.#outside.calm) return false;
    return (node.fails - 1) * Math.min(60_000, node.ms * 200) >= LONGEST_BUSY_MS;
  }

  /** Whether a step may have no attempt left. */
  exhausted({ node, failures, poor }: Pending): boolean {
    const spent = poor || failures >= attemptsOf(node);
    if (node.op !== "agent" || spent) return spent;
    const terminal = node.how === "terminal" && node.fails > 0;
    return failures > 0 && (terminal || held(live(node.says)) === undefined);
  }

  /** Whether what is being read says so of a call. */
  #has(n: number | undefined, ...types: readonly string[]): boolean {
    return this.#message.some(({ type, data }) => types.includes(type) && data.n === n);
  }

  #of(n: number): Pending | undefined {
    const call = this.#pending.find((one) => one.n === n);
    if (call === undefined) this.#wrong.push(`call ${n} is not open`);
    return call;
  }
}

export function hasFallback(node: Node): boolean {
  return node.op === "agent" && (node.agent === "soft" || node.agent === "paid");
}

export function attemptsOf(node: Node): number {
  return node.op === "agent" && node.agent === "writer" ? ATTEMPTS_OF_WRITER : ATTEMPTS;
}

/** How the attempts of a node may fail that count. */
function codesOf(node: Node): ReadonlySet<string> {
  if (node.op !== "agent") return new Set();
  const how = {
    throw: "AGENT_FAILED",
    huge: "AGENT_FAILED",
    terminal: "DRAWN_TERMINAL",
    hang: "ATTEMPT_TIMED_OUT",
    later: "DRAWN_LATER",
    refuse: "",
    unsent: "",
  };
  const codes = ["WORKER_LOST", ...(node.fails > 0 ? [how[node.how]] : [])];
  return new Set(held(live(node.says)) === undefined ? [...codes, "VALUE_NOT_JSON"] : codes);
}
