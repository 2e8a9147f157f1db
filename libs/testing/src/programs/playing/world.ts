import { parseSubject } from "@armada/contracts";
import { answeredByCode } from "@armada/engine/inbound/code-capability";
import { allQueues, queuesOf, sourcesOf } from "@armada/engine/inbound/queues";
import { type Engine, type RunningStep, startEngine } from "@armada/engine/replica";
import type { Budget } from "@armada/engine/steps/budget";
import { noTracer, paid, script, silentLogger } from "@armada/engine/testing";
import {
  CALM,
  type Clock,
  type Delivery,
  HOSTILE,
  type Log,
  MemoryMesh,
  type Ports,
  type Random,
  type Scheduler,
  type Timers,
} from "@armada/event-sourcing";
import { seededRandom, VirtualClock } from "@armada/event-sourcing/testing";
import { BudgetClient } from "@armada/ledger";
import { batchLane, type Models } from "@armada/models";
import type { Case } from "../drawing/program.ts";
import { refusing } from "./agents.ts";
import { Batches } from "./batches.ts";
import { BEGAN, COST, DAYS, double, GATEWAY, NAMED_MS, OTHER, SAVED, TEAM } from "./declarations.ts";
import { teamOf } from "./perform.ts";
import { Deeds, type Witness } from "./witness.ts";

/** Models that give a fourth of the answers from a cache. */
function remembered(models: Models): Models {
  return {
    call: async (request, signal, options) => {
      if (Number(request.prompt?.slice(1)) % 4 !== 0) return models.call(request, signal, options);
      const free = { model: "cache", usage: { inputTokens: 0, outputTokens: 0 }, costMicros: 0 };
      return { ...free, value: request.schema.parse("said"), cached: { at: new Date(BEGAN).toISOString(), saved: SAVED } };
    },
  };
}

/** What stands for the digest of a workflow's source. */
export function sourceOf(version: number): string {
  return `source of version ${version}`;
}

/** How long requests wait for others, between two looks at a batch, and how long a batch takes: beyond an ack wait, and less. */
const GATHER_MS = 200;
const POLL_MS = 1_000;
const SHORT_BATCH_MS = 3_000;
const LONG_BATCH_MS = 45_000;

/** Replicas that a team has. */
const SLOTS = 2;
/** Longer than any case takes. */
const LEASE_MS = 86_400_000;
/** Where replicas are to hear of what others have spent, and of the next day. */
const DAILY_LEASE_MS = 120_000;

/** Model calls: more than any run makes. */
export const MANY_CALLS = 1_000;

/**
 * So long after its delivery an attempt begins at most, and so long after the end of its run it ends. What a replica says to a run is
 * said in turn: where the log answers one of it with a conflict and no number, again and again (seen: ten times, half of them are), a
 * step waits behind it for as long.
 */
const LONGEST_START_MS = 10_000;
const LONGEST_END_MS = 1_000;
/** So long a replica that is told to end lets its steps work on, and so long it takes at most. */
export const DRAIN_MS = 2_000;
const LONGEST_STOP_MS = 10_000;

type Replica = { readonly name: string; readonly engine: Engine; kill(): void; freeze(ms: number): void };

/** Appends, loads and timers of one case beyond which it is spinning: what is asked of the mesh from then on is never answered. */
export const MOST_OPERATIONS = 20_000;

/** One team of two replicas on a mesh in virtual time, and what it did there. */
export class World {
  readonly clock = new VirtualClock(BEGAN);
  readonly deeds = new Deeds();
  readonly mesh: MemoryMesh;
  /** Warnings of the engine that stand for a fault of ours: a handler that threw. */
  readonly faults: string[] = [];
  /** Timers by run and call, in the order set. */
  readonly timers = new Map<string, readonly number[]>();
  /** Where in the team's stream its replicas were killed: the sequence of the last message there. */
  readonly deaths: number[] = [];
  /** Attempts by run, call and ordinal that are in the log, and steps whose fallback is. */
  readonly said = new Set<string>();
  /** Functions that held the event loop for so long that the log has to say it, by run, and for how long. */
  readonly unsaid = new Map<string, number>();
  /** When replicas were started. */
  readonly starts = new Set<number>();
  operations = 0;
  loads = 0;
  /** How often each message was written, by its subject. */
  readonly appends = new Map<string, number>();
  /** When each dispatch was delivered, and to which replica, time after time: by run, ordinal and branch. */
  readonly delivered = new Map<string, readonly { readonly at: number; readonly to: string }[]>();
  /** Replicas that stood still once, by name: what they do may come late. */
  readonly #stood = new Set<string>();
  /** When the last of them goes on, ms since 1970. */
  #standsUntil = 0;
  /** When replicas were told to end, by name. */
  readonly drained = new Map<string, number>();
  readonly #batches: Batches;
  readonly #case: Case;
  readonly #random: Random;
  readonly #replicas: (Replica | undefined)[] = Array.from({ length: SLOTS });
  #started = 0;
  /** Runs that have ended, and when. */
  readonly #ended = new Map<string, number>();
  /** Attempts by run and call, and when the last one began. */
  readonly #begun = new Map<string, number>();

  constructor(drawn: Case) {
    this.#case = drawn;
    this.#batches = new Batches(this.clock, drawn.batchMs ?? (drawn.seed % 2 === 0 ? SHORT_BATCH_MS : LONG_BATCH_MS));
    this.#random = seededRandom(drawn.seed * 7_919 + 1);
    this.mesh = new MemoryMesh(this.clock, seededRandom(drawn.seed * 104_729 + 2), {
      ...(drawn.hostile ? HOSTILE : CALM),
      ...(drawn.forgetful === true ? { forgottenAck: 0.5 } : {}),
      ...(drawn.doubled === true ? { lostSigns: 0.5 } : {}),
      ...(drawn.punctual === true ? { tickLateMs: 0 } : {}),
    });
    const team = teamOf(drawn, this.deeds, this.clock);
    this.mesh.provision(TEAM, allQueues(queuesOf(team)), sourcesOf(team));
    for (const other of [OTHER, GATEWAY]) this.mesh.provision(other, []);
    this.mesh.stream(TEAM).listen(({ subject }) => {
      const [root, , does, , run = ""] = subject.split(".");
      if (root === "run" && does === "end") this.#ended.set(run, this.clock.now());
    });
  }

  get spinning(): boolean {
    return this.operations > MOST_OPERATIONS;
  }

  start(slot: number): void {
    if (this.#replicas[slot] !== undefined) return;
    const name = `r${this.#started++}`;
    this.starts.add(this.clock.now());
    let dead = false;
    let frozenUntil = 0;
    const never = new Promise<never>(() => undefined);
    const living = async <T>(work: Promise<T>): Promise<T> => {
      const result = await work;
      while (this.clock.now() < frozenUntil) await this.clock.sleep(frozenUntil - this.clock.now());
      return dead ? never : result;
    };
    const clock: Clock = { now: () => this.clock.now(), sleep: (ms, signal) => (dead ? never : living(this.clock.sleep(ms, signal))) };
    const scheduler: Scheduler = { idle: () => (dead ? never : living(this.clock.scheduler.idle())) };
    let ids = 0;
    const random: Random = { next: () => this.#random.next(), id: () => `${name}w${(ids++).toString().padStart(12, "0")}` };
    const { kill, freeze, ...connected } = this.mesh.connect(TEAM);
    const ports: Ports = {
      ...connected,
      log: this.#counted(connected.log, name),
      timers: this.#kept(connected.timers),
      clock,
      scheduler,
      random,
      tracer: noTracer,
      logger: { info: () => undefined, warn: (message, fields) => void (dead || this.#warned(message, fields, name)) },
    };
    const { full } = this.#case;
    const budget = this.#budget({ ...ports, log: connected.log, draws: connected.draws });
    const { deeds } = this;
    const witness: Witness = {
      begun: (run) => deeds.begun(run),
      saw: () => undefined,
      drew: () => undefined,
      blocks: (run, ms) => void (dead || this.#blocks(run, ms)),
      did: (key, at) => deeds.did(key, at),
      attempt: (key, agent, does) =>
        void (dead || this.#stood.has(name) || this.#replicas[slot]?.name !== name || this.#attempt(engine.running(), key, agent, does)),
    };
    const { body, changed } = this.#case;
    const played = changed === undefined || this.#started <= SLOTS ? this.#case : { ...this.#case, body: changed, changed: body };
    const team = teamOf(played, witness, clock, this.#case.mixed ? [slot + 1] : [1, 2]);
    const { signal } = new AbortController();
    const provider = this.#batches.provider();
    const lane = batchLane({ clock, batches: () => provider, gatherMs: GATHER_MS, pollMs: POLL_MS, signal });
    const answering = lane.adopting(remembered(lane.submitting(paid(script({ say: "said" }), COST, clock))));
    const models = refusing(answering, this.#case, deeds, COST);
    const engine = startEngine(team, ports, models, {
      drainMs: DRAIN_MS,
      capabilities: [answeredByCode(double, (given) => Promise.resolve(2 * given))],
      ...(full === undefined ? {} : { busy: () => this.clock.now() < BEGAN + full }),
      sourceOf: ({ version }: { readonly version: number }) => sourceOf(version),
      ...(this.#case.remembers === undefined ? {} : { remembers: this.#case.remembers }),
      ...(budget === undefined ? {} : { budget }),
    });
    engine.closed.catch((error: unknown) => this.faults.push(`the engine ended: ${String(error)}`));
    this.#replicas[slot] = {
      name,
      engine,
      kill: () => {
        dead = true;
        kill();
      },
      freeze: (ms) => {
        frozenUntil = this.clock.now() + ms;
        freeze(ms);
      },
    };
  }

  #budget(ports: ConstructorParameters<typeof BudgetClient>[0]["ports"]): Budget | undefined {
    const { budget, raised = Number.POSITIVE_INFINITY } = this.#case;
    if (budget === undefined) return undefined;
    const calls = budget.daily === true || this.clock.now() >= BEGAN + raised ? MANY_CALLS : budget.calls;
    const budgetClient = new BudgetClient({
      team: TEAM,
      replica: ports.random.id(),
      zone: budget.daily === true ? DAYS.zone : "UTC",
      leaseMs: budget.daily === true ? DAILY_LEASE_MS : LEASE_MS,
      limits: { team: { day: { micros: (budget.daily === true ? budget.calls : 10_000_000) * COST.micros } }, agents: {} },
      ports: { ...ports, logger: silentLogger },
      signal: new AbortController().signal,
      expired: () => Promise.resolve(() => Promise.resolve({ settled: [], suspected: [] })),
    });
    return { budgetClient, run: { micros: calls * COST.micros }, downgradeAt: 1, atLimit: budget.atLimit };
  }

  /** Kills, or `gently` ends, the replica of a slot, or the one that writes under a name. @returns its slot */
  down(who: number | { readonly writer: string }, gently: boolean): number | undefined {
    const slot = typeof who === "number" ? who : this.#replicas.findIndex((one) => one?.name === who.writer);
    const replica = this.#replicas[slot];
    if (replica === undefined) return undefined;
    this.#replicas[slot] = undefined;
    if (gently) this.#end(replica);
    else {
      this.deaths.push(this.mesh.stream(TEAM).head);
      replica.kill();
    }
    return slot;
  }

  /** To the others a replica that stands still has died. */
  freeze(slot: number, ms: number): void {
    const replica = this.#replicas[slot];
    if (replica === undefined) return;
    this.deaths.push(this.mesh.stream(TEAM).head);
    this.#stood.add(replica.name);
    this.#standsUntil = Math.max(this.#standsUntil, this.clock.now() + ms);
    replica.freeze(ms);
  }

  #end({ name, engine }: Replica): void {
    const from = this.clock.now();
    this.drained.set(name, from);
    engine.stop().then(
      () => {
        const ms = this.clock.now() - from;
        if (ms > LONGEST_STOP_MS && !this.#stood.has(name)) this.faults.push(`a replica took ${ms} ms to stop`);
      },
      (error: unknown) => this.faults.push(`the engine stopped badly: ${String(error)}`),
    );
  }

  /** Time goes by, and nothing else happens. */
  #blocks(run: string, ms: number): void {
    this.clock.skip(ms);
    if (ms > NAMED_MS) this.unsaid.set(run, ms);
  }

  /** A replica says what it is at work on, as long as it is, and gives it up where its run has ended. */
  #attempt(running: readonly RunningStep[], key: string, agent: string, does: "begins" | "ends"): void {
    const now = this.clock.now();
    const [, run = "", n = ""] = /^(.*)-(\d+)$/.exec(key) ?? [];
    const begun = running.some(
      (one) => one.run === run && one.step === Number(n) && one.agent === agent && one.since <= now && one.since >= now - LONGEST_START_MS,
    );
    if (does === "begins") this.#begun.set(key, now);
    if (does === "begins" && !begun)
      this.faults.push(`a replica at work on ${key} of ${agent} since ${now} says that it is at ${JSON.stringify(running)}`);
    // One that began afterwards did so on an older view, which nobody could take from it.
    const ended = this.#ended.get(run) ?? now;
    if (does === "ends" && now > ended + LONGEST_END_MS && (!this.#case.hostile || (this.#begun.get(key) ?? 0) <= ended))
      this.faults.push(`${key} is worked on ${now - ended} ms after its run has ended`);
  }

  /** What replicas that have nothing more to do say that they are at work on. */
  get atWork(): readonly RunningStep[] {
    return this.#replicas.flatMap((replica) => replica?.engine.running() ?? []);
  }

  /** Nothing is on its way: every queue is empty, and every timer has fired. */
  quiet(): boolean {
    if (this.clock.now() < this.#standsUntil) return false;
    // What came again while it was handled may be done with, and the first to handle it is still at work.
    if ((this.#case.doubled === true || this.#stood.size > 0) && this.atWork.length > 0) return false;
    return this.mesh.quiet && ![...this.timers.keys()].some((key) => this.#pending(key));
  }

  #pending(key: string): boolean {
    const [run = "", n = ""] = key.split(" ");
    return this.mesh.timerPending(TEAM, run, Number(n));
  }

  #operation<T>(work: () => Promise<T>): Promise<T> {
    this.operations++;
    return this.spinning ? new Promise<never>(() => undefined) : work();
  }

  #counted(log: Log, name: string): Log {
    return {
      ...log,
      append: (subject, body, expect) => {
        this.appends.set(subject, (this.appends.get(subject) ?? 0) + 1);
        return this.#operation(() => log.append(subject, body, expect));
      },
      load: (filter, atLeast) => {
        this.loads++;
        return this.#operation(() => log.load(filter, atLeast));
      },
      last: (filter, atLeast) => this.#operation(() => log.last(filter, atLeast)),
      work: (queue, handle, signal) => log.work(queue, (delivery) => handle(this.#handed(delivery, name)), signal),
    };
  }

  #handed(delivery: Delivery, to: string): Delivery {
    const subject = parseSubject(delivery.subject);
    if (subject?.kind !== "journal") return delivery;
    const key = `${subject.run} ${subject.n} ${subject.branch ?? 0}`;
    this.delivered.set(key, [...(this.delivered.get(key) ?? []), { at: this.clock.now(), to }]);
    return this.#case.away === true ? { ...delivery, outage: delivery.delivery > 1 } : delivery;
  }

  #kept(timers: Timers): Timers {
    return {
      at: (key, time, body) =>
        this.#operation(() => {
          const name = `${key.run} ${key.n}`;
          this.timers.set(name, [...(this.timers.get(name) ?? []), time]);
          return timers.at(key, time, body);
        }),
    };
  }

  #warned(message: string, fields: Readonly<Record<string, unknown>> | undefined, name: string): void {
    if (message.startsWith("the event loop was held") && !this.#stood.has(name)) {
      const run = String(fields?.run);
      const ms = this.unsaid.get(run) ?? 0;
      if (fields?.ms !== ms) this.faults.push(`${message}: ${String(fields?.ms)} ms, and ${ms} went by`);
      this.unsaid.delete(run);
    }
    if (/ of step /.test(message) && (typeof fields?.stack !== "string" || fields.run === undefined))
      this.faults.push(`"${message}" does not say where`);
    if (message.startsWith("the fallback of step ")) this.said.add(`${String(fields?.run)}-${String(fields?.step)} fell`);
    const [, attempt] = /^attempt (\d+) of step /.exec(message) ?? [];
    if (attempt !== undefined) this.said.add(`${String(fields?.run)}-${String(fields?.step)} ${attempt}`);
    if (message.startsWith("queue ") && !message.includes("not yet at «"))
      this.faults.push(`${message} (${String(fields?.subject)}, delivery ${String(fields?.delivery)})`);
  }
}
