import { isDeepStrictEqual } from "node:util";
import { type Amount, asToken, shortHash } from "@armada/contracts";
import { shown } from "../drawing/values.ts";
import type { Told } from "./told.ts";

type Said = Told & { readonly ordinal: number; readonly time: string };
type Cost = { readonly call: string } & Amount;
/** A run's state as the engine holds it. */
type State = { readonly steps: ReadonlyMap<number, unknown>; readonly waits: ReadonlyMap<number, unknown> };

/** What a run's journal says of it: a second fold, without the engine. Each field is read from the events that decide it. */
export class Basis {
  readonly #all: Said[] = [];
  readonly #calls = new Map<number, Said[]>();
  #length = 0;

  /** One message, its data as stored. */
  write(events: readonly Told[], time: string): void {
    this.#length++;
    for (const { type, data } of events) {
      const said = { type, data, ordinal: this.#length, time };
      this.#all.push(said);
      if (data.n === undefined) continue;
      const n = Number(data.n);
      const of = this.#calls.get(n);
      if (of === undefined) this.#calls.set(n, [said]);
      else of.push(said);
    }
  }

  /** Where a state that folds the same messages says something else: of the run, and of the calls that the last message speaks of. */
  differs(state: State): string[] {
    const touched = new Set(this.#all.filter(({ ordinal }) => ordinal === this.#length).map(({ data }) => Number(data.n)));
    const wrong: string[] = [];
    const { steps, waits, ...run } = state;
    const compare = (what: string, is: unknown, says: unknown): void => {
      if (!isDeepStrictEqual(is, says)) wrong.push(`${what} is ${shown(is)}, its journal says ${shown(says)}`);
    };
    compare("the run", run, this.#run());
    const sizes = [...this.#calls.values()].reduce(
      (sum, of) => ({ steps: sum.steps + Number(isStep(of)), waits: sum.waits + Number(kindOf(of) !== undefined) }),
      { steps: 0, waits: 0 },
    );
    compare("its calls", { steps: steps.size, waits: waits.size }, sizes);
    for (const n of touched) {
      const of = this.#calls.get(n) ?? [];
      if (isStep(of)) compare(`call ${n}`, steps.get(n), stepOf(of));
      else if (kindOf(of) !== undefined) compare(`call ${n}`, waits.get(n), waitOf(of));
    }
    return wrong;
  }

  #run(): unknown {
    const last = (...types: string[]): Said | undefined => this.#all.findLast(({ type }) => types.includes(type));
    const [start] = this.#all;
    const of = last("run.started", "run.moved");
    const ended = last("run.ended");
    const stopped = last("run.stopped", "run.resumed", "run.moved");
    const costs = this.#all.flatMap(costsOf);
    const concluded = new Set(costs.map(({ call }) => call));
    const drawn = this.#all.filter(({ type, data }) => type === "step.drawn" && !concluded.has(String(data.call)));
    return {
      exists: start !== undefined,
      ...pick(start?.data ?? {}, "workflow", "input", "by", "after", "search", "carried"),
      version: of?.data.version,
      source: of?.data.source ?? "",
      startedAt: start?.time,
      taken: new Map(this.#all.filter(({ type }) => type === "wait.met").map((met) => this.#taken(met))),
      endedAt: ended?.time,
      ended: ended?.data,
      stopped: stopped?.type === "run.stopped" ? stopped.data : undefined,
      resumedAt: last("run.resumed", "run.moved")?.time,
      cancelled: last("cancel.requested")?.data,
      patches: new Set(this.#all.filter(({ type }) => type === "run.patched").map(({ data }) => data.id)),
      inlines: new Set(this.#all.filter(({ type }) => type.startsWith("inline.")).map(({ data }) => data.n)),
      spent: sum(costs),
      drawn: new Map(drawn.map(({ data }) => [data.call, data.ceiling])),
      length: this.#length,
    };
  }

  #taken({ data, time }: Said): [unknown, unknown] {
    const wait = this.#calls.get(Number(data.n))?.[0]?.data ?? {};
    const key = shortHash(String(wait.type), asToken(String(wait.id)));
    return [data.event, { key, seq: data.seq ?? 0, at: data.at ?? time, fromStart: wait.since === "" }];
  }
}

function isStep([first]: readonly Said[]): boolean {
  return first?.type === "step.requested";
}

function stepOf(of: readonly Said[]): unknown {
  const all = (...types: string[]): Said[] => of.filter(({ type }) => types.includes(type));
  const last = (...types: string[]): Said | undefined => all(...types).at(-1);
  const [asked] = of;
  const dispatched = last("step.requested", "step.retried", "step.released");
  const outcome = last("step.completed", "step.refused");
  const completed = last("step.completed");
  const failed = all("step.attempt_failed", "step.worker_lost");
  const retried = last("step.retried")?.ordinal ?? 0;
  const counting = failed.filter(({ type, data, ordinal }) => ordinal > retried && (type === "step.worker_lost" || data.counts === true));
  const delivered = failed.filter(({ ordinal }) => ordinal > (dispatched?.ordinal ?? 0)).at(-1);
  const status = last("step.requested", "step.completed", "step.refused", "step.parked", "step.retried")?.type.slice("step.".length);
  const poor = last("step.drawn", "step.attempt_failed", "step.retried")?.data;
  const held = last("step.held", "step.released");
  const costs = of.flatMap(costsOf);
  const concluded = new Set(costs.map(({ call }) => call));
  return {
    ...pick(asked?.data ?? {}, "n", "agent", "variant", "lane", "input", "context"),
    requestedAt: asked?.time,
    status: status === "retried" ? "requested" : status,
    failures: counting.length,
    attempts: failed.length + all("step.completed", "step.refused").length,
    waited: all("step.attempt_failed").filter(({ data }) => data.waits === true || data.code === "BUDGET_EXHAUSTED").length,
    lost: all("step.worker_lost").length,
    dispatchedAt: dispatched?.ordinal,
    delivery: delivered?.data.delivery ?? 0,
    outcomes: all("step.completed", "step.refused").length,
    outcomeAt: outcome?.ordinal,
    endedAt: outcome?.time,
    ms: completed?.data.ms ?? 0,
    tokens: sum(costs).tokens,
    costMicros: sum(costs).micros,
    degraded: completed?.data.degraded,
    lastFailure: failureOf(of.findLast((one) => failureOf(one) !== undefined)),
    budgetUntil: poor?.code === "BUDGET_EXHAUSTED" ? poor.retryAt : undefined,
    held: held?.type === "step.held" ? { until: held.data.until, at: held.ordinal } : undefined,
    waits: reasonOf(all("step.drawn", "step.attempt_failed", "step.held", "step.retried")),
    waitsSince: sinceOf(all("step.attempt_failed", "step.held", "step.retried")),
    savedMicros: all("step.completed").reduce((micros, { data }) => micros + ((data.saved as Amount | undefined)?.micros ?? 0), 0),
    batched: new Map(all("step.drawn").flatMap((drawn) => (concluded.has(String(drawn.data.call)) ? [] : batchedOf(drawn, of)))),
    tools: new Map(all("step.tool").map(({ data }) => [`${String(data.tool)}.${String(data.call)}`, data.output])),
  };
}

/** What the last failure was, where an event says it. */
function failureOf(said: Said | undefined): unknown {
  switch (said?.type) {
    case "step.refused":
    case "step.attempt_failed":
      return pick(said.data, "code", "message");
    case "step.worker_lost":
      return { code: "WORKER_LOST", message: "the replica that ran this attempt went away" };
    case "step.parked":
      return said.data.hint === undefined ? undefined : pick(said.data, "code", "message", "hint");
    default:
      return undefined;
  }
}

/** Why a step waits for its provider or for the ledger, and since when: not while it is asked. */
function reasonOf(of: readonly Said[]): unknown {
  const last = of.at(-1);
  const why = last === undefined ? undefined : whyOf(last);
  const since = sinceOf(of.filter(({ type }) => type !== "step.drawn"));
  return why === undefined ? undefined : { ...pick(why, "code", "message"), since };
}

/** Since when it waits without a break. */
function sinceOf(of: readonly Said[]): string | undefined {
  return of[of.findLastIndex((said) => whyOf(said) === undefined) + 1]?.time;
}

function whyOf({ type, data }: Said): Told["data"] | undefined {
  return type === "step.held" ? (data.why as Told["data"] | undefined) : data.waits === true ? data : undefined;
}

/** A call in the batch lane: what was drawn, when, and the batch that it was submitted in. */
function batchedOf({ data, time }: Said, of: readonly Said[]): [unknown, unknown][] {
  if (data.asked === undefined) return [];
  const batch = of.findLast((one) => one.type === "step.submitted" && one.data.call === data.call)?.data.batch;
  return [[data.call, { ...pick(data, "call", "tier", "model", "ceiling", "account", "asked"), drawnAt: Date.parse(time), batch }]];
}

const SET: Readonly<Record<string, string>> = {
  "ask.sent": "ask",
  "sleep.set": "sleep",
  "wait.set": "wait",
  "approval.asked": "approval",
};

function kindOf([first]: readonly Said[]): string | undefined {
  return SET[first?.type ?? ""];
}

function waitOf(of: readonly Said[]): unknown {
  const [set, closing] = of;
  const { event, failure, approved, by } = closing?.data ?? {};
  return {
    kind: kindOf(of),
    n: set?.data.n,
    open: closing === undefined,
    closedAt: closing?.ordinal,
    data: set?.data,
    askedAt: set?.time,
    ...(closing === undefined ? {} : { closed: closing.time }),
    ...(closing?.type === "wait.met" ? { event } : {}),
    ...(closing?.type === "ask.answered" ? { answered: true } : {}),
    ...(closing?.type === "approval.given" ? { answer: { approved, by } } : {}),
    ...(failure === undefined ? {} : { failure: pick(failure as Told["data"], "code", "message") }),
  };
}

/** What an outcome, or an attempt, cost by its calls; without a budget by what it says itself. */
function costsOf({ type, data }: Said): Cost[] {
  if (data.calls !== undefined) return data.calls as Cost[];
  return type === "step.completed" ? [{ call: "", micros: Number(data.costMicros), tokens: Number(data.tokens) }] : [];
}

function sum(costs: readonly Amount[]): Amount {
  return costs.reduce((all, { micros, tokens }) => ({ micros: all.micros + micros, tokens: all.tokens + tokens }), {
    micros: 0,
    tokens: 0,
  });
}

/** Properties by name, those that are not there as undefined. */
function pick(data: Readonly<Record<string, unknown>>, ...names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(names.map((name) => [name, data[name]]));
}
