import { placesOf, type Stored, type Verdict } from "./answer.ts";
import { backoff } from "./backoff.ts";
import { BatchError, EmitError } from "./errors.ts";
import { type EventInput, type EventOptions, type WireEvent, wireEvent } from "./event.ts";
import { environment, type Ports, world } from "./ports.ts";
import { send } from "./sending.ts";
import { type EmitterOptions, type Settings, settingsOf } from "./settings.ts";

/** What a request may carry: the gateway takes 100 events and 1 MiB. */
const MOST_EVENTS = 100;
const MOST_BYTES = 1_000_000;

type Waiting = WireEvent & {
  /** On the clock of `now`. */
  readonly deadline: number;
  /** Why it is not stored yet. */
  last: EmitError | undefined;
  /** How often it was held back by itself. */
  held: number;
  settle(outcome: Stored | EmitError): void;
  readonly outcome: Promise<Stored>;
  /** When it is settled, whether or not anybody looks at its outcome: a rejection that nobody handles must stay one. */
  readonly settled: Promise<void>;
};
type Request = readonly Waiting[];

/**
 * Events from here to the gateway, one request at a time, in the order in which they were given; what is given while a request is under
 * way goes together with the next. A promise is kept for each: it tells that the log has the event, or why that is not known.
 *
 * Tried again until the deadline, as the same event: what could not be reached, was answered by 408, 425, 429 or 5xx, or by no gateway;
 * at growing times, and not before `Retry-After`. Everything else is a refusal, and final. A request of which the gateway refuses some
 * is sent again without them. What waits keeps the process alive; `process.exit` and a crash lose it: what must be sent though the
 * process dies goes through an outbox.
 */
export class Emitter implements AsyncDisposable {
  readonly #settings: Settings;
  readonly #ports: Ports;
  /** Not settled, the oldest first, which is the first to be late. */
  readonly #open = new Set<Waiting>();
  #fresh: Waiting[] = [];
  /** To be sent before the fresh ones, as they are. */
  #again: Request[] = [];
  /** Those whose type the gateway cannot take now. */
  #held: { readonly request: Request; readonly from: number }[] = [];
  #sent: { readonly request: Request; readonly abort: AbortController } | undefined;
  /** Why nothing is sent now. */
  #trouble: EmitError | undefined;
  #bytes = 0;
  #working = false;
  #closed = false;
  #wake: () => void = () => undefined;
  #cancelAlarm: (() => void) | undefined;

  constructor(settings: Settings, ports: Ports) {
    this.#settings = settings;
    this.#ports = ports;
  }

  /**
   * Sends an event. @returns when the log has it
   * @throws EmitError (rejects) with what its documentation lists; where it is `retryable`, the event may be stored
   */
  emit(type: string, data?: unknown, options: EventOptions = {}): Promise<Stored> {
    return this.#take({ ...options, type, data }, this.#settings.maxBufferedBytes).outcome;
  }

  /**
   * Sends events, each for itself: those that are well are stored though others are refused. However many they are, they go in as few
   * requests as the gateway allows, and whatever room is left: who waits for them has them all the same. @returns in their order. @throws BatchError (rejects) when all are settled and one or more failed
   */
  async emitBatch(events: readonly EventInput[]): Promise<Stored[]> {
    const outcomes = await Promise.allSettled(events.map((event) => this.#take(event, Number.POSITIVE_INFINITY).outcome));
    const failed = outcomes.flatMap(({ status, ...rest }, index) =>
      status === "rejected" && "reason" in rest ? [{ index, error: rest.reason as EmitError }] : [],
    );
    const [first] = failed;
    if (first !== undefined) throw new BatchError(first.error, failed, events.length);
    return outcomes.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
  }

  /** @returns when all that was given before is settled; it never rejects, the events' own promises tell */
  async flush(): Promise<void> {
    await Promise.all([...this.#open].map(({ settled }) => settled));
  }

  /** Takes no more events. @returns when all are settled, within the deadline */
  async close(): Promise<void> {
    this.#closed = true;
    await this.flush();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #take(input: EventInput, room: number): { readonly outcome: Promise<Stored> } {
    const { source, deadlineMs } = this.#settings;
    let event: WireEvent;
    try {
      event = wireEvent(input, { source, id: this.#ports.id(), now: this.#ports.date() });
      const { id } = event;
      if (this.#closed) throw new EmitError("closed", "the emitter was closed", { hint: "emit before `close()`", id });
      if (this.#open.size > 0 && this.#bytes + event.bytes > room)
        throw new EmitError("buffer-full", `${this.#bytes} bytes wait to be sent`, {
          hint: "wait for what was emitted",
          retryable: true,
          id,
        });
    } catch (error) {
      return { outcome: Promise.reject(error) };
    }
    const waiting = this.#waiting(event, this.#ports.now() + deadlineMs);
    this.#bytes += event.bytes;
    this.#open.add(waiting);
    this.#fresh.push(waiting);
    this.#cancelAlarm ??= this.#alarm();
    this.#wake();
    void this.#work();
    return waiting;
  }

  #waiting(event: WireEvent, deadline: number): Waiting {
    let settle: (outcome: Stored | EmitError) => void = () => undefined;
    const outcome = new Promise<Stored>((resolve, reject) => {
      settle = (one) => (one instanceof EmitError ? reject(one.of(event.id)) : resolve(one));
    });
    let done: () => void = () => undefined;
    const settled = new Promise<void>((resolve) => {
      done = resolve;
    });
    const waiting: Waiting = {
      ...event,
      deadline,
      last: undefined,
      held: 0,
      outcome,
      settled,
      settle: (one) => {
        if (!this.#open.delete(waiting)) return;
        this.#bytes -= event.bytes;
        settle(one);
        done();
      },
    };
    return waiting;
  }

  /** Rejects what is late, whatever is under way, at the time of the oldest. */
  #alarm(): (() => void) | undefined {
    const [oldest] = this.#open;
    if (oldest === undefined) return undefined;
    return this.#ports.after(Math.max(0, oldest.deadline - this.#ports.now()), () => {
      for (const waiting of this.#open) {
        if (waiting.deadline > this.#ports.now()) break;
        waiting.settle((waiting.last ?? this.#trouble ?? UNANSWERED).tooLate(this.#settings.deadlineMs));
      }
      if (this.#sent?.request.some((one) => this.#open.has(one)) === false) this.#sent.abort.abort();
      this.#cancelAlarm = this.#alarm();
      this.#wake();
    });
  }

  async #work(): Promise<void> {
    if (this.#working) return;
    this.#working = true;
    await Promise.resolve(); // what is given in one go goes together
    for (let failures = 0; this.#open.size > 0; ) {
      const request = this.#next();
      if (request.length === 0) {
        await this.#pause(Math.min(...this.#held.map(({ from }) => from)), () => this.#fresh.length > 0);
        continue;
      }
      const verdict = await this.#verdict(request);
      const pause = this.#apply(request, verdict, failures);
      this.#trouble = verdict.kind === "retry" ? verdict.error : undefined;
      failures = pause === undefined ? 0 : failures + 1;
      if (pause !== undefined) await this.#pause(this.#ports.now() + pause, () => false);
    }
    this.#working = false;
    this.#trouble = undefined;
    this.#cancelAlarm?.();
    this.#cancelAlarm = undefined;
  }

  /** What goes into the next request; nothing, where all that is open is held. */
  #next(): Request {
    for (;;) {
      const due = this.#held.findIndex(({ from }) => from <= this.#ports.now());
      const given = this.#again.shift() ?? this.#held.splice(due, due < 0 ? 0 : 1)[0]?.request ?? this.#cut();
      const open = given.filter((one) => this.#open.has(one));
      if (open.length > 0 || given.length === 0) return open;
    }
  }

  #cut(): Request {
    const most = this.#settings.signAs === undefined ? MOST_EVENTS : 1;
    let bytes = 0;
    const beyond = this.#fresh.findIndex((one, at) => {
      bytes += one.bytes + 1;
      return at === most || (at > 0 && bytes > MOST_BYTES);
    });
    return this.#fresh.splice(0, beyond < 0 ? this.#fresh.length : beyond);
  }

  async #verdict(request: Request): Promise<Verdict> {
    const abort = new AbortController();
    this.#sent = { request, abort };
    try {
      return await send(request, this.#settings, this.#ports, abort);
    } finally {
      this.#sent = undefined;
    }
  }

  /** @returns how long to wait before anything is sent, in ms; undefined where nothing is in the way */
  #apply(request: Request, verdict: Verdict, failures: number): number | undefined {
    if (verdict.kind === "stored") {
      for (const [at, one] of request.entries()) {
        const stored = verdict.stored[at];
        if (stored !== undefined) one.settle({ id: one.id, ...stored });
      }
      return undefined;
    }
    const { error } = verdict;
    const places = placesOf(
      error,
      request.map(({ type }) => type),
    );
    const meant = places === undefined ? request : request.filter((_, at) => places.includes(at));
    const others = places === undefined ? [] : request.filter((_, at) => !places.includes(at));
    if (others.length > 0) this.#again.unshift(others);
    if (verdict.kind === "refused") {
      const unclear = places === undefined && request.length > 1 && verdict.about === "events";
      const half = Math.ceil(request.length / 2);
      if (unclear) this.#again.unshift(request.slice(0, half), request.slice(half));
      else for (const one of meant) one.settle(error);
      return undefined;
    }
    const { random, now } = this.#ports;
    const soonest = now() + (error.retryAfter ?? 0) * 1_000;
    for (const one of meant) {
      one.last = error;
      if (error.retryAfter !== undefined && soonest > one.deadline) one.settle(error);
    }
    if (places === undefined) {
      this.#again.unshift(request);
      return backoff(failures, random(), error.retryAfter);
    }
    const held = Math.max(...meant.map((one) => one.held++));
    this.#held.push({ request: meant, from: now() + backoff(held, random(), error.retryAfter) });
    return undefined;
  }

  /** Until a time, or until there is enough reason not to wait, or nothing to wait for. */
  async #pause(until: number, enough: () => boolean): Promise<void> {
    while (this.#open.size > 0 && !enough()) {
      const left = until - this.#ports.now();
      if (left <= 0) return;
      await new Promise<void>((resolve) => {
        const cancel = this.#ports.after(left, resolve);
        this.#wake = () => {
          cancel();
          resolve();
        };
      });
    }
  }
}

/** Where nothing else kept an event from being stored. */
const UNANSWERED = new EmitError("deadline", "it was not answered", {
  hint: "sent again with the same source and id it is the same event",
});

/** Sends events of any system to a gateway. @throws EmitError `settings-invalid` */
export function emitter(options: EmitterOptions = {}): Emitter {
  return new Emitter(settingsOf(options, environment), world);
}
