import { allQueues, queuesOf, sourcesOf } from "@armada/engine/inbound/queues";
import { type Engine, startEngine } from "@armada/engine/replica";
import { noTracer } from "@armada/engine/testing";
import { type Clock, HOSTILE, type Log, MemoryMesh, type Ports, type Random, type Scheduler } from "@armada/event-sourcing";
import { seededRandom, VirtualClock } from "@armada/event-sourcing/testing";
import type { Models } from "@armada/models";
import { Effects } from "./effects.ts";
import { SimulatedSandboxes } from "./faults/sandboxes.ts";
import { bindInlines, defineTeam, SIDES, type Side } from "./teams.ts";

const noModels: Models = { call: () => Promise.reject(new Error("no model")) };

/** An append that the log answered with `appended`: it must be in the stream for ever. */
type Acknowledged = { readonly team: string; readonly seq: number; readonly subject: string; readonly body: string };

type Replica = { readonly side: Side; readonly engine: Engine; kill(): void; freeze(ms: number): void };

/** Two teams of two replicas on one hostile mesh in virtual time, all of it drawn from one seed. */
export class World {
  readonly clock = new VirtualClock();
  readonly effects = new Effects();
  readonly mesh: MemoryMesh;
  readonly acknowledged: Acknowledged[] = [];
  /** Warnings of the engine that stand for a fault of ours: a handler that threw. */
  readonly faults: string[] = [];
  /** Calls that lost the sandbox that they ran in. */
  readonly sandboxes = { lost: 0 };
  readonly crashes: Record<Side, number> = { alpha: 0, beta: 0 };
  /** When replicas stood still, ms since 1970: what they do may come late. */
  readonly stood: { readonly side: Side; readonly from: number; readonly until: number }[] = [];
  /** Whether replicas have sandboxes: then what a process had in hand is charged to nobody when it is lost. */
  readonly sandboxed: boolean;
  readonly #random: Random;
  readonly #fates: Random;
  readonly #replicas: Record<Side, (Replica | undefined)[]> = { alpha: [undefined, undefined], beta: [undefined, undefined] };
  /** Where a process ended by itself, and none has taken its place. */
  readonly #lost: Record<Side, Set<number>> = { alpha: new Set(), beta: new Set() };
  #started = 0;

  constructor(seed: number) {
    this.#random = seededRandom(seed * 7_919 + 1);
    this.#fates = seededRandom(seed * 49_979_687 + 5);
    this.sandboxed = this.#fates.next() < 0.5;
    this.mesh = new MemoryMesh(this.clock, seededRandom(seed * 104_729 + 2), HOSTILE);
    bindInlines(this.effects, this.clock);
  }

  provision(side: Side): void {
    const team = defineTeam(side, this.effects, this.clock, [1, 2]);
    this.mesh.provision(side, allQueues(queuesOf(team)), sourcesOf(team));
  }

  /** `versions`: those of the workflow `play` that this replica serves. */
  start(side: Side, slot: number, versions: readonly number[]): void {
    const name = `r${this.#started++}`;
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
    const { kill, freeze, ...connected } = this.mesh.connect(side);
    const ports: Ports = {
      ...connected,
      log: this.#watched(side, connected.log),
      clock,
      scheduler,
      random,
      tracer: noTracer,
      logger: { info: () => undefined, warn: (message, fields) => void (dead || this.#warned(message, fields)) },
    };
    const team = defineTeam(side, this.effects, clock, versions);
    const sandboxing = {
      sandboxes: new SimulatedSandboxes(team, clock, this.#fates, this.sandboxes),
      registers: connected.registers,
      afterLoss: this.#lost[side].delete(slot),
    };
    const engine = startEngine(team, ports, noModels, { drainMs: 2_000, ...(this.sandboxed ? { sandboxing } : {}) });
    engine.closed.catch((error: unknown) => this.faults.push(`the engine of ${side} ended: ${String(error)}`));
    this.#replicas[side][slot] = {
      side,
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

  running(side: Side, slot: number): boolean {
    return this.#replicas[side][slot] !== undefined;
  }

  kill(side: Side, slot: number): void {
    const replica = this.#replicas[side][slot];
    if (replica === undefined) return;
    this.#replicas[side][slot] = undefined;
    this.crashes[side]++;
    this.#lost[side].add(slot);
    replica.kill();
  }

  /** Its process stands still for so long, and goes on as if nothing had been. */
  freeze(side: Side, slot: number, ms: number): void {
    this.crashes[side]++; // to the others it is one
    this.stood.push({ side, from: this.clock.now(), until: this.clock.now() + ms });
    this.#replicas[side][slot]?.freeze(ms);
  }

  /** Ends a replica as a deployment does. */
  drain(side: Side, slot: number): void {
    const replica = this.#replicas[side][slot];
    this.#replicas[side][slot] = undefined;
    replica?.engine.stop().catch((error: unknown) => this.faults.push(`the engine of ${side} stopped badly: ${String(error)}`));
  }

  engines(side: Side): readonly Engine[] {
    return this.#replicas[side].flatMap((replica) => (replica === undefined ? [] : [replica.engine]));
  }

  /** Nothing is on its way: every queue is empty. */
  quiet(): boolean {
    return (
      this.stood.every(({ until }) => this.clock.now() >= until) &&
      SIDES.every((side) =>
        this.mesh
          .queues(side)
          .values()
          .every((queue) => queue.empty),
      )
    );
  }

  #watched(side: Side, log: Log): Log {
    const append: Log["append"] = async (subject, body, expect) => {
      const result = await log.append(subject, body, expect);
      const [kind, to = side] = subject.split(".");
      const team = kind === "ask" || kind === "ans" ? to : side;
      if (result.kind === "appended") this.acknowledged.push({ team, seq: result.seq, subject, body });
      return result;
    };
    return { ...log, append };
  }

  #warned(message: string, fields: Readonly<Record<string, unknown>> | undefined): void {
    if (message.startsWith("queue ")) this.faults.push(`${message} (${String(fields?.subject)}, delivery ${String(fields?.delivery)})`);
  }
}
