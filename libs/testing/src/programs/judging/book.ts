import type { Amount } from "@armada/contracts";
import type { Told } from "./told.ts";

/** What `runs show` should say of a run: a second fold of its journal, without the engine. */
type Step = {
  n: number;
  agent: string;
  variant: string;
  status: "requested" | "completed" | "refused" | "parked";
  attempts: number;
  waited?: number;
  outcomes: number;
  ms: number;
  tokens: number;
  costMicros: number;
  degraded?: unknown;
  lastFailure?: unknown;
  savedMicros?: number;
};
type Wait = { readonly kind: string; readonly n: number; readonly what: string; readonly until?: unknown };
type Said = { readonly code: unknown; readonly message: string; readonly hint?: string };
type Call = { readonly call: string } & Amount;
type Approval = {
  readonly n: number;
  readonly question: unknown;
  readonly show?: unknown;
  status: string;
  readonly askedAt: string;
  readonly until: unknown;
  readonly otherwise: unknown;
  by?: unknown;
  at?: string;
};

export class Book {
  #about: { workflow: unknown; version: unknown; search?: unknown; startedAt: string } = { workflow: "", version: 0, startedAt: "" };
  readonly #steps = new Map<number, Step>();
  readonly #waits = new Map<number, Wait>();
  /** Steps that wait for their budget, or for their agent's hours. */
  readonly #budgets = new Map<number, unknown>();
  readonly #held = new Map<number, unknown>();
  /** Steps whose model takes no request for now: why. */
  readonly #busy = new Map<number, { readonly code: unknown; readonly message: unknown }>();
  readonly #approvals = new Map<number, Approval>();
  readonly #calls = new Map<number, Record<string, unknown>>();
  /** Calls on their way, at their ceilings. */
  readonly #drawn = new Map<string, Amount>();
  #lost = 0;
  #stopped: Said | undefined;
  #ended: { readonly status: unknown; readonly at: string; readonly next: unknown; readonly failure: Said | undefined } | undefined;

  write(events: readonly Told[], time: string): void {
    for (const event of events) this.#event(event, time);
  }

  /** What the run's calls cost so far, those on their way at their ceilings. */
  used(): Amount {
    return [...this.#steps.values().map((step) => ({ micros: step.costMicros, tokens: step.tokens })), ...this.#drawn.values()].reduce(
      (sum, one) => ({ micros: sum.micros + one.micros, tokens: sum.tokens + one.tokens }),
      { micros: 0, tokens: 0 },
    );
  }

  view(team: string, run: string): Readonly<Record<string, unknown>> {
    const reason = this.#ended === undefined ? (this.#stopped ?? this.#parkedReason()) : this.#ended.failure;
    const hint = reason?.hint?.replaceAll("armada runs retry ID", () => `armada runs retry ${run}`);
    const waitingFor = this.#ended === undefined ? [...this.#waits.values(), ...this.#steppedWaits()] : [];
    return {
      run,
      team,
      ...this.#about,
      status: this.#status(),
      ...(this.#ended === undefined ? {} : { endedAt: this.#ended.at }),
      ...(this.#ended?.next === undefined ? {} : { next: this.#ended.next }),
      interruptions: this.#lost,
      ...(waitingFor.length === 0 ? {} : { waitingFor }),
      ...(reason === undefined ? {} : { reason: { code: reason.code, message: reason.message, ...(hint === undefined ? {} : { hint }) } }),
      ...(this.#calls.size === 0 ? {} : { calls: [...this.#calls.values()].map((one) => this.#withdrawn(one)) }),
      ...(this.#approvals.size === 0 ? {} : { approvals: [...this.#approvals.values()].map((one) => this.#withdrawn(one)) }),
      steps: [...this.#steps.values()].map((one) => this.#withdrawn(one)),
    };
  }

  #event({ type, data }: Told, time: string): void {
    const n = Number(data.n);
    const step = this.#steps.get(n);
    switch (type) {
      case "run.started":
        this.#about = { workflow: data.workflow, version: data.version, startedAt: time };
        if (data.search !== undefined) this.#about.search = data.search;
        return;
      case "step.requested":
        this.#steps.set(n, { n, agent: String(data.agent), variant: String(data.variant), ...NEW });
        return;
      case "step.completed":
      case "step.refused":
        return this.#outcome(step, type === "step.completed" ? "completed" : "refused", data);
      case "step.attempt_failed":
        return this.#failed(step, data);
      case "step.drawn":
        this.#drawn.set(String(data.call), data.ceiling as Amount);
        this.#budgets.delete(n);
        this.#busy.delete(n);
        return;
      case "step.worker_lost":
        this.#lost++;
        return this.#attempt(step, { code: "WORKER_LOST", message: "the replica that ran this attempt went away" });
      case "step.parked":
      case "step.retried":
        if (step !== undefined) step.status = type === "step.parked" ? "parked" : "requested";
        if (type === "step.parked" && data.hint !== undefined && step !== undefined)
          step.lastFailure = { code: data.code, message: data.message, hint: data.hint };
        if (type === "step.parked") return;
        this.#budgets.delete(n);
        this.#busy.delete(n);
        return;
      case "step.held":
        this.#held.set(n, data.until);
        this.#because(n, data.why);
        return;
      case "step.released":
        this.#held.delete(n);
        return;
      case "ask.sent":
        this.#calls.set(n, { n, kind: "ask", what: `${String(data.to)}.${String(data.capability)}`, status: "open", askedAt: time });
        this.#waits.set(n, { kind: "ask", n, what: `${String(data.to)}.${String(data.capability)}`, until: data.until });
        return;
      case "sleep.set":
        this.#waits.set(n, { kind: "sleep", n, what: "a timer", until: data.until });
        return;
      case "wait.set":
        this.#calls.set(n, { n, kind: "event", what: `${String(data.type)} ${String(data.id)}`, status: "open", askedAt: time });
        this.#waits.set(n, {
          kind: "event",
          n,
          what: `${String(data.type)} ${String(data.id)}`,
          ...(data.until === undefined ? {} : { until: data.until }),
        });
        return;
      case "approval.asked":
        this.#waits.set(n, { kind: "approval", n, what: String(data.question), until: data.until });
        this.#approvals.set(n, { ...approvalOf(data), n, status: "open", askedAt: time });
        return;
      case "ask.answered":
      case "wait.met":
      case "approval.given":
      case "timer.fired":
        this.#waits.delete(n);
        this.#settled(n, type, data, time);
        this.#answered(n, data, time);
        return;
      case "run.stopped":
        this.#stopped = data as Said;
        return;
      case "run.resumed":
        this.#stopped = undefined;
        return;
      case "run.moved":
        this.#stopped = undefined;
        this.#about = { ...this.#about, version: data.version };
        return;
      case "run.ended":
        this.#ended = { status: data.status, at: time, next: data.next, failure: data.failure as Said | undefined };
        return;
      default:
        return;
    }
  }

  #outcome(step: Step | undefined, status: Step["status"], data: Told["data"]): void {
    if (step === undefined) return;
    step.status = status;
    step.attempts++;
    step.outcomes++;
    if (status === "refused") step.lastFailure = { code: data.code, message: data.message };
    else {
      step.ms = Number(data.ms);
      if (data.degraded !== undefined) step.degraded = data.degraded;
      const saved = (data.saved as { micros: number } | undefined)?.micros ?? 0;
      if (saved > 0) step.savedMicros = saved;
    }
    if (data.calls !== undefined) this.#bill(step, data.calls);
    else if (status === "completed") {
      step.tokens += Number(data.tokens);
      step.costMicros += Number(data.costMicros);
    }
  }

  #failed(step: Step | undefined, data: Told["data"]): void {
    this.#attempt(step, { code: data.code, message: data.message });
    if (data.code === "BUDGET_EXHAUSTED") this.#budgets.set(Number(data.n), data.retryAt);
    else this.#budgets.delete(Number(data.n));
    this.#because(Number(data.n), data.waits === true ? data : undefined);
    if (step === undefined) return;
    if (data.waits === true || data.code === "BUDGET_EXHAUSTED") step.waited = (step.waited ?? 0) + 1;
    this.#bill(step, data.calls ?? []);
  }

  #because(n: number, why: unknown): void {
    if (why === undefined) this.#busy.delete(n);
    else this.#busy.set(n, why as { code: unknown; message: unknown });
  }

  #attempt(step: Step | undefined, lastFailure: unknown): void {
    if (step === undefined) return;
    step.attempts++;
    step.lastFailure = lastFailure;
  }

  /** The first answer counts, or the timer where it came before. */
  #settled(n: number, type: string, { event, failure }: Told["data"], time: string): void {
    const call = this.#calls.get(n);
    if (call?.status !== "open") return;
    const { code, message } = (failure ?? {}) as Partial<Said>;
    call.status = type === "timer.fired" ? "timed_out" : failure !== undefined ? "refused" : type === "wait.met" ? "taken" : "answered";
    call.at = time;
    if (type === "wait.met") call.event = event;
    if (failure !== undefined) call.failure = { code, message };
  }

  #answered(n: number, data: Told["data"], time: string): void {
    const approval = this.#approvals.get(n);
    if (approval?.status !== "open") return;
    approval.status = data.approved === undefined ? "expired" : data.approved === true ? "approved" : "refused";
    approval.at = time;
    if (data.approved !== undefined) approval.by = data.by;
  }

  #withdrawn<C extends { status?: unknown }>(call: C): C {
    const open = call.status === "open" || call.status === "requested";
    return this.#ended !== undefined && open ? { ...call, status: "withdrawn" } : call;
  }

  #bill(step: Step, calls: unknown): void {
    for (const { call, micros, tokens } of calls as readonly Call[]) {
      this.#drawn.delete(call);
      step.costMicros += micros;
      step.tokens += tokens;
    }
  }

  #status(): unknown {
    if (this.#ended !== undefined) return this.#ended.status;
    if (this.#stopped !== undefined) return "stopped";
    const steps = [...this.#steps.values()];
    const requested = steps.filter(({ status }) => status === "requested");
    if (requested.length > 0)
      return requested.every(({ n }) => this.#budgets.has(n) || this.#held.has(n) || this.#busy.has(n)) ? "waiting" : "running";
    if (steps.some(({ status }) => status === "parked")) return "parked";
    return this.#waits.size > 0 ? "waiting" : "running";
  }

  #steppedWaits(): Wait[] {
    const open = [...this.#steps.values()].filter(({ status }) => status === "requested");
    const of = (all: ReadonlyMap<number, unknown>, kind: string, what: string): Wait[] =>
      open.flatMap(({ n, agent }) => (all.has(n) ? [{ kind, n, what: `${what} ${agent}`, until: all.get(n) }] : []));
    const busy = open.flatMap(({ n, agent }): Wait[] => {
      const why = this.#busy.get(n);
      const until = this.#held.has(n) ? { until: this.#held.get(n) } : {};
      if (why === undefined) return [];
      if (why.code === "BUDGET_PENDING") return [{ kind: "budget", n, what: `a budget for ${agent}`, ...until }];
      if (why.code === "BREAKER_OPEN") return [{ kind: "breaker", n, what: `of ${agent}: ${String(why.message)}`, ...until }];
      return [{ kind: "provider", n, what: `of ${agent}: ${String(why.message)} (${String(why.code)})`, ...until }];
    });
    const windows = of(this.#held, "window", "the window of").filter(({ n }) => !this.#busy.has(n));
    return [...of(this.#budgets, "budget", "a budget for"), ...busy, ...windows];
  }

  #parkedReason(): Said | undefined {
    const parked = [...this.#steps.values()].find(({ status }) => status === "parked");
    if (parked === undefined) return undefined;
    const last = parked.lastFailure as Said | undefined;
    return {
      code: last?.code ?? "PARKED",
      message: `step ${parked.n} (${parked.agent}) is parked: ${last?.message ?? ""}`,
      hint: `${last?.hint === undefined ? "" : `${last.hint}; then `}armada runs retry ID`,
    };
  }
}

function approvalOf({ question, show, until, otherwise }: Told["data"]): Omit<Approval, "n" | "status" | "askedAt"> {
  return { question, until, otherwise, ...(show === undefined ? {} : { show }) };
}

const NEW = { status: "requested", attempts: 0, outcomes: 0, ms: 0, tokens: 0, costMicros: 0 } as const;
