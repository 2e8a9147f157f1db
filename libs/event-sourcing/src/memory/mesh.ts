import { ArmadaError, type LiveText } from "@armada/contracts";
import type {
  Appended,
  Clock,
  Gossip,
  Handled,
  Isolations,
  Live,
  Log,
  Message,
  Objects,
  Queue,
  Random,
  Registers,
  Timers,
} from "../ports.ts";
import { matches } from "../subject-filter.ts";
import { CALM, type Hostility, type Mischief, noMischief } from "./hostility.ts";
import { MemoryIsolations } from "./isolations.ts";
import { ACK_WAIT_MS, MemoryQueue, type Puller } from "./queue.ts";
import { copiesOf, MemoryObjects, MemoryRegisters } from "./stores.ts";
import { MemoryStream } from "./stream.ts";
import { MemoryTopics } from "./topics.ts";

/**
 * The ports that a mesh serves to one replica. `kill` ends the replica as a crash does: nothing it awaits ever comes.
 * `freeze`: its process stands still for `ms`, as a stopped one does, and goes on as if nothing had been.
 */
export type MemoryReplica = {
  readonly log: Log;
  /** The stream of the calls that its replicas were about to make. */
  readonly draws: Log;
  readonly timers: Timers;
  readonly registers: Registers;
  readonly objects: Objects;
  readonly live: Live;
  readonly gossip: Gossip;
  readonly isolations: Isolations;
  kill(): void;
  freeze(ms: number): void;
};

/**
 * The whole mesh in memory: streams, queues, sources, timers, registers, objects. The reference for the ports'
 * guarantees; with a `Hostility` it does, from its random source, what a cluster does.
 */
export class MemoryMesh {
  readonly mischief: Mischief = noMischief();
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #hostility: Hostility;
  readonly #streams = new Map<string, MemoryStream>();
  readonly #queues = new Map<string, Map<string, MemoryQueue>>();
  readonly objects = new MemoryObjects();
  /** What administration says of isolations. */
  readonly isolations = new MemoryIsolations();
  readonly #registers = new MemoryRegisters();
  readonly #live = new MemoryTopics<LiveText>();
  readonly #gossip = new MemoryTopics<string>();
  readonly #timers = new Set<string>();
  /** By origin, target and filter, apart by spaces: how each source is ended. */
  readonly #sourced = new Map<string, () => void>();
  readonly #replaced = new Map<string, Set<() => void>>();

  constructor(clock: Clock, random: Random, hostility: Hostility = CALM) {
    this.#clock = clock;
    this.#random = random;
    this.#hostility = hostility;
  }

  /** Makes a team's stream, queues and sources; what is there stays. `sources`: filters by the other team. */
  provision(team: string, queues: readonly Queue[], sources: ReadonlyMap<string, readonly string[]> = new Map()): void {
    const stream = this.stream(team);
    this.draws(team);
    const known = this.#queues.get(team) ?? new Map<string, MemoryQueue>();
    this.#queues.set(team, known);
    for (const queue of queues)
      if (!known.has(queue.name))
        known.set(
          queue.name,
          new MemoryQueue(queue, stream.messages, {
            now: () => this.#clock.now(),
            later: (ms, work) => this.#later(ms, work),
            forgets: () => this.#chance(this.#hostility.forgottenAck, "forgottenAcks"),
            silent: () => (this.#chance(this.#hostility.lostSigns, "lostSigns") ? this.#random.next() * ACK_WAIT_MS : undefined),
          }),
        );
    for (const [from, filters] of sources) for (const filter of filters) this.#source(from, team, filter);
  }

  /** Whether no queue holds work, now or for later. */
  get quiet(): boolean {
    return [...this.#queues.values()].every((queues) => [...queues.values()].every((queue) => queue.empty));
  }

  /** Whether no queue holds work, but for those of which nothing is delivered now. */
  get resting(): boolean {
    return [...this.#queues.values()].every((queues) => [...queues.values()].every((queue) => queue.empty || queue.paused));
  }

  stream(team: string): MemoryStream {
    return this.#streams.get(team) ?? this.#make(team);
  }

  /**
   * Takes a team's stream away and makes it anew, empty: another stream under the same name. Its queues begin with it, and
   * what it has of others, and others of it, is copied from the beginning.
   */
  remake(team: string): void {
    const ends = [...this.#sourced].filter(([key]) => key.split(" ").slice(0, 2).includes(team));
    for (const [key, end] of ends) {
      end();
      this.#sourced.delete(key);
    }
    for (const queue of this.#queues.get(team)?.values() ?? []) queue.clear();
    this.#make(team);
    for (const told of [...(this.#replaced.get(team) ?? [])]) told();
    for (const [key] of ends) {
      const [from = "", to = "", filter = ""] = key.split(" ");
      this.#source(from, to, filter);
    }
  }

  #make(team: string): MemoryStream {
    const made = new MemoryStream(team);
    this.#streams.set(team, made);
    made.listen((message) => {
      for (const queue of this.#queues.get(team)?.values() ?? []) queue.offer(message);
    });
    return made;
  }

  /** The stream of the calls that a team's replicas were about to make; its name is none that a team can have. */
  draws(team: string): MemoryStream {
    return this.stream(drawsOf(team));
  }

  queues(team: string): ReadonlyMap<string, MemoryQueue> {
    return this.#queues.get(team) ?? new Map();
  }

  /** Whether a timer is set and has not fired. */
  timerPending(team: string, run: string, n: number): boolean {
    return this.#timers.has(`${team}.${run}.${n}`);
  }

  connect(team: string): MemoryReplica {
    let dead = false;
    let frozenUntil = 0;
    const thawed = async (): Promise<void> => {
      while (this.#clock.now() < frozenUntil) await this.#clock.sleep(frozenUntil - this.#clock.now());
    };
    const pullers: { queue: MemoryQueue; puller: Puller }[] = [];
    const never = new Promise<never>(() => undefined);
    /** An operation of a living replica: latency, effect, latency; a dead one waits for ever. */
    const op = async <T>(effect: () => T): Promise<T> => {
      if (dead) return never;
      await this.#latency();
      await thawed();
      if (dead) return never;
      const result = effect();
      await this.#latency();
      await thawed();
      return dead ? never : result;
    };
    const queue = (name: string): MemoryQueue => {
      const found = this.#queues.get(team)?.get(name);
      if (found === undefined)
        throw new ArmadaError("QUEUE_UNKNOWN", `team ${team} has no queue ${name}`, { hint: "provision the team first" });
      return found;
    };
    const logOn = (name: string): Log => ({
      append: (subject, body, expect) => op(() => this.#append(name, subject, body, expect)),
      load: async (filter, atLeast = 0) => {
        for (;;) {
          const loaded = await op(() => this.stream(name).load(filter, this.#view(this.stream(name).head)));
          if (loaded.kind === "too_many" || loaded.upTo >= atLeast) return loaded;
        }
      },
      last: async (filter, atLeast = 0) => {
        for (;;) {
          const found = await op(() => this.stream(name).last(filter, this.#view(this.stream(name).head)));
          if (found.upTo >= atLeast) return found.message;
        }
      },
      follow: (filters, from, handler, signal) => this.#follow(name, filters, from, handler, signal, () => dead),
      scan: (filters, from, handler) =>
        op(() => {
          const { messages, head } = this.stream(name);
          for (const message of messages.slice(from))
            if (message.envelopes.length > 0 && filters.some((filter) => matches(filter, message.subject))) handler(message);
          return head;
        }),
      page: (filter, from, most) => op(() => this.stream(name).page(filter, from, most)),
      work: (wanted, handler, signal) =>
        new Promise<void>((resolve) => {
          const running = new Set<Promise<Handled>>();
          const puller: Puller = {
            concurrency: wanted.concurrency,
            open: true,
            held: 0,
            frozenUntil,
            handle: (delivery) => {
              const came = this.#clock.now();
              const handled = op(() => undefined)
                .then(() => handler({ ...delivery, late: this.#clock.now() - came }))
                .then((result) => op(() => result));
              running.add(handled);
              return handled.finally(() => running.delete(handled));
            },
          };
          const joined = queue(wanted.name);
          pullers.push({ queue: joined, puller });
          joined.join(puller);
          const leave = (): void => {
            joined.leave(puller);
            Promise.allSettled([...running]).then(
              () => resolve(),
              () => resolve(),
            );
          };
          if (signal.aborted) leave();
          else signal.addEventListener("abort", leave, { once: true });
        }),
      pause: (name, until) => op(() => queue(name).pause(until)),
      depth: (name) => op(() => queue(name).depth()),
      head: () => op(() => this.stream(name).head),
      replaced: (signal) =>
        new Promise((resolve) => {
          const end = this.#onReplaced(name, () => dead || tell("replaced"));
          const tell = (how: "replaced" | "aborted"): void => {
            end();
            resolve(how);
          };
          if (signal.aborted) tell("aborted");
          signal.addEventListener("abort", () => tell("aborted"), { once: true });
        }),
    });
    return {
      log: logOn(team),
      draws: logOn(drawsOf(team)),
      timers: { at: (key, time, body) => op(() => this.#at(team, key, time, body)) },
      registers: {
        get: (key) => op(() => this.#registers.get(`${team} ${key}`)),
        put: (key, value, expected) => op(() => this.#registers.put(`${team} ${key}`, value, expected)),
        watch: (key, handler, signal) => this.#registers.watch(`${team} ${key}`, handler, signal),
      },
      objects: {
        put: (bytes) => op(() => this.objects.put(team, bytes)),
        give: (digest, to) => op(() => (to === team ? undefined : this.objects.give(team, digest, to))),
        get: (digest, sender = team) =>
          op(() => (sender === team ? this.objects.getHeld(team, digest) : this.objects.get(copiesOf(team, sender), digest))),
        show: (digest) => op(() => this.objects.give(team, digest, SHOWN)),
        getShown: (digest, owner) => op(() => this.objects.get(owner === team ? team : copiesOf(SHOWN, owner), digest)),
        drop: (digest) => op(() => this.objects.drop(team, digest)),
      },
      live: {
        publish: (piece) => void (dead || this.#live.say(`${team} ${piece.run}`, piece)),
        watch: (run, handler, signal) => this.#live.listen(`${team} ${run}`, handler, signal),
      },
      gossip: {
        say: (topic, body) => {
          if (!dead && !this.#chance(this.#hostility.unheard, "unheard")) this.#gossip.say(`${team} ${topic}`, body);
        },
        listen: (topic, handler, signal) => this.#gossip.listen(`${team} ${topic}`, (body) => void (dead || handler(body)), signal),
      },
      isolations: this.isolations.seenBy(op, () => dead),
      freeze: (ms) => {
        frozenUntil = Math.max(frozenUntil, this.#clock.now() + ms);
        for (const { queue: joined, puller } of pullers) joined.freeze(puller, frozenUntil);
      },
      kill: () => {
        dead = true;
        for (const { queue: left, puller } of pullers) left.died(puller);
      },
    };
  }

  #append(own: string, subject: string, body: string, expect?: { filter: string; last: number }): Appended {
    const [kind, to = own] = subject.split(".");
    const target = this.#streams.get(kind === "ask" || kind === "ans" ? to : own);
    if (target === undefined) return { kind: "unavailable", reason: `no stream takes ${subject}` };
    if (this.#chance(this.#hostility.refused, "refusals")) return { kind: "unavailable", reason: "no answer" };
    if (expect !== undefined && this.#chance(this.#hostility.rival, "rivals")) return { kind: "conflict" };
    const appended = target.append(subject, body, this.#clock.now(), expect);
    if (appended.kind === "conflict") {
      this.mischief.conflicts++;
      return this.#random.next() < this.#hostility.numberless ? { kind: "conflict" } : appended;
    }
    return this.#chance(this.#hostility.lostAnswer, "lostAnswers") ? { kind: "unavailable", reason: "the answer was lost" } : appended;
  }

  /** How far a load looks: some replica of the stream may be behind. */
  #view(head: number): number {
    if (head === 0 || !this.#chance(this.#hostility.stale, "staleLoads")) return head;
    return Math.max(0, head - 1 - Math.floor(this.#random.next() * 5));
  }

  async #follow(
    name: string,
    filters: readonly string[],
    from: number,
    handler: (message: Message) => void | Promise<void>,
    signal: AbortSignal,
    dead: () => boolean,
  ): Promise<void> {
    let stream = this.stream(name);
    let next = from;
    let wake = (): void => undefined;
    let unlisten = stream.listen(() => wake());
    const end = this.#onReplaced(name, () => {
      unlisten();
      stream = this.stream(name);
      next = 0;
      unlisten = stream.listen(() => wake());
      wake();
    });
    signal.addEventListener("abort", () => wake(), { once: true });
    while (!signal.aborted && !dead()) {
      const message = stream.messages[next];
      if (message === undefined) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
        continue;
      }
      next++;
      if (message.envelopes.length > 0 && filters.some((filter) => matches(filter, message.subject))) await handler(message);
    }
    end();
    unlisten();
  }

  #onReplaced(name: string, told: () => void): () => void {
    const listeners = this.#replaced.get(name) ?? new Set();
    this.#replaced.set(name, listeners.add(told));
    return () => void listeners.delete(told);
  }

  #at(team: string, key: { run: string; n: number }, time: number, body: string): Appended {
    const name = `${team}.${key.run}.${key.n}`;
    if (this.#chance(this.#hostility.refused, "refusals")) return { kind: "unavailable", reason: "no answer" };
    if (this.#chance(this.#hostility.rival, "rivals")) return { kind: "conflict" };
    if (this.#timers.has(name)) return { kind: "conflict", last: 1 };
    this.#timers.add(name);
    const late = this.#random.next() * this.#hostility.tickLateMs;
    if (late > 0) this.mischief.lateTicks++;
    this.#later(Math.max(0, time - this.#clock.now()) + late, () => {
      this.#timers.delete(name);
      this.stream(team).append(`tick.${name}`, body, this.#clock.now());
    });
    return { kind: "appended", seq: 1 };
  }

  /** Copies what matches from one team's stream into another's, its history first, in order. */
  #source(from: string, to: string, filter: string): void {
    const key = `${from} ${to} ${filter}`;
    if (this.#sourced.has(key)) return;
    const origin = this.stream(from);
    /** Under way, oldest first: whichever delay is over, the oldest arrives. */
    const waiting: Message[] = [];
    let over = false;
    const copy = (message: Message): void => {
      if (!matches(filter, message.subject)) return;
      waiting.push(message);
      const lag = this.#random.next() * this.#hostility.sourceLagMs;
      const bring = (): void => {
        const next = waiting.shift();
        if (next !== undefined && !over)
          this.stream(to).append(next.subject, next.body, this.#clock.now(), undefined, { stream: `TEAM_${from}`, seq: next.seq });
      };
      if (lag === 0) bring();
      else this.#later(lag, bring);
    };
    for (const message of [...origin.messages]) copy(message);
    const end = origin.listen(copy);
    this.#sourced.set(key, () => {
      over = true;
      end();
    });
  }

  #later(ms: number, work: () => void): void {
    this.#clock.sleep(ms).then(work, () => undefined);
  }

  async #latency(): Promise<void> {
    if (this.#hostility.latencyMs > 0) await this.#clock.sleep(this.#random.next() * this.#hostility.latencyMs);
  }

  #chance(chance: number, count: keyof Mischief): boolean {
    if (chance === 0 || this.#random.next() >= chance) return false;
    this.mischief[count]++;
    return true;
  }
}

/** To whom a copy is given that all may read; no team can have the name. */
const SHOWN = "*";

function drawsOf(team: string): string {
  return `draws of ${team}`;
}
